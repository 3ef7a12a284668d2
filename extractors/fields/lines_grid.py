"""Line items without headings that can be read: rows whose numbers multiply, one below the other.

A row is proven where two numbers left of an amount have it as their product (less a discount in per cent, or for a
price per hundred that says so). Proven rows whose amounts end at the same x make a table; rows between and below them
with an amount at the same x belong to it until a total.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from extractors.fields.anchors import find_anchors
from extractors.fields.candidates import Candidate
from extractors.fields.cells import CENT, Draft, decimal_of, join_thousands, product_fits
from extractors.fields.layout import Row
from extractors.fields.lexicon import load_lexicon
from extractors.fields.lines_rows import STOPS, SURE, Candidates, follows, is_between
from extractors.fields.lines_units import known_unit
from extractors.fields.party import PageLines

_PER = re.compile(r"^(?:/|per|pro|je|par|per il|por|za)$", re.IGNORECASE)
_BASES = (Decimal(10), Decimal(100), Decimal(1000))
_SIGNS = frozenset(
    ("x", "X", "×", "*", "@", "à", "€", "$", "£", "Rs", "Rs.", "RM", "EUR", "USD", "GBP", "CHF", "PLN", "zł", "%", "=")
)
_TIMES = frozenset("xX×*@")
_CODE = re.compile(r"^(?=\S*\d)[\w./+#-]{2,24}$")
_ITEM_CODE = re.compile(r"^(?=(?:\D*\d){2})[\w./+#-]{3,24}$")
MOST_ABOVE = 40  # rows
MOST_TAX = 30  # per cent
MOST_NUMBERS = 9  # a row of an item has fewer


class Proof(NamedTuple):
    """The cells of a row whose product is its amount."""

    quantity: Candidate
    price: Candidate
    amount: Candidate
    taxed: bool = False  # the amount has the VAT of the line in it


def grid_items(pages: Sequence[PageLines], candidates: Candidates) -> list[Draft]:
    """The items of a table without headings; empty where no row is proven."""
    proofs = {(row.page, row.number): p for page in pages for row in page.rows if (p := _prove(row, candidates))}
    edges = [p.amount.box.x1 for p in proofs.values()]
    if not edges:
        return []
    reach = max(p.amount.row.height for p in proofs.values())
    edge = max(edges, key=lambda x: (sum(abs(x - other) <= reach for other in edges), -x))
    kept = {at: p for at, p in proofs.items() if abs(p.amount.box.x1 - edge) <= reach}
    drafts: list[Draft] = []
    for page in pages:
        own = {number: p for (at, number), p in kept.items() if at == page.number}
        if own:
            _read_page(page, own, edge, candidates, drafts)
    _lift_codes(drafts)
    return drafts


def _lift_codes(drafts: Sequence[Draft]) -> None:
    """Where nearly every name begins with a word of digits, in one column, that word is the item's number."""
    heads = [(d, at, *d.texts[at]) for d in drafts for at in _name_at(d) if " " in d.texts[at][2]]
    coded = [(d, at, row, text) for d, at, row, _, text in heads if _ITEM_CODE.match(text.split(" ", 1)[0])]
    if len(coded) * 5 < len(drafts) * 4 or not coded:
        return
    for draft, at, row, text in coded:
        code, _, name = text.partition(" ")
        draft.texts[at : at + 1] = [(row, "seller_item_id", code), (row, "item_name", name)]


def _name_at(draft: Draft) -> list[int]:
    """Where the first piece of the name is, of an item without a code."""
    terms = [term for _, term, _ in draft.texts]
    return [terms.index("item_name")] if "item_name" in terms and "seller_item_id" not in terms else []


def _prove(row: Row, candidates: Candidates) -> Proof | None:
    """The first two numbers of a row, from the left, whose product stands right of them; the amount furthest right."""
    found = [c for c in candidates[row.page, row.number] if c.kind in ("money", "number", "percent")]
    numbers = [c for c in found if c.kind != "percent" and not _in_word(c)]
    if len(numbers) < 3 or not any(c.kind == "money" for c in numbers):
        return None
    numbers += [j for c in numbers if (j := join_thousands(row, c)) is not None]
    if len(numbers) > MOST_NUMBERS:
        return None
    numbers.sort(key=lambda c: (c.first, c.last))
    discounts = [d for c in found if c.kind == "percent" and (d := decimal_of(c)) and 0 < d < 100]
    if not discounts:
        return _proof(numbers, ())
    taxes = [-d for d in discounts if d <= MOST_TAX]
    taxed = None
    plain = _proof(numbers, ()) or _proof(numbers, discounts)
    if plain is None and taxes:
        taxed = _proof(numbers, taxes)
    return plain or (taxed._replace(taxed=True) if taxed else None)


def _in_word(candidate: Candidate) -> bool:
    """Whether a number is part of a word (250g), not of an amount with its currency."""
    return not candidate.currency and any(map(str.isalpha, candidate.row.tokens[candidate.first].text))


def _proof(numbers: Sequence[Candidate], discounts: Sequence[Decimal]) -> Proof | None:
    for amount in sorted((c for c in numbers if c.kind == "money"), key=lambda c: (-c.last, c.first)):
        left = [c for c in numbers if c.last < amount.first]
        for i, quantity in enumerate(left):
            for price in left[i + 1 :]:
                if price.first > quantity.last and _multiplies(quantity, price, amount, discounts):
                    return Proof(quantity, price, amount)
    return None


def _multiplies(quantity: Candidate, price: Candidate, amount: Candidate, discounts: Sequence[Decimal]) -> bool:
    q, p, a = decimal_of(quantity), decimal_of(price), decimal_of(amount)
    if not q or not p or not a or abs(a) < Decimal("0.05"):
        return False
    if product_fits(q, p, a) or any(abs(abs(q * p) * (100 - d) / 100 - abs(a)) <= CENT for d in discounts):
        return True
    base = _base_behind(price)
    return base is not None and product_fits(q, p, a, base=base)


def _base_behind(price: Candidate) -> Decimal | None:
    """What a price says it is for: `/100` or `per 100` behind it."""
    behind = [t.text for t in price.row.tokens[price.last + 1 : price.last + 3]]
    for i, text in enumerate(behind):
        plain = text.lstrip("€$£").removeprefix("EUR").lstrip("/")
        if plain.isdigit() and (text != plain or (i > 0 and _PER.match(behind[i - 1]))):
            return Decimal(plain) if Decimal(plain) in _BASES else None
    return None


def _read_page(
    page: PageLines, proofs: dict[int, Proof], edge: float, candidates: Candidates, drafts: list[Draft]
) -> None:
    """The items of one page: proven rows, rows with an amount below the others, and the words that go with them."""
    labels = load_lexicon().labels
    last = max(proofs)
    for row in page.rows[_first(page, min(proofs), edge, candidates) :]:
        proof = proofs.get(row.number)
        if proof is not None:
            drafts.append(_proven(row, proof, candidates, drafts))
            _take_name(page, drafts)
            continue
        amount = _amount_at(row, edge, candidates)
        anchors = find_anchors(row, labels)
        if any(a.term in STOPS and a.strength >= SURE and (a.first == 0 or row.breaks[a.first]) for a in anchors):
            if row.number > last:
                return
            continue
        if is_between(anchors, amount):
            continue
        if amount is not None and amount.first > 0 and _under_names(row, drafts) and _letters(row, range(amount.first)):
            drafts.append(_flat(row, amount))
        elif drafts and drafts[-1].rows[-1].page == row.page and follows(drafts[-1].rows[-1], row):
            _continue(row, drafts[-1], candidates)


def _first(page: PageLines, first: int, edge: float, candidates: Candidates) -> int:
    """The row where the table begins: rows above the first proven one that end with an amount at the same x."""
    for row in reversed(page.rows[max(0, first - MOST_ABOVE) : first]):
        amount = _amount_at(row, edge, candidates)
        if amount is not None and amount.first > 0 and _letters(row, range(amount.first)):
            first = row.number
        elif first - row.number > 1 or not follows(row, page.rows[first]):
            break
    return first


def _under_names(row: Row, drafts: Sequence[Draft]) -> bool:
    """Whether a row begins no further right than the names do."""
    starts = [r.tokens[0].box.x0 for d in drafts for r, term, _ in d.texts if term == "item_name"]
    return not starts or row.box.x0 <= max(starts) + 3 * row.height


def _amount_at(row: Row, edge: float, candidates: Candidates) -> Candidate | None:
    money = [c for c in candidates[row.page, row.number] if c.kind == "money" and not c.repaired]
    return next((c for c in money if abs(c.box.x1 - edge) <= row.height), None)


def _letters(row: Row, span: Sequence[int] | range) -> bool:
    return any(sum(map(str.isalpha, row.tokens[i].text)) >= 2 for i in span)


def _proven(row: Row, proof: Proof, candidates: Candidates, drafts: Sequence[Draft]) -> Draft:
    terms = ("quantity", "unit_price")
    if proof.quantity.decimals >= 2 and proof.price.decimals == 0:
        terms = ("unit_price", "quantity")
    draft = Draft(rows=[row], numbers=dict(zip(terms, proof[:2], strict=True)))
    draft.numbers["gross_amount" if proof.taxed else "net_amount"] = proof.amount
    left, right = proof.quantity, proof.price
    words = list(range(left.first))
    between = [i for i in range(left.last + 1, right.first) if row.tokens[i].text not in _SIGNS]
    named = _letters(row, words)
    times = any(row.tokens[i].text in _TIMES for i in range(left.last + 1, right.first))
    if between and (times or len(between) <= 2 if named else known_unit(row.tokens[between[0]].text)):
        unit = between if named or times else between[:1]
        draft.unit = " ".join(row.tokens[i].text for i in unit)
        between = between[len(unit) :]
    if not named:
        behind = [i for i in range(right.last + 1, proof.amount.first) if row.tokens[i].text not in _SIGNS]
        words += between or [i for i in behind if _letters(row, [i])]
    percents = [c for c in candidates[row.page, row.number] if c.kind == "percent"]
    rates = [c for c in percents if c.first > right.last]
    q, p, a = (decimal_of(c) or Decimal(0) for c in proof[:3])
    base = _base_behind(proof.price)
    if rates and (proof.taxed or product_fits(q, p, a, base=base or Decimal(1))):
        draft.numbers["vat_rate"] = rates[-1]
    elif percents:
        draft.loose.append(percents[0])
    _name(draft, row, words, len(drafts) + 1)
    return draft


def _flat(row: Row, amount: Candidate) -> Draft:
    draft = Draft(rows=[row], numbers={"net_amount": amount})
    _name(draft, row, list(range(amount.first)), 0)
    return draft


def _name(draft: Draft, row: Row, words: Sequence[int], number: int) -> None:
    """The words left of the numbers: a running number, then a code, then the name."""
    left = [i for i in words if row.tokens[i].text not in _SIGNS]
    if len(left) > 1 and row.tokens[left[0]].text.strip(".)") in (str(number), str(10 * number), f"{number:02}"):
        draft.texts.append((row, "line_id", row.tokens[left.pop(0)].text.strip(".)")))
    for term, at in (("seller_item_id", 0), ("seller_item_id", -1)):
        if len(left) < 2 or any(t == term for _, t, _ in draft.texts):
            break
        i = left[at]
        other = left[1] if at == 0 else i
        rest = left[1:] if at == 0 else left[:-1]
        if row.breaks[other] and _CODE.match(row.tokens[i].text) and _letters(row, rest):
            draft.texts.append((row, term, row.tokens[i].text))
            left = rest
    if len(left) == 1 and _ITEM_CODE.match(row.tokens[left[0]].text):
        draft.texts.append((row, "seller_item_id", row.tokens[left[0]].text))
    elif left and any(any(map(str.isalpha, row.tokens[i].text)) for i in left):
        draft.texts.append((row, "item_name", " ".join(row.tokens[i].text for i in left)))


def _take_name(page: PageLines, drafts: Sequence[Draft]) -> None:
    """An item without words is named by the row above it."""
    draft = drafts[-1]
    row = draft.rows[0]
    if any(term == "item_name" for _, term, _ in draft.texts) or row.number == 0:
        return
    above = page.rows[row.number - 1]
    if not follows(above, row) or not _letters(above, range(len(above.tokens))):
        return
    if len(drafts) > 1 and above in drafts[-2].rows:
        before = drafts[-2]
        if above is before.rows[0]:
            return
        before.rows.remove(above)
        before.texts = [t for t in before.texts if t[0] is not above]
    draft.rows.insert(0, above)
    draft.texts.insert(0, (above, "item_name", " ".join(t.text for t in above.tokens)))


def _continue(row: Row, draft: Draft, candidates: Candidates) -> None:
    """A row of words below an item goes on with its name; one with money in it does not."""
    if any(c.kind == "money" and c.decimals == 2 for c in candidates[row.page, row.number]):
        return
    starts = [r.tokens[0].box.x0 for r, term, _ in draft.texts if term == "item_name"]
    if not starts or known_unit(row.text) is not None:
        return
    left = min((c.box.x0 for c in draft.numbers.values() if c.box.x0 > starts[0]), default=row.box.x1)
    if row.box.x0 >= left or row.box.x0 < starts[0] - 4 * row.height:
        return
    words = [t.text for t in row.tokens if t.box.x0 < left]
    draft.rows.append(row)
    draft.texts.append((row, "item_name", " ".join(words)))


def product_rows(row: Row, candidates: Candidates) -> Iterator[tuple[Candidate, Candidate]]:
    """Pairs of numbers of a row of two numbers and signs (2 x 3.50)."""
    numbers = [c for c in candidates[row.page, row.number] if c.kind in ("money", "number") and not c.repaired]
    words = any(sum(map(str.isalpha, t.text)) > 2 for t in row.tokens)
    if len(numbers) == 2 and any(c.kind == "money" for c in numbers) and not words:
        yield numbers[0], numbers[1]
