"""Address blocks: the lines around a postal code, and letterheads in one line.

From the postal line the block is climbed upwards: aligned lines, close to each other, until a heading, a label with
its value, another address or a gap. The name is the first line, the address begins at the street.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import zip_longest

from extractors.fields.addresses import country_of, is_contact_line, is_postal_line, is_street_line, parts_of
from extractors.fields.anchors import Anchor, find_anchors
from extractors.fields.labelled import text_after
from extractors.fields.layout import Row, Segment, around
from extractors.fields.lexicon import load_lexicon
from extractors.fields.name_lines import addressee, is_attention, is_department, is_title, name_of, split_company
from extractors.fields.names import company_of, is_company, is_name, tidy_name
from extractors.fields.party import PageLines, Party, role_of, sureness
from models.document import Box

CLIMB = 7  # lines of an address block, at most
HEAD = 0.25  # of the page height: the letterhead ends here
NAME_GAP = 3.2  # heights between a name and its street
LINE_GAP = 2.1  # heights between two lines of one block
RUN_GAP = 3.0  # heights between a postal code and its town
_NUMBERS = re.compile(
    r"\b(?:iban|bic|swift|rcs|siret|siren|naf|ape|vat|tva|ust|steuer|hr[ab]|abn|krs|regon|nip|btw|kvk|gst|p\.? ?iva|"
    r"capital)\b",
    re.IGNORECASE,
)
SIGN = 1.5  # heights of an address from which the line above it is a sign
FOOT = 0.85  # of the page height: the foot begins here
FOOT_GAP = 4.0  # heights between a name and an address in the foot
_CODE = re.compile(r"(?:^|, )(?:\d{4,5}|\d{4} ?[A-Z]{2})$")  # a postal code that a gap parts from its town
_HOUSE = re.compile(r"\d{3,5} [^\W\d_]")  # a house number before its street, which a postal code may look like
_CODED = re.compile(r"(?:\d{4}|\d[A-Z]{2}|[A-Z]\d[A-Z] ?\d[A-Z]\d)$")  # a line that ends with its postal code
_TOWN = re.compile(r"[^\W\d_].*\d[\dA-Z]{2,3}$")  # a town before its postal code
OWN = ("party_name", "party_address")  # labels that belong to parties
_NUMBERED = re.compile(r"(?!.*(?::|\d{6}))[^\d]{0,40}\d")  # a line with a number that is no registration's
LOTS = ("lot", "lots")  # a label of goods, and a word of addresses
SMALLER = 0.72  # of a line's height: smaller print above it is the sender's line
_REGISTER = re.compile(
    r"\b(?:tomo|folio \d|hoja|hr[ab] ?\d|rcs|amtsgericht|handelsregister|registro mercantil|gesch[aä]ftsf[uü]hr)",
    re.IGNORECASE,
)


def postal_segments(page: PageLines) -> Iterator[Segment]:
    """The segments that hold a postal code and its town, also where a gap parts the two."""
    for segment, following in zip_longest(page.segments, page.segments[1:]):
        whole = segment if following is None else _with_town(segment, following)
        if len(whole.text) < 7 or not is_postal_line(whole.text) or is_prose(whole.text):
            continue
        if not _is_street_above(page, whole) and not _is_registration(whole.text):
            yield whole


def _is_registration(text: str) -> bool:
    """Whether what looks like a postal code stands behind the label of a tax, register or bank number."""
    label = _NUMBERS.search(text)
    return label is not None and not is_postal_line(text[: label.start()]) and not is_street_line(text)


def _is_street_above(page: PageLines, segment: Segment) -> bool:
    """Whether a line is a house number and its street above the town and its postal code."""
    if not _HOUSE.match(segment.text) or _CODED.search(segment.text):
        return False
    return any(_TOWN.match(s.text) and is_postal_line(s.text) for s in below_of(page, segment)[:1])


def _with_town(code: Segment, town: Segment) -> Segment:
    """A lone postal code together with what follows it in its row."""
    is_near = town.row is code.row and town.box.x0 - code.box.x1 < RUN_GAP * code.height
    return Segment(code.row, code.first, town.last) if is_near and _CODE.search(code.text) else code


def block_party(page: PageLines, postal: Segment) -> Party | None:
    """The lines above a postal line that belong to it."""
    lines, section = _climb(page, postal)
    below = below_of(page, postal)
    texts = [segment.text for segment in lines]
    start = _street_at(texts)
    named = name_of(lines[:start], postal.height)
    text, name = named or ("", None)
    start = _first_numbered(lines, name, start)
    inline = None
    if section is not None and section.row is not postal.row:
        inline = text_after(section)
        if inline and is_name(inline):
            name = None
    address = [_bare(s.text) for s in lines[start:]] + [s.text for s in below[:2] if country_of(s.text)]
    if name is None and not inline and start == 0 and len(lines) == 1 and page.number > 1:
        return None
    if name is None and not inline and section is None:
        name = _headline(page, lines[0])
        text = name.text if name else ""
    foot = _foot_name(page, postal) if name is None and not inline and section is None else None
    if name is None and not inline and section is None and len(lines) == 1:
        parted = split_company(address[0])
        text, name, address[0] = (parted[0], postal, parted[1]) if parted else (text, name, address[0])
    contacts = any(is_contact_line(s.text) or _taxed(s) for s in (*lines, *below)) or foot is not None
    box = around(s.box for s in lines)
    shown = tidy_name(inline if inline and name is None else company_of(text) if name else foot or "")
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


def _foot_name(page: PageLines, postal: Segment) -> str | None:
    """The company that a line of the foot names, near an address that stands there without a name."""
    if postal.box.y0 < FOOT * page.height:
        return None
    near = [s for s in page.segments if abs(s.box.middle - postal.box.middle) < FOOT_GAP * postal.height]
    parts = (part for s in near for part in parts_of(s.text))
    return next((company_of(part) for part in parts if is_company(part) and is_name(part)), None)


def _bare(line: str) -> str:
    """An address in one line without the company before it and the telephone numbers behind it."""
    parts = parts_of(line)
    if len(parts) < 2 or not any(is_postal_line(part) for part in parts):
        return line
    kept = [p for p in parts if not is_contact_line(p) and not is_company(p) and ":" not in p]
    return ", ".join(kept) if any(is_postal_line(p) for p in kept) and len(kept) < len(parts) else line


def is_prose(text: str) -> bool:
    """Whether a text is a sentence rather than a name or an address.

    >>> is_prose("please send your request along with a copy of it to 10 High Street, 08036 Town")
    True
    """
    words = text.split()
    return len(words) > 9 and sum(word[0].islower() for word in words) > 0.5 * len(words)


def _headline(page: PageLines, top: Segment) -> Segment | None:
    """The large line of a letterhead that stands above an address without being aligned with it."""
    if page.number > 1 or top.box.y0 > HEAD * page.height:
        return None
    usual = sorted(row.height for row in page.rows)[len(page.rows) // 2]
    above = [s for s in page.segments if s.box.y1 <= top.box.y0 + 2 and s.box.x0 < top.box.x1 + 0.3 * page.width]
    large = [s for s in above if s.height >= 1.25 * usual and is_name(s.text) and not stops(s)]
    return max(large, key=lambda s: s.height, default=None)


def _street_at(texts: Sequence[str]) -> int:
    """Where the address begins: the street, else the line above the town if a name remains above it."""
    last = len(texts) - 1
    for i, text in enumerate(texts[:-1]):
        if is_street_line(text) and (any(map(str.isdigit, text)) or not is_company(text)):
            return i
    plain = last >= 2 and is_name(texts[last - 1]) and not is_company(texts[last - 1])
    return last - 1 if plain and any(is_name(text) and not is_title(text) for text in texts[: last - 1]) else last


def _first_numbered(lines: Sequence[Segment], name: Segment | None, start: int) -> int:
    """Where the address begins: the first line between name and street that has a number may be a part of it."""
    first = lines.index(name) + 1 if name in lines else start
    numbered = (i for i in range(first, start) if _NUMBERED.match(lines[i].text))
    return next((i for i in numbered if not (is_department(lines[i].text) or addressee(lines[i].text))), start)


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
        if heading is not None and addressee(above.text) is None:
            section = heading
            break
        if stops(above) or is_prose(above.text) or above.height < SMALLER * lines[0].height:
            break
        if lines[0].height > SIGN * postal.height and above.height < 0.85 * lines[0].height:
            break
        lines.insert(0, above)
    return lines, section or _heading_near(page, lines[0])


def _neighbour(page: PageLines, segment: Segment, lines: float) -> Segment | None:
    """The segment right above, aligned left or centred."""
    box, height = segment.box, segment.height
    best: Segment | None = None
    for above in page.segments:
        gap = box.y0 - above.box.y1
        reach = lines * max(height, min(above.height, 3 * height))  # a large letterhead stands off its address
        if above.row is segment.row or not -0.6 * height < gap < reach or above.box.middle >= box.middle:
            continue
        other = _behind_label(above, box, height)
        aligned = (
            abs(other.box.x0 - box.x0) < 1.3 * height
            or abs(other.box.x1 - box.x1) < 0.3 * height
            or abs(other.box.x0 + other.box.x1 - box.x0 - box.x1) < 2.5 * height
        )
        if aligned and (best is None or other.box.y1 > best.box.y1):
            best = other
    return best


def _behind_label(segment: Segment, box: Box, height: float) -> Segment:
    """What follows a label within a segment, where the lines below are indented to it."""
    if ":" not in segment.text:
        return segment
    tokens = segment.row.tokens
    for at in range(segment.first + 1, segment.last + 1):
        if tokens[at - 1].text.endswith(":") and abs(tokens[at].box.x0 - box.x0) < 0.5 * height:
            return Segment(segment.row, at, segment.last)
    return segment


def below_of(page: PageLines, segment: Segment, most: int = 3) -> list[Segment]:
    """Up to so many aligned lines under a line."""
    found: list[Segment] = []
    last = segment
    for other in page.segments:
        gap = other.box.y0 - last.box.y1
        if other.row.number > last.row.number and -0.6 * last.height < gap < LINE_GAP * last.height:
            aligned = abs(other.box.x0 - last.box.x0) < 1.3 * last.height
            if aligned and len(found) < most:
                found.append(other)
                last = other
    return found


def stops(segment: Segment) -> bool:
    """Lines that no address holds: titles, labels with values, dates, contacts above the name."""
    lexicon = load_lexicon()
    key = "".join(token.key for token in segment.tokens)
    if (
        key in lexicon.types
        or _REGISTER.search(segment.text)
        or is_contact_line(segment.text)
        or (is_postal_line(segment.text) and not _HOUSE.match(segment.text))
    ):
        return True
    is_valued = any(map(str.isdigit, segment.text)) or segment.text.endswith(":")
    return is_valued and not is_department(segment.text) and is_label(segment)


def is_label(segment: Segment) -> bool:
    """Whether a segment begins with the label of something else than a party."""
    piece = Row(segment.row.page, segment.row.number, segment.tokens)
    return any(
        a.first == 0 and a.strength >= 0.8 and a.term not in OWN and a.key not in LOTS
        for a in find_anchors(piece, load_lexicon().labels)
    )


def _heading_near(page: PageLines, top: Segment) -> Anchor | None:
    """A heading right above a block, or left of its first line."""
    box, height = top.box, top.height
    for section in page.sections:
        head = section.box
        above = -0.5 * height < box.y0 - head.y1 < 2.6 * height and head.x0 < box.x1 and head.x1 > box.x0 - 2 * height
        beside = section.row is top.row and head.x1 <= box.x0 + height
        if (above or (beside and not _heads_below(page, section))) and not is_attention(section):
            return section
    return None


def _heads_below(page: PageLines, section: Anchor) -> bool:
    """Whether a heading has a line of its own below it: then it is none for what stands beside it."""
    head, height = section.box, section.row.height
    headings = {other.row.number for other in page.sections}
    for segment in page.segments:
        gap = segment.box.y0 - head.y1
        if abs(segment.box.x0 - head.x0) < height and -0.5 * height < gap < LINE_GAP * height:
            return segment.row.number not in headings and not is_label(segment)
    return False


def _taxed(segment: Segment) -> bool:
    return any(a.term in ("seller_vat_id", "seller_legal_id") for a in find_anchors(segment.row, load_lexicon().labels))
