"""Net + tax = gross decides where labels do not, and never against strong labels."""

from __future__ import annotations

from decimal import Decimal

from extractors.fields.totals import Support, decode_totals


def test_the_sum_decides_between_rivals() -> None:
    scores = {
        "net_total": {Decimal("203.00"): 1.0, Decimal("40.60"): 1.2},
        "tax_total": {Decimal("40.60"): 1.0, Decimal("20"): 1.2},
        "gross_total": {Decimal("243.60"): 1.0, Decimal("203.00"): 1.1},
    }
    found = decode_totals(scores, Support())
    assert [found[term][0].value for term in scores] == [Decimal("203.00"), Decimal("40.60"), Decimal("243.60")]


def test_a_wrong_sum_on_paper_is_kept_as_printed() -> None:
    scores = {
        "net_total": {Decimal("100.00"): 4.0},
        "tax_total": {Decimal("20.00"): 4.0},
        "gross_total": {Decimal("130.00"): 4.0},
    }
    found = decode_totals(scores, Support())
    assert [found[term][0].value for term in scores] == [Decimal("100.00"), Decimal("20.00"), Decimal("130.00")]


def test_shipping_outside_of_the_net_is_no_contradiction() -> None:
    scores = {
        "net_total": {Decimal("100.00"): 1.0},
        "tax_total": {Decimal("8.00"): 1.0},
        "gross_total": {Decimal("133.00"): 0.5},
    }
    alone = decode_totals(scores, Support())["gross_total"][0].confidence
    known = decode_totals(scores, Support(adjustments=(Decimal("25.00"),)))["gross_total"][0].confidence
    assert known > alone


def test_rivals_share_the_confidence() -> None:
    found = decode_totals({"gross_total": {Decimal("10.00"): 3.0, Decimal("20.00"): 3.0}}, Support())
    assert found["gross_total"][0].confidence < 0.55


def test_no_candidates_give_no_totals() -> None:
    assert all(ranked[0].value is None for ranked in decode_totals({}, Support()).values())
