"""The database, and the only way to it: an engine with safe settings, transactions, and named queries.

One module per subject; each function takes the open session first and never commits: the caller's `write()` does.
"""
