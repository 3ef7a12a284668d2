"""Parties whose lines carry labels (`Name: ...`, `Anschrift: ...`), and headings that give no more than a name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from extractors.fields.addresses import country_of, is_postal_line, is_street_line
from extractors.fields.anchors import Anchor, find_anchors
from extractors.fields.layout import Segment, around, segments_of
from extractors.fields.lexicon import load_lexicon
from extractors.fields.names import is_name, tidy_name
from extractors.fields.party import PageLines, Party, role_of, sureness
from models.document import Box

PARTIES = ("seller", "buyer", "delivery")
ROWS = 14  # rows under a heading that may be its party's


def labelled_party(page: PageLines, section: Anchor) -> Party | None:
    """A party whose lines carry labels: `Name: ...`, `Anschrift: ...` under a heading."""
    name: tuple[str, Box] | None = None
    address: list[Segment] = []
    above: list[Segment] = []
    contacts = False
    for first, label, value in _labelled_rows(page, section):
        contacts |= label in ("phone", "seller_vat_id")
        if label is None and name is None:
            above.append(first)
        if label == "party_name" and value is not None and name is None:
            name = _whole_name(value, above)
        elif label == "party_address" and value is not None and not address:
            address = [value]
        elif label is None and (address or name):
            left = address[-1].box.x0 if address else name[1].x0 if name else 0.0
            if abs(first.box.x0 - left) < 1.5 * first.row.height:
                address.append(first)
    if name is None or not is_name(name[0]):
        return None
    return Party(
        tidy_name(name[0]),
        name[1],
        tuple(_street_on([s.text for s in address])),
        around(s.box for s in address) if address else None,
        page.number,
        around([section.box, name[1], *(s.box for s in address)]),
        role=role_of(section),
        contacts=contacts,
        confidence=min((sureness(s) for s in address), default=1.0),
    )


def _labelled_rows(page: PageLines, section: Anchor) -> Iterator[tuple[Segment, str | None, Segment | None]]:
    """The rows under a heading up to the next one: first segment, the term that labels it, and what follows it."""
    labels = load_lexicon().labels
    headed = {other.row.number for other in page.sections}
    for row in page.rows[section.row.number + 1 : section.row.number + ROWS]:
        if row.number in headed:
            return
        first, *others = segments_of(row)
        anchor = next(iter(find_anchors(row, labels)), None)
        label = anchor.term if anchor is not None and anchor.first == 0 and anchor.strength >= 0.8 else None
        yield first, label, others[0] if others else None


def _whole_name(value: Segment, above: Sequence[Segment]) -> tuple[str, Box]:
    """A name of two lines whose label stands at the second one's height."""
    height = value.row.height
    first = [s for s in above[-1:] if abs(s.box.x0 - value.box.x0) < height and value.box.y0 - s.box.y1 < height]
    return " ".join(s.text for s in (*first, value)), around(s.box for s in (*first, value))


def named_party(page: PageLines, section: Anchor) -> Party | None:
    """A party of whom a heading gives no more than the name: `From: Acme Ltd`."""
    name = text_after(section)
    if not is_name(name) or is_postal_line(name):
        return None
    box = section.row.box
    return Party(tidy_name(name), box, (), None, page.number, box, role=role_of(section), named_only=True)


def _street_on(lines: Sequence[str]) -> list[str]:
    """Without the contact person who stands before the street."""
    start = next((i for i, text in enumerate(lines) if any(map(str.isdigit, text)) or is_street_line(text)), 0)
    towns = [i for i, text in enumerate(lines) if is_postal_line(text)]
    two = len(towns) > 1 and towns[1] == towns[0] + 1 and lines[towns[0]][0].isdigit()
    end = towns[two] if towns else len(lines) - 1  # a house number before its street looks like a postal code
    after = [text for text in lines[end + 1 : end + 3] if country_of(text)]
    return [*lines[start : end + 1], *after]


def text_after(section: Anchor) -> str:
    """The text behind a heading in its own segment."""
    for segment in segments_of(section.row):
        if segment.first <= section.first <= segment.last:
            return " ".join(token.text for token in section.row.tokens[section.last + 1 : segment.last + 1])
    return ""
