"""Training on labelled pairs: which record of one table is the same thing as which record of another.

Doors: `labelled.read_set` (two tables and their pairs), `rounds.fit_pairs` (the model), `measure.measure_set` (one
benchmark from files to F1). What the model looks at is `matching.likeness`.
"""
