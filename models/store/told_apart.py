"""Which documents a person has told apart: the look-up of duplicates leaves them out."""

from __future__ import annotations

from sqlalchemy import Select, select, union_all
from sqlmodel import col

from models.tables import DuplicatePairRow

DIFFERENT = "different"  # the verdict of a pair that is two invoices


def told_apart(document_id: str) -> Select[tuple[str]]:
    """A query for the documents of which a person has said that this one is another invoice."""
    first, second, verdict = (
        col(DuplicatePairRow.first_id), col(DuplicatePairRow.second_id), col(DuplicatePairRow.verdict)
    )  # fmt: skip
    pairs = union_all(
        select(second.label("id")).where(first == document_id, verdict == DIFFERENT),
        select(first.label("id")).where(second == document_id, verdict == DIFFERENT),
    ).subquery()
    return select(pairs.c.id)
