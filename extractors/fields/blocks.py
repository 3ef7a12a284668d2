"""Address blocks: the lines around a postal code, and letterheads in one line.

From the postal line the block is climbed upwards: aligned lines, close to each other, until a heading, a label with
its value, another address or a gap. The name is the first line, the address begins at the street.
"""

from __future__ import annotations

from collections.abc import Sequence

from extractors.fields.addresses import country_of, is_contact_line, is_postal_line, is_street_line, parts_of
from extractors.fields.anchors import Anchor, find_anchors
from extractors.fields.labelled import text_after
from extractors.fields.layout import Row, Segment, around
from extractors.fields.lexicon import load_lexicon
from extractors.fields.names import is_name, tidy_name
from extractors.fields.party import PageLines, Party, role_of, sureness

CLIMB = 7  # lines of an address block, at most
HEAD = 0.25  # of the page height: the letterhead ends here
NAME_GAP = 3.2  # heights between a name and its street
LINE_GAP = 2.1  # heights between two lines of one block


def sender_line(segment: Segment) -> Party | None:
    """A letterhead in one line: name, street and town parted by dots, bars or dashes."""
    parts = parts_of(segment.text)
    if len(parts) < 3:
        parts = [part.strip() for part in segment.text.split(",")]
    postal = next((i for i in range(len(parts) - 1, -1, -1) if is_postal_line(parts[i])), None)
    if postal is None or postal < 2 or not is_name(parts[0]) or any(map(str.isdigit, parts[0])):
        return None
    if not is_street_line(", ".join(parts[1:postal])):
        return None
    name = tidy_name(parts[0])
    rest = parts[1 : postal + 1] + [p for p in parts[postal + 1 : postal + 2] if country_of(p)]
    return Party(
        name,
        segment.box,
        tuple(rest),
        segment.box,
        segment.row.page,
        segment.box,
        sender_line=True,
        confidence=sureness(segment),
    )


def block_party(page: PageLines, postal: Segment) -> Party | None:
    """The lines above a postal line that belong to it."""
    lines, section = _climb(page, postal)
    below = _below(page, postal)
    texts = [segment.text for segment in lines]
    start = _street_at(texts)
    head = [s for s in lines[:start] if is_name(s.text)]
    name = head[0] if head else None
    inline = None
    if section is not None and section.row is not postal.row:
        inline = text_after(section)
        if inline and is_name(inline):
            name = None
    address = [s.text for s in lines[start:]] + [s.text for s in below[:2] if country_of(s.text)]
    if name is None and not inline and start == 0 and len(lines) == 1 and page.number > 1:
        return None
    if name is None and not inline and section is None:
        name = _headline(page, lines[0])
    contacts = any(is_contact_line(s.text) or _taxed(s) for s in (*lines, *below))
    box = around(s.box for s in lines)
    shown = tidy_name(inline if inline and name is None else name.text if name else "")
    return Party(
        shown or None,
        name.box if name else (section.row.box if section else None),
        tuple(address),
        around(s.box for s in lines[start:]),
        page.number,
        box,
        role=role_of(section),
        contacts=contacts,
        confidence=min(sureness(s) for s in lines),
    )


def _headline(page: PageLines, top: Segment) -> Segment | None:
    """The large line of a letterhead that stands above an address without being aligned with it."""
    if page.number > 1 or top.box.y0 > HEAD * page.height:
        return None
    usual = sorted(row.height for row in page.rows)[len(page.rows) // 2]
    above = [s for s in page.segments if s.box.y1 <= top.box.y0 + 2 and s.box.x0 < top.box.x1 + 0.3 * page.width]
    large = [s for s in above if s.row.height >= 1.25 * usual and is_name(s.text) and not _stops(s)]
    return max(large, key=lambda s: s.row.height, default=None)


def _street_at(texts: Sequence[str]) -> int:
    """Where the address begins: the street, else the line above the town if a name remains above it."""
    last = len(texts) - 1
    for i, text in enumerate(texts[:-1]):
        if is_street_line(text):
            return i
    plain = is_name(texts[last - 1]) if last >= 1 else False
    return last - 1 if last >= 2 and plain else last


def _climb(page: PageLines, postal: Segment) -> tuple[list[Segment], Anchor | None]:
    """The lines of a block from its first to its postal line, and the heading above it."""
    lines = [postal]
    section: Anchor | None = None
    for _ in range(CLIMB):
        named = any(is_name(s.text) and not is_street_line(s.text) for s in lines[:-1])
        above = _neighbour(page, lines[0], LINE_GAP if named or len(lines) < 2 else NAME_GAP)
        if above is None:
            break
        heading = next((a for a in page.sections if a.row is above.row and above.first <= a.first <= above.last), None)
        if heading is not None:
            section = heading
            break
        if _stops(above):
            break
        lines.insert(0, above)
        if above.row.height > 1.5 * postal.row.height:
            break
    return lines, section or _heading_near(page, lines[0])


def _neighbour(page: PageLines, segment: Segment, lines: float) -> Segment | None:
    """The segment right above, aligned left or centred."""
    box, height = segment.box, segment.row.height
    best: Segment | None = None
    for other in page.segments:
        gap = box.y0 - other.box.y1
        reach = lines * max(height, min(other.row.height, 3 * height))  # a large letterhead stands off its address
        if other.row is segment.row or not -0.6 * height < gap < reach or other.box.middle >= box.middle:
            continue
        aligned = (
            abs(other.box.x0 - box.x0) < 1.3 * height
            or abs(other.box.x0 + other.box.x1 - box.x0 - box.x1) < 2.5 * height
        )
        if aligned and (best is None or other.box.y1 > best.box.y1):
            best = other
    return best


def _below(page: PageLines, segment: Segment) -> list[Segment]:
    """Up to three aligned lines under a block."""
    found: list[Segment] = []
    last = segment
    for other in page.segments:
        gap = other.box.y0 - last.box.y1
        if other.row.number > last.row.number and -0.6 * last.row.height < gap < LINE_GAP * last.row.height:
            aligned = abs(other.box.x0 - last.box.x0) < 1.3 * last.row.height
            if aligned and len(found) < 3:
                found.append(other)
                last = other
    return found


def _stops(segment: Segment) -> bool:
    """Lines that no address holds: titles, labels with values, dates, contacts above the name."""
    lexicon = load_lexicon()
    key = "".join(token.key for token in segment.tokens)
    if key in lexicon.types or is_contact_line(segment.text) or is_postal_line(segment.text):
        return True
    piece = Row(segment.row.page, segment.row.number, segment.tokens)
    anchors = [
        a
        for a in find_anchors(piece, lexicon.labels)
        if a.strength >= 0.8 and a.term not in ("party_name", "party_address")
    ]
    return any(a.first == 0 for a in anchors) and (any(map(str.isdigit, segment.text)) or segment.text.endswith(":"))


def _heading_near(page: PageLines, top: Segment) -> Anchor | None:
    """A heading right above a block, or left of its first line."""
    box, height = top.box, top.row.height
    for section in page.sections:
        head = section.box
        above = -0.5 * height < box.y0 - head.y1 < 2.6 * height and head.x0 < box.x1 and head.x1 > box.x0 - 2 * height
        beside = section.row is top.row and head.x1 <= box.x0 + height
        if above or beside:
            return section
    return None


def _taxed(segment: Segment) -> bool:
    return any(a.term in ("seller_vat_id", "seller_legal_id") for a in find_anchors(segment.row, load_lexicon().labels))
