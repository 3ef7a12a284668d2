"""What `facturier explain` says of postings and of credit notes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlmodel import Session

from flows.commands.plain import columns
from flows.terminal import safe, write_line
from models.money import decimal_text
from models.store.coding import load_confirmed, load_proposal
from models.store.credits import load_credits
from models.tables import DocumentRow

Facts = dict[str, Any]


def credit_facts(session: Session, document: DocumentRow) -> list[Facts]:
    """What the document gives back, or what was given back of it."""
    return [
        {name: value if value is None or isinstance(value, str) else decimal_text(value)
         for name, value in asdict(credit).items()}
        for credit in load_credits(session, document)
    ]  # fmt: skip


def posting_facts(session: Session, document: DocumentRow) -> Facts:
    """What is proposed for the lines and what a person confirmed."""
    proposal, confirmed = load_proposal(session, document.id), load_confirmed(session, document.id)
    said: Facts = {
        "proposed": proposal.model_dump(mode="json", exclude_none=True)["lines"] if proposal else [],
        "confirmed": [{"invoice_line": number} | part.model_dump(mode="json", exclude_none=True)
                      for number, parts in confirmed.items() for part in parts],
    }  # fmt: skip
    return {name: rows for name, rows in said.items() if rows}


def show_credits(said: Sequence[Facts]) -> None:
    """One sentence for each."""
    for one in said:
        note = safe(one["note_number"] or one["note_id"], 60)
        name = safe(one["original_number"] or one["original_id"], 60)
        part = f"of which {one['credited']} of {one['invoiced'] or '?'} is given back (found by {one['by']})"
        write_line(f"  credit note {note} credits invoice {name}, {part}")


def show_postings(said: Facts) -> None:
    """Proposals with the lines they rest on, then what was confirmed."""
    for line in said.get("proposed", ()):
        columns([("proposed", line["invoice_line"], part["account"], part.get("cost_centre", ""),
                  part.get("tax_code", ""), f"{part['share']} %", f"{line['probability']:.1%}")
                 for part in line["postings"]])  # fmt: skip
        columns([("", "as", one["at"], one["text"], one["account"], one["document"]) for one in line["examples"]])
    columns([("confirmed", part["invoice_line"], part["account"], part.get("cost_centre", ""),
              part.get("tax_code", ""), f"{part['share']} %") for part in said.get("confirmed", ())])  # fmt: skip
