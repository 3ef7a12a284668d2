"""Training: examples of invoices with their truth become the small files that the reader ships with.

Examples come from the sample generator and from folders of invoices whose truth is known. The doors are
`learning.material` (examples), `learning.train` (fitting) and `learning.ship` (the files and their manifest). Only the
commands import this room; what it makes is read by `extractors.fields.model`.
"""
