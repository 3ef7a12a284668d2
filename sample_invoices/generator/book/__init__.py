"""Order books with planted truth: suppliers, orders, and invoices on them whose right answer is known.

`cases(seed, books)` makes invoices beside the orders that could be meant; `distractors(seed, count)` streams as
many other orders as a look-up shall be tried against.
"""

from __future__ import annotations

from sample_invoices.generator.book.cases import Case, cases
from sample_invoices.generator.book.distractors import distractors
from sample_invoices.generator.book.numbers import damage

__all__ = ["Case", "cases", "damage", "distractors"]
