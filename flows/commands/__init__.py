"""The bodies of the commands: each takes plain arguments and returns its exit code."""
