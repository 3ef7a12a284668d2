"""What crosses a threshold: the frozen types, the tables and the settings. Imports no other room."""
