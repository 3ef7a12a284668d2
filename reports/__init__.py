"""Reports for clients: one content in two languages, and the presses that print it as HTML and as PDF. Pure.

The doors load what a report is made of (`models.store.governance`) and take the finished bytes to where they are read.
"""
