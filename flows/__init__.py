"""The doors: orchestration and the command line. Import its modules by name; this file stays empty on purpose."""
