"""The head of a receipt: which lines are the name, which the address, and how sure that is."""

from __future__ import annotations

import pytest

from extractors.fields.head_lines import head_lines, text_facts
from extractors.fields.letterhead import is_till_receipt, read_letterhead
from extractors.fields.party import Party
from extractors.fields.sheet import prepare
from extractors.fields.span_cases import WEIGHTS, SpanCase, WeightedSpanScorer, span_cases
from models.document import Box, Page, Word

TAIL = ("TAX INVOICE", "Cashier: ANNE", "BREAD 3.50", "TOTAL 3.50", "CASH 5.00", "CHANGE 1.50")


def slip(*lines: str, confidence: float = 1.0, tall: dict[int, float] | None = None) -> Page:
    """A till's paper, 220 points wide; each line centred."""
    words, top = [], 20.0
    for number, line in enumerate(lines):
        size = (tall or {}).get(number, 1.0)
        left = 110 - len(line) * 2.5 * size
        for word in line.split(" "):
            if word:
                words.append(Word(word, Box(left, top, left + len(word) * 5 * size - 1, top + 9 * size), confidence))
            left += (len(word) + 1) * 5 * size
        top += 13 * size
    return Page(1, 220.0, max(450.0, top + 10), tuple(words))


def head_of(*lines: str, tall: dict[int, float] | None = None) -> Party:
    """The party that the head of a receipt with these lines shows."""
    party = read_letterhead(prepare(slip(*lines, *TAIL, tall=tall)).lines)
    assert party is not None
    return party


def test_the_company_is_the_seller_where_a_brand_stands_above_it() -> None:
    party = head_of("CITY CORN", "MAIZE VENTURE SDN BHD", "(1234567-W)", "NO 5, JALAN BESAR", "81100 JOHOR BAHRU")
    assert party.name == "MAIZE VENTURE SDN BHD"
    assert party.address_text[0] == "NO 5, JALAN BESAR, 81100 JOHOR BAHRU"


def test_a_name_goes_on_in_the_next_line_where_that_is_only_its_end() -> None:
    party = head_of("PAGE AND PEN", "CO. (M) SDN BHD", "NO 8, JALAN RAYA", "56000 KUALA LUMPUR")
    assert party.name == "PAGE AND PEN CO. (M) SDN BHD"


def test_a_registration_number_is_no_part_of_the_name() -> None:
    assert head_of("OLD MILL TRADING (123456-X)", "NO 8, JALAN RAYA", "56000 KUALA LUMPUR").name == "OLD MILL TRADING"


def test_the_number_of_a_branch_is_no_part_of_the_name() -> None:
    assert head_of("Nordic Foods #0417", "12 Harbour Street", "Portland, OR 97201").name == "Nordic Foods"


def test_a_greeting_is_no_part_of_the_name() -> None:
    assert head_of("Welcome to Nordic Foods", "12 Harbour Street", "Portland, OR 97201").name == "Nordic Foods"


def test_a_sign_in_two_large_lines_is_one_name() -> None:
    party = head_of("GREEN", "FIELDS", "17 Harbour Street", "Portland, OR 97201", tall={0: 3.0, 1: 3.0})
    assert party.name == "GREEN FIELDS"


def test_the_address_ends_before_telephone_and_tax_lines() -> None:
    party = head_of(
        "BLUE DOOR CAFE", "LOT 12, JALAN TIMUR", "TAMAN INDAH", "43000 KAJANG", "SELANGOR", "TEL: 03-1234567"
    )
    assert party.address == ("LOT 12, JALAN TIMUR", "TAMAN INDAH", "43000 KAJANG", "SELANGOR")


def test_a_branch_that_repeats_the_name_is_no_part_of_the_address() -> None:
    party = head_of(
        "OLD MILL BOOKS", "OLD MILL Phase 2", "LOT S3, 2ND FLOOR,", "NO 1, JALAN RAYA", "47800 PETALING JAYA"
    )
    assert party.address[0] == "LOT S3, 2ND FLOOR,"


def test_a_receipt_without_an_address_has_none() -> None:
    party = head_of("Blue Door Grill", "Tel: 03-1234567", "GST ID: 001234567890")
    assert (party.name, party.address) == ("Blue Door Grill", ())


def test_a_word_that_the_reader_doubted_lowers_the_confidence() -> None:
    lines = ("OLD MILL TRADING", "NO 8, JALAN RAYA", "56000 KUALA LUMPUR", *TAIL)
    sure = read_letterhead(prepare(slip(*lines)).lines)
    doubted = read_letterhead(prepare(slip(*lines, confidence=0.4)).lines)
    assert sure is not None
    assert doubted is not None
    assert doubted.confidence < 0.5 < sure.confidence


def test_two_lines_that_may_both_be_the_name_lower_the_confidence() -> None:
    clear = head_of("OLD MILL TRADING SDN BHD", "NO 8, JALAN RAYA", "56000 KUALA LUMPUR")
    torn_between = head_of("OLD MILL", "GRAND ISLAND", "NO 8, JALAN RAYA", "56000 KUALA LUMPUR")
    assert torn_between.confidence < clear.confidence


def test_a_scorer_of_ones_own_decides_which_lines_are_read() -> None:
    class Second:
        """Wants the second line as the name."""

        def score(self, cases: list[SpanCase]) -> list[float]:
            return [3.0 if (case.part, case.first, case.last) == ("name", 1, 1) else -9.0 for case in cases]

    page = slip("CITY CORN", "MAIZE VENTURE", "NO 5, JALAN BESAR", *TAIL)
    party = read_letterhead(prepare(page).lines, Second())
    assert party is not None
    assert party.name == "MAIZE VENTURE"


def test_every_weight_speaks_of_a_feature_that_some_head_has() -> None:
    heads = (
        slip(
            "GREEN",
            "FIELDS",
            "(MAIN) SDN BHD",
            "12, JALAN BESAR,",
            "81100 JOHOR",
            "Germany",
            "www.green.com",
            tall={0: 3, 1: 3},
        ),
        slip(
            "voucher",
            "(no) TAX: 5.00",
            "INVOICE NO 4711",
            "01/02/2024 10:30",
            "Tel: 030 123456",
            "Acme GmbH",
            "1 High St",
        ),
        slip("GST ID: 001234567890", "ACME ENTERPRISE", "NO 5", "Total 5.00 <> 5.00", "AB"),
        slip("Acme", "GST NO: 123", "Receipt", "81100 JOHOR", "81200 JOHOR", "RESTAURANT ONE", "1 High St, 20 Low St"),
    )
    seen = {
        f"{c.part} {name}" for page in heads for c in span_cases(head_lines(prepare(page).lines)) for name in c.features
    }
    wanted = {f"{part} {name}" for part, weights in WEIGHTS.items() for name in weights if name != "bias"}
    assert wanted <= seen


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("(AB0123456-D)", "registration"), ("GST ID : 001234567890", "registration"),
        ("St.Nr.: 231/225/01914", "registration"), ("NO.3, JALAN RAYA", "unit"), ("111 21 Stockholm", "postal"),
        ("(310) 456-9645", "contact"), ("SDN BHD", "tail"), ("Indian Restaurant", "generic"),
        ("SELANGOR DARUL EHSAN", "capitals"),
    ],
)  # fmt: skip
def test_lines_show_what_they_are(text: str, fact: str) -> None:
    assert text_facts(text)[fact] == 1.0


def test_a_slip_with_a_payment_term_is_an_invoice() -> None:
    lines = prepare(slip("ACME TRADING", *TAIL)).lines
    assert is_till_receipt(lines, set())
    assert not is_till_receipt(lines, {"due_date"})


def test_an_unknown_feature_counts_nothing() -> None:
    case = SpanCase("name", 0, 0, {"no such fact": 5.0})
    assert WeightedSpanScorer().score([case]) == WeightedSpanScorer().score([SpanCase("name", 0, 0, {})])
