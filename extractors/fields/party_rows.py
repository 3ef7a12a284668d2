"""Parties as rows of numbers for trees: their features, the hand-weighted log-odds, and the rivals for the role.

>>> row, = rows_of([PartyCase("seller", {"letterhead": 1.0})], [2.0])
>>> row[COLUMNS.index("letterhead")], row[COLUMNS.index("prior")], row[COLUMNS.index("is_seller")]
(1.0, 2.0, 1.0)
"""

from __future__ import annotations

from collections.abc import Sequence

from extractors.fields.party_cases import PartyCase

NOBODY = -6.0  # log-odds of a rival where there is none
PLAIN = (
    "headed_seller", "headed_buyer", "headed_delivery", "headed_contact", "sender_line", "letterhead", "contacts",
    "contacts_unheaded", "first_page", "later_page", "edge", "upper", "window", "outside_window", "named_only",
    "named_only_above", "named_only_below", "country", "place", "left", "width", "address_lines", "confidence",
    "nameless", "legal_form", "own_host", "sender_known", "mentions", "name_height", "name_digits", "name_words",
    "foot_named", "headline", "seller_elsewhere", "sole_other",
)  # fmt: skip
COMPETITION = ("prior", "ahead", "rank", "other_role", "parties", "nth", "from_last")
COLUMNS = (*PLAIN, *COMPETITION, "is_seller", "is_buyer")
RISING = frozenset({"prior"})


def rows_of(cases: Sequence[PartyCase], priors: Sequence[float]) -> list[list[float]]:
    """One row of `COLUMNS` for each case of one document; the cases of a party stand next to each other."""
    by_role: dict[str, list[float]] = {}
    for case, prior in zip(cases, priors, strict=True):
        by_role.setdefault(case.role, []).append(prior)
    ranked = {role: sorted(values, reverse=True) for role, values in by_role.items()}
    count = max((len(values) for values in by_role.values()), default=0)
    rows: list[list[float]] = []
    for at, (case, prior) in enumerate(zip(cases, priors, strict=True)):
        rank = ranked[case.role].index(prior)
        best = ranked[case.role][1 if rank == 0 else 0] if len(ranked[case.role]) > 1 else NOBODY
        party = at * count // len(cases)
        other = next((p for role, values in by_role.items() if role != case.role for p in values[party : party + 1]), 0)
        rows.append([
            *(case.features.get(name, 0.0) for name in PLAIN),
            prior, prior - best, float(min(rank, 6)), float(other), float(min(count, 12)), float(min(party, 12)),
            float(min(count - 1 - party, 12)), float(case.role == "seller"), float(case.role == "buyer"),
        ])  # fmt: skip
    return rows
