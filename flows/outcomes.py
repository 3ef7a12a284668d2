"""How a document stands, in the few words that a table has room for."""

from __future__ import annotations

from dataclasses import dataclass

from models.tables import DocumentRow


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What became of one document, for a table that people read."""

    document_id: str
    client_id: str
    name: str
    state: str
    seller_name: str = ""
    invoice_number: str = ""
    gross_total: str = ""
    reasons: tuple[str, ...] = ()
    advice: str = ""


def outcome_of(row: DocumentRow) -> Outcomes:
    """How a document stands now."""
    total = "" if row.gross_total is None else f"{row.gross_total:f} {row.currency or ''}".strip()
    return Outcomes(
        row.id, row.client_id, row.name, row.state, seller_name=row.seller_name or "",
        invoice_number=row.invoice_number or "", gross_total=total,
        reasons=tuple(row.reasons.split()) or ((row.reason_code,) if row.reason_code else ()),
    )  # fmt: skip
