"""The same invoice in another guise is found; the next one of a series is not."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from models.invoice import Invoice
from validators import Neighbour, duplicate_key, find_duplicate_suspects

DAY = date(2026, 5, 4)


def paper(**terms: Any) -> Invoice:
    known = {"invoice_number": "F-2026-0118", "issue_date": DAY, "gross_total": "120.00", "currency": "EUR"}
    return Invoice.model_validate({**known, **terms})


def filed(**terms: Any) -> Neighbour:
    known = {
        "document_id": "d1",
        "invoice_number": "F-2026-0118",
        "issue_date": DAY,
        "gross_total": "120.00",
        "seller_id": "S1",
    }
    return Neighbour.model_validate({**known, **terms})


def how(left: Invoice, right: Neighbour, seller_id: str | None = "S1") -> str | None:
    suspects = find_duplicate_suspects(left, (right,), seller_id)
    return suspects[0].how if suspects else None


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        ({}, "exact"),
        ({"invoice_number": "F 2026/0118"}, "exact"),
        ({"gross_total": "119.99"}, "exact"),
        ({"gross_total": "99.00"}, "number"),
        ({"invoice_number": "F-2026-O1I8"}, "lookalike_number"),
        ({"invoice_number": "2026-0118"}, "lookalike_number"),
        ({"invoice_number": "F-2026-0178"}, "lookalike_number"),  # 1 read as 7
        ({"invoice_number": "F-2026-0181"}, "lookalike_number"),  # swapped
        ({"invoice_number": "F-2026-018"}, "lookalike_number"),  # lost
        ({"invoice_number": None}, "amount_and_date"),
        ({"type_code": "381", "gross_total": "-120.00"}, "credit_note"),
        ({"invoice_number": "F-2026-O118", "issue_date": DAY + timedelta(days=3)}, "lookalike_number"),
        ({"invoice_number": "F-2026-0119"}, None),  # the next one
        ({"invoice_number": "F-2026-0119", "issue_date": DAY + timedelta(days=31)}, None),  # next month's rent
        ({"invoice_number": "F-2026-0178", "gross_total": "77.00"}, None),
        ({"invoice_number": "F-2026-0178", "issue_date": DAY + timedelta(days=4)}, None),
        ({"invoice_number": "F-2026-0178", "currency": "USD"}, "lookalike_number"),  # the neighbour's is unknown
        ({"issue_date": DAY - timedelta(days=400)}, None),  # numbering starts again
    ],
)
def test_guises_of_one_invoice(terms: dict[str, Any], expected: str | None) -> None:
    assert how(paper(**terms), filed()) == expected


def test_other_sellers_may_use_the_same_number() -> None:
    assert how(paper(), filed(seller_id="S2", gross_total="99.00")) is None
    assert how(paper(), filed(seller_id="S2", issue_date=DAY - timedelta(days=40))) is None
    assert how(paper(), filed(seller_id="S2")) == "lookalike_number"  # an alias: number, amount and date agree


def test_exact_ones_come_first() -> None:
    rows = (filed(document_id="a", invoice_number="F-2026-O118"), filed(document_id="b"))
    assert [row.document_id for row in find_duplicate_suspects(paper(), rows, "S1")] == ["b", "a"]


@pytest.mark.parametrize("number", ["F-2026-0118", "f 2026 0118", "F/2026.0118", "Ｆ２０２６０１１８"])
def test_the_key_does_not_depend_on_notation(number: str) -> None:
    assert duplicate_key(paper(invoice_number=number), "S1") == duplicate_key(paper(), "S1")


@pytest.mark.parametrize(
    "terms", [{"invoice_number": "F-2026-0119"}, {"issue_date": date(2025, 5, 4)}, {"type_code": "381"}]
)
def test_the_key_differs_by_number_year_and_kind(terms: dict[str, Any]) -> None:
    assert duplicate_key(paper(**terms), "S1") != duplicate_key(paper(), "S1")
    assert duplicate_key(paper(), "S2") != duplicate_key(paper(), "S1")


@pytest.mark.parametrize("terms", [{"invoice_number": None}, {"invoice_number": "--"}, {"issue_date": None}])
def test_no_key_without_number_or_date(terms: dict[str, Any]) -> None:
    assert duplicate_key(paper(**terms), "S1") is None
    assert duplicate_key(paper(), None) is None


def _disguise(row: Neighbour, source: random.Random) -> Invoice:
    number, day, total = row.invoice_number or "", row.issue_date or DAY, row.gross_total or Decimal(0)
    tricks = {
        "notation": lambda: (number.replace("-", "").lower(), day, total),
        "ocr": lambda: (number.replace("0", "O").replace("1", "l"), day, total),
        "cent": lambda: (number.replace("-", "/"), day, total + Decimal("0.01")),
        "days": lambda: (number.replace("-", " "), day + timedelta(days=source.randint(-3, 3)), total),
        "cut": lambda: (number.split("-", 1)[1], day, total),
        "rescan": lambda: (number.replace("8", "3", 1), day, total),
    }
    shown, dated, amount = tricks[source.choice(sorted(tricks))]()
    return Invoice(invoice_number=shown, issue_date=dated, gross_total=amount, seller_name="Dupont")


def test_recall_and_precision_among_honest_neighbours_with_monthly_rent() -> None:
    source = random.Random(77)
    archive: dict[str, list[Neighbour]] = {}
    for seller in range(100):
        total, rows = Decimal(source.randint(1000, 900000)) / 100, []
        for at in range(50):
            rent = seller % 3 == 0  # the same amount every month
            amount = total if rent else Decimal(source.randint(1000, 900000)) / 100
            day = date(2022, 1, 15) + timedelta(days=30 * at if rent else source.randint(0, 1500))
            rows.append(
                filed(
                    document_id=f"{seller}-{at}",
                    invoice_number=f"FA-{seller:02}-{1000 + at}",
                    issue_date=day,
                    gross_total=amount,
                    seller_id=f"S{seller}",
                )
            )
        archive[f"S{seller}"] = rows
    caught = right = alarms = 0
    for at in range(1000):
        seller = f"S{source.randrange(100)}"
        original = source.choice(archive[seller])
        suspects = find_duplicate_suspects(_disguise(original, source), archive[seller], seller)
        caught += any(row.document_id == original.document_id for row in suspects)
        right += sum(row.document_id == original.document_id for row in suspects)
        alarms += len(suspects)
        honest = Invoice(
            invoice_number=f"FA-{seller[1:]:>02}-{2000 + at}",
            issue_date=original.issue_date,
            gross_total=original.gross_total,
        )
        alarms += len(find_duplicate_suspects(honest, archive[seller], seller))
    assert caught >= 980
    assert right >= 0.9 * alarms
