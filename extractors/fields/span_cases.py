"""Which lines of a head are the name, which the address: the seam at which a trained scorer replaces weights.

head lines -> one case for each span of 1 to 2 name lines and of 1 to 6 address lines -> `SpanScorer.score` -> log-odds
-> `letterhead.read_letterhead`. A feature's first word says which line it speaks of: `first`, `last`, `inner` (any
line between or after the first), `second`, `before` and `after` the span, `head` (all lines). An absent feature is 0.

>>> head = ("ACME SDN BHD", "NO 3, JALAN BESAR", "81100 JOHOR BAHRU")
>>> lines = [HeadLine(None, text, text_facts(text)) for text in head]
>>> cases = span_cases(lines)
>>> scores = WeightedSpanScorer().score(cases)
>>> best = max(zip(scores, cases), key=lambda row: row[0] if row[1].part == "address" else -99)[1]
>>> best.first, best.last
(1, 2)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, NamedTuple, Protocol

from extractors.fields.head_lines import ROWS, HeadLine, text_facts
from extractors.fields.lexicon import squeeze

__all__ = ["HeadLine", "SpanCase", "SpanScorer", "WeightedSpanScorer", "span_cases", "text_facts"]

Part = Literal["name", "address"]
NAME_LINES, ADDRESS_LINES = 2, 6
STOPS = ("contact", "title", "label", "dated", "amount", "registration", "wide_gap")
LARGE = 1.8  # usual heights: a sign rather than a line
OPENS = ("postal", "street", "unit")


class SpanCase(NamedTuple):
    """Some lines as the name or as the address, first and last included; their features by name."""

    part: Part
    first: int
    last: int
    features: Mapping[str, float]


class SpanScorer(Protocol):
    """Gives each case its log-odds of being exactly the name or the address; a head is scored in one call."""

    def score(self, cases: Sequence[SpanCase]) -> list[float]:
        """Return one log-odds for each case, in order."""
        ...


# Set by hand from how shops print their heads; the learning room may use every feature that `span_cases` names.
WEIGHTS: dict[Part, dict[str, float]] = {
    "name": {
        "bias": -1.0, "first_name": 1.5, "first_company": 2.0, "first_legal": 1.0, "first_tail": -5.0,
        "first_title": -3.0, "first_registration": -2.0, "first_contact": -2.0, "first_label": -2.0,
        "first_dated": -2.0, "first_opens": -1.5, "first_unit": -1.0, "first_hosted": 1.5, "first_generic": -2.0,
        "stacked": 5.0, "first_bracket": -1.5, "first_small": -1.0, "first_few_letters": -1.5, "first_colon": -1.0,
        "first_digits": -3.0, "first_amount": -1.0, "first_confidence": 1.0, "first_words": 0.5, "two": -4.0,
        "second_tail": 5.5, "second_registration": -3.0, "second_opens": -2.0, "second_stop": -2.0, "after_tail": -3.5,
        "after_registration": 1.0, "after_opens": 0.6, "below_opening": -3.0, "on_opening": -1.5, "at": -2.0,
        "head_company": -1.2, "head_legal": -0.6, "names_above": -0.4, "taller": 0.6, "first_inner_comma": -0.6,
    },
    "address": {
        "bias": -2.0, "first_opens": 1.5, "first_unit": 1.4, "first_inner_comma": 0.8, "first_postal": -0.5,
        "first_company": -2.0, "first_legal": -0.7, "first_stop": -2.0, "one": -0.8, "before_opens": -1.5,
        "before_unit": -0.8, "before_comma": -1.0, "before_inner_comma": -0.7, "last_postal": 1.2, "last_places": 1.5,
        "last_stop": -2.0, "last_colon": -1.0, "last_comma": -0.6, "inner_stops": -6.0, "after_postal": -1.2,
        "after_opens": -0.8, "after_places": -1.8, "after_country": -1.0, "after_contact": 0.5,
        "after_registration": 0.4, "opens": 0.6, "plain": -2.5, "companies_inside": -2.0, "above_opening": -1.0,
        "after_opening": -7.5, "postal_before": -1.5, "on_first_line": -1.0, "no_postal": -0.8,
        "first_repeats": -1.5,
    },
}  # fmt: skip


class WeightedSpanScorer:
    """A linear scorer with hand-set weights."""

    def __init__(self, weights: Mapping[Part, Mapping[str, float]] | None = None) -> None:
        self._weights = weights if weights is not None else WEIGHTS

    def score(self, cases: Sequence[SpanCase]) -> list[float]:
        """Sum weight times feature; the bias counts once."""
        return [self._one(case) for case in cases]

    def _one(self, case: SpanCase) -> float:
        features = case.features
        total = 0.0
        for name, weight in self._weights[case.part].items():
            if name in features:
                total += weight * features[name]
        return total + self._weights[case.part]["bias"]


def span_cases(lines: Sequence[HeadLine]) -> list[SpanCase]:
    """All spans of a head as a name and as an address, in order."""
    head = _Head(lines)
    return [*_spans(head, "name", NAME_LINES), *_spans(head, "address", ADDRESS_LINES)]


class _Head:
    """What many spans share: each line's facts under each of its names, and what is summed over lines."""

    def __init__(self, lines: Sequence[HeadLine]) -> None:
        self.lines = lines
        marked = [_marked(line) for line in lines]
        self.named = {
            prefix: [{f"{prefix}_{name}": value for name, value in facts.items()} for facts in marked]
            for prefix in ("first", "second", "last", "before", "after")
        }
        self.stops = [sum(name in facts for name in STOPS) > 0 for facts in marked]
        self.opens = ["opens" in facts for facts in marked]
        self.postal = ["postal" in facts for facts in marked]
        self.company = ["company" in facts for facts in marked]
        self.legal = ["legal" in facts for facts in marked]
        self.plain = ["opens" not in facts and "places" not in facts for facts in marked]
        self.opening = next(
            (i for i, facts in enumerate(marked) if i and _opens_address(facts)),
            len(lines),
        )
        self.names = [i for i, facts in enumerate(marked[: self.opening]) if "name" in facts]
        self.words = [squeeze(line.text.split()[0]) for line in lines]  # the first of each line
        self.tall = [line.facts.get("tall", 1.0) for line in lines]

    def around(self, first: int, last: int) -> dict[str, float]:
        """The line before and the line after a span; an edge of the head is a fact of its own."""
        before = self.named["before"][first - 1] if first else {"before_nothing": 1.0}
        after = self.named["after"][last + 1] if last + 1 < len(self.lines) else {"after_nothing": 1.0}
        return before | after

    def stacked(self, first: int) -> bool:
        """Whether a line and the next are a large sign in capitals."""
        pair = self.lines[first : first + 2]
        low, high = sorted(self.tall[first : first + 2])
        return low > LARGE and low > 0.75 * high and all(line.facts["capitals"] and line.facts["name"] for line in pair)


def _marked(line: HeadLine) -> dict[str, float]:
    """The facts of a line that hold, and whether it may open an address or belongs to none."""
    held = {name: value for name, value in line.facts.items() if value}
    if any(stop in held for stop in STOPS):
        held["stop"] = 1.0
    if any(fact in held for fact in OPENS):
        held["opens"] = 1.0
    return held


def _opens_address(facts: Mapping[str, float]) -> bool:
    """Whether a line below a possible name begins an address."""
    is_shop = "company" in facts or ("legal" in facts and "unit" not in facts)
    return "opens" in facts and "dated" not in facts and not is_shop


def _spans(head: _Head, part: Part, longest: int) -> Iterator[SpanCase]:
    features = _name_features if part == "name" else _address_features
    for first in range(len(head.lines)):
        for last in range(first, min(first + longest, len(head.lines))):
            yield SpanCase(part, first, last, features(head, first, last))


def _name_features(head: _Head, first: int, last: int) -> dict[str, float]:
    """The lines of a name, their neighbours, and what else in the head may be one."""
    rivals = [i for i in head.names if not first <= i <= last]
    second = head.named["second"][last] if last > first else {}
    return (
        head.named["first"][first]
        | second
        | head.around(first, last)
        | {
            "two": float(last > first),
            "stacked": float(last > first and head.stacked(first)),
            "at": first / ROWS,
            "below_opening": float(first > head.opening),
            "on_opening": float(first <= head.opening <= last),
            "to_opening": min(max(head.opening - last - 1, 0), 6) / 6,
            "head_company": float(any(head.company[i] for i in rivals)),
            "head_legal": float(any(head.legal[i] for i in rivals)),
            "names_above": min(sum(i < first for i in rivals), 4) / 4,
            "taller": float(all(head.tall[first] > 1.15 * head.tall[i] for i in rivals)),
        }
    )


def _address_features(head: _Head, first: int, last: int) -> dict[str, float]:
    """The lines of an address and their neighbours."""
    span = slice(first, last + 1)
    count = last - first + 1
    return (
        head.named["first"][first]
        | head.named["last"][last]
        | head.around(first, last)
        | {
            "lines": count / ADDRESS_LINES,
            "one": float(count == 1),
            "many": float(count >= 5),
            "inner_stops": min(sum(head.stops[span]), 3) / 3,
            "inner_postal": float(any(head.postal[first:last])),
            "postals": min(sum(head.postal[span]), 3) / 3,
            "no_postal": float(not any(head.postal[span])),
            "opens": sum(head.opens[span]) / count,
            "plain": sum(head.plain[span]) / ADDRESS_LINES,
            "at": first / ROWS,
            "on_first_line": float(first == 0),
            "after_opening": min(max(first - head.opening, 0), 6) / 6,
            "above_opening": float(first < head.opening),
            "first_repeats": float(len(head.words[first]) > 2 and head.words[first] in head.words[:first]),
            "companies_above": float(any(head.company[:first])),
            "companies_inside": float(any(head.company[span])),
            "postal_before": float(any(head.postal[:first])),
        }
    )
