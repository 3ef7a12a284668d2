"""Compares what was read with what is true, field by field; the rules that every accuracy figure rests on.

A value is right where it equals the truth after both were brought into one form: amounts to the cent and without sign
(a credit note's sign is not uniform in the wild), dates by their first ten characters, codes by letters and digits,
names and addresses without accents, punctuation and legal forms, one word in ten may be missing or extra. A field that
the truth does not know is not scored. Groups are layout families: the mean over them keeps one frequent layout from
answering for all.

>>> is_same("gross_total", "1234.5", "-1234.50"), is_same("seller_name", "Müller GmbH", "MUELLER AG")
(True, False)
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import PurePath
from random import Random
from typing import Any

Row = Mapping[str, Any]

KINDS: dict[str, str] = {
    "net_total": "amount", "tax_total": "amount", "gross_total": "amount", "net_amount": "amount",
    "quantity": "number", "unit_price": "number",
    "issue_date": "date", "due_date": "date",
    "invoice_number": "code", "seller_vat_id": "code", "buyer_vat_id": "code", "order_reference": "code",
    "iban": "code", "currency": "code",
    "seller_name": "name", "buyer_name": "name", "seller_address": "name",
}  # fmt: skip
LINE_FIELDS = frozenset({"net_amount", "quantity", "unit_price"})
HEADER_FIELDS = tuple(sorted(KINDS.keys() - LINE_FIELDS))
# Names that truth files may use -> ours.
OTHER_NAMES = {
    "supplier_name": "seller_name", "supplier_vat_id": "seller_vat_id", "supplier_address": "seller_address",
    "po_number": "order_reference", "description": "item_name", "line_total": "net_amount", "tax_rate": "vat_rate",
}  # fmt: skip
_LEGAL_FORMS = re.compile(
    r"\b(?:gmbh|mbh|ag|kg|ohg|ug|se|sa|sas|sasu|sarl|eurl|sci|snc|ltd|limited|llc|inc|corp|co|plc|bv|nv|srl|spa|sl"
    r"|slu|ab|as|oy|aps|pty|sdn|bhd|enterprise|company)\b"
)
_SHARED_NAME_WORDS = 0.9
_SHARED_ITEM_WORDS = 0.6
_CENT = Decimal("0.01")
_RESAMPLES = 1000


@dataclass(slots=True)
class Count:
    """How many values were right, were found at all, and are known."""

    right: int = 0
    found: int = 0
    known: int = 0

    def add(self, *, right: int, found: int, known: int = 1) -> None:
        """Count values on top."""
        self.right += right
        self.found += found
        self.known += known

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall; 0 where nothing is known."""
        asked = self.found + self.known
        return 2 * self.right / asked if asked else 0.0


@dataclass(slots=True)
class Score:
    """All counts of one set."""

    documents: int = 0
    unanswered: int = 0
    whole_right: int = 0
    auto: int = 0
    auto_wrong: int = 0
    fields: dict[str, Count] = field(default_factory=dict)
    groups: dict[str, Count] = field(default_factory=dict)
    lines: Count = field(default_factory=Count)
    auto_wrong_fields: Counter[str] = field(default_factory=Counter)
    misses: list[dict[str, Any]] = field(default_factory=list)
    sureness: list[tuple[float, bool]] = field(default_factory=list)  # of each document: least confidence, all right

    @property
    def f1_over_groups(self) -> float:
        """The mean of the groups' F1."""
        return _mean([count.f1 for count in self.groups.values()])


def score(truth: Iterable[Row], answers: Iterable[Row], *, visible_only: bool = False) -> Score:
    """Score answers (`facturier extract --json`) against truth rows; files are matched by their bare names.

    `visible_only` leaves out the fields that the page does not show (`visible` of a truth row).
    """
    by_name = {PurePath(answer["file"]).name: answer for answer in answers}
    result = Score()
    for row in truth:
        _score_document(result, row, by_name.get(PurePath(row["file"]).name), visible_only=visible_only)
    return result


def interval(group_scores: Sequence[float], seed: int = 7) -> tuple[float, float]:
    """The 95 % interval of a mean over groups, by drawing the groups again with replacement.

    >>> interval([0.5, 0.5, 0.5])
    (0.5, 0.5)
    """
    rng = Random(seed)  # noqa: S311 - statistics
    means = sorted(_mean(rng.choices(group_scores, k=len(group_scores))) for _ in range(_RESAMPLES))
    return (means[int(0.025 * _RESAMPLES)], means[int(0.975 * _RESAMPLES) - 1]) if group_scores else (0.0, 0.0)


def is_same(name: str, truth: object, found: object) -> bool:
    """Whether a found value of this field counts as right."""
    wanted, got = comparable(name, truth), comparable(name, found)
    if wanted == got:
        return True
    if KINDS.get(name) != "name" or wanted is None or got is None:
        return False
    return _shared(str(wanted), str(got)) >= _SHARED_NAME_WORDS


def comparable(name: str, value: object) -> object:
    """A value in the form in which two of its kind are compared; None where there is none."""
    if value is None or value == "":
        return None
    form = _FORMS.get(KINDS.get(name, ""))
    return form(str(value)) if form else str(value)


def fold(text: str) -> str:
    """Small letters and digits, without accents, words apart by one space.

    >>> fold("Crème-Brûlée & Söhne, Straße 5")
    'creme brulee sohne strasse 5'
    """
    plain = unicodedata.normalize("NFKD", text.replace("ß", "ss"))
    plain = "".join(c for c in plain if not unicodedata.combining(c)).lower()
    return " ".join(re.findall(r"[a-z0-9]+", plain))


def _score_document(result: Score, row: Row, answer: Row | None, *, visible_only: bool) -> None:
    known = _our_names(row.get("fields") or {})
    found = _our_names((answer or {}).get("fields") or {})
    shown = {OTHER_NAMES.get(name, name) for name in row.get("visible", known)} if visible_only else set(known)
    scored = [name for name in HEADER_FIELDS if name in known and name in shown]
    layout = row.get("group") or PurePath(row["file"]).name
    group = result.groups.setdefault(layout, Count()) if scored else Count()
    wrong = [name for name in scored if not _score_field(result, group, name, known[name], found.get(name))]
    result.misses += [
        {"file": PurePath(row["file"]).name, "field": name, "truth": known[name], "found": _bare(found.get(name))}
        for name in wrong
    ]
    if (lines := known.get("lines")) and not (visible_only and _lines_hidden(row, lines)):
        _score_lines(result.lines, lines, (answer or {}).get("lines") or [])
    is_right = answer is not None and not wrong
    is_auto = answer is not None and answer.get("decision") == "auto"
    result.documents += 1
    result.unanswered += answer is None
    result.whole_right += is_right
    result.sureness.append((_least_confidence(answer), is_right))
    result.auto += is_auto
    result.auto_wrong += is_auto and not is_right
    result.auto_wrong_fields.update(wrong if is_auto else ())


def _least_confidence(answer: Row | None) -> float:
    """How sure the least sure of the scored fields is; 0 where nothing was read."""
    fields = _our_names((answer or {}).get("fields") or {})
    given = [value.get("confidence", 0.0) for name, value in fields.items()
             if name in HEADER_FIELDS and isinstance(value, Mapping)]  # fmt: skip
    return min(given, default=0.0)


def coverage(documents: Sequence[tuple[float, bool]], error: float = 0.01) -> float:
    """The largest share of documents that may pass, the surest first, with at most this share of wrong ones among them.

    >>> coverage([(0.99, True), (0.98, True), (0.5, False), (0.4, True)])
    0.5
    """
    ranked = sorted(documents, key=lambda row: -row[0])
    best = wrong = 0
    for at, (sure, right) in enumerate(ranked, start=1):
        wrong += not right
        ends_a_tie = at == len(ranked) or ranked[at][0] < sure
        best = at if wrong <= error * at and ends_a_tie else best
    return round(best / len(ranked), 4) if ranked else 0.0


def _score_field(result: Score, group: Count, name: str, truth: object, found: object) -> bool:
    value = _bare(found)
    is_right = is_same(name, truth, value)
    for count in (result.fields.setdefault(name, Count()), group):
        count.add(right=is_right, found=comparable(name, value) is not None)
    return is_right


def _score_lines(count: Count, truth: Sequence[Row], found: Sequence[Row]) -> None:
    """A line is right where its amount and, as far as known, its quantity and its name agree; each counts once."""
    left = [{name: _bare(value) for name, value in _our_names(line).items()} for line in found]
    count.add(right=0, found=len(found), known=len(truth))
    for line in map(_our_names, truth):
        fitting = next((each for each in left if _is_same_line(line, each)), None)
        if fitting is not None:
            left.remove(fitting)
            count.right += 1


def _is_same_line(truth: Row, found: Row) -> bool:
    asked = [name for name in ("net_amount", "quantity") if truth.get(name) is not None]
    if not all(is_same(name, truth[name], found.get(name)) for name in asked):
        return False
    wanted = set(fold(str(truth.get("item_name") or "")).split())
    got = set(fold(str(found.get("item_name") or "")).split())
    return not wanted or len(wanted & got) / len(wanted) >= _SHARED_ITEM_WORDS


def _lines_hidden(row: Row, lines: Sequence[Row]) -> bool:
    """Whether the page shows fewer lines than the truth has: then they cannot all be read."""
    return bool((row.get("extra") or {}).get("lines_visible", len(lines)) < len(lines))


def _our_names(row: Row) -> dict[str, Any]:
    return {OTHER_NAMES.get(name, name): value for name, value in row.items()}


def _bare(value: object) -> object:
    return value.get("value") if isinstance(value, Mapping) else value


def _shared(left: str, right: str) -> float:
    a, b = set(left.split()), set(right.split())
    return len(a & b) / len(a | b) if a and b else 0.0


def _amount(text: str) -> object:
    number = _number(text)
    return number.quantize(_CENT) if isinstance(number, Decimal) and number.adjusted() < 20 else number


def _number(text: str) -> object:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    return abs(number).normalize() if number.is_finite() else text


def _code(text: str) -> object:
    return re.sub(r"[^A-Z0-9]", "", text.upper()) or None


def _name(text: str) -> object:
    folded = fold(text)
    return " ".join(_LEGAL_FORMS.sub(" ", folded).split()) or folded or None


def _date(text: str) -> object:
    return text[:10]


_FORMS = {"amount": _amount, "number": _number, "date": _date, "code": _code, "name": _name}


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0
