"""One value cut out of a page: its own box and nothing else; other words beside it are grey bars.

A reader's box may end inside a word or a digit: it is widened to the words that it touches, and along ink that goes on
without a gap, up to the next word. What is shown is painted anew on white: only pixels inside that box are taken over,
so that other ink nobody read does not slip through, and the file carries no trace of its page. Boxes in points.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence

from PIL import Image, ImageDraw
from starlette.exceptions import HTTPException

from models.document import Box, Word
from models.errors import FacturierError
from models.store.micro_tasks import HIGHEST, WIDEST
from models.tables import DocumentRow
from review.pages.pictures import SHARP, View, page_png
from review.pages.words import known_pages
from review.site import Site

PAD = 1.5  # points around the box that still belong to the value: ascenders, commas
BESIDE, ABOVE = 28.0, 5.0  # points of surroundings in which neighbours are hinted at
BAR, WHITE = (205, 210, 207), (255, 255, 255)
POINTS = 72
GLUED, REACH = 0.1, 3.0  # of a line's height: a gap between words that are one, and how far a cut-off value may go on
GAP = 0.3  # of the ink's own height: a gap between the signs of a word; a space is wider
INK, SPECK = 150, 8  # a shade that is ink, and a column's share of it, of 255, that is dirt


def snippet_of(site: Site, document: DocumentRow, page: int, box: Box) -> bytes:
    """The value in a box of a page, as PNG without metadata.

    Raises:
        FacturierError: The page cannot be drawn.
        HTTPException: There is nobody to draw it.
    """
    read = {one.number: one for one in known_pages(site.settings.home, document.sha256) or ()}
    known = read.get(page)
    view = View(page, SHARP, known.rotation, known.skew) if known else View(page, SHARP)
    return cut(page_png(site, document, view), box, known.words if known else (), SHARP / POINTS)


def can_be_drawn(site: Site, document: DocumentRow, page: int, box: Box) -> bool | None:
    """Whether a snippet can be cut out; None where nobody is there to draw at the moment: that says nothing of it."""
    try:
        snippet_of(site, document, page, box)
    except HTTPException:
        return None
    except (FacturierError, OSError):
        return False
    return True


def cut(picture: bytes, box: Box, words: Iterable[Word], scale: float) -> bytes:
    """Paint the pixels of a value on white, with bars where other words are, `scale` pixels to a point."""
    with Image.open(io.BytesIO(picture)) as page:
        shown = page.convert("RGB")
    read = tuple(words)
    value = whole(box, read)
    others = [word.box for word in read if not is_own(word.box, value)]
    value = _along_ink(shown, value, others, scale)
    around = _within(Box(value.x0 - BESIDE, value.y0 - ABOVE, value.x1 + BESIDE, value.y1 + ABOVE), shown.size, scale)
    own = _within(Box(value.x0 - PAD, value.y0 - PAD, value.x1 + PAD, value.y1 + PAD), shown.size, scale)
    left, top = around[0], around[1]
    painted = Image.new("RGB", (around[2] - left, around[3] - top), WHITE)
    painted.paste(shown.crop(own), (own[0] - left, own[1] - top))
    brush = ImageDraw.Draw(painted)
    for other in others:
        bar = [round(edge * scale) for edge in other]
        brush.rectangle((bar[0] - left, bar[1] - top, bar[2] - left, bar[3] - top), fill=BAR)
    file = io.BytesIO()
    painted.save(file, "PNG")
    return file.getvalue()


def whole(box: Box, words: Iterable[Word]) -> Box:
    """A value's box widened to the whole of the words that it touches; as it is where that is more than one value."""
    touched = [word.box for word in words if is_own(word.box, box) and len(word.text.split()) < 2]
    parts = [box, *touched]
    found = Box(min(part.x0 for part in parts), min(part.y0 for part in parts), max(part.x1 for part in parts),
                max(part.y1 for part in parts))  # fmt: skip
    return found if found.width <= WIDEST and found.height <= HIGHEST else box


def is_own(word: Box, box: Box) -> bool:
    """Whether a word is part of a value: on its line, half of the narrower of the two within the other, or glued to it.

    >>> is_own(Box(10, 0, 20, 10), Box(8, -1, 40, 11)), is_own(Box(36, 0, 80, 10), Box(8, -1, 40, 11))
    (True, False)
    >>> is_own(Box(8, 0, 44, 10), Box(8, -1, 18, 11))  # the reader's box ends inside the word
    True
    """
    is_on_line = box.y0 - PAD <= word.middle <= box.y1 + PAD or word.y0 <= box.middle <= word.y1
    shared = min(word.x1, box.x1) - max(word.x0, box.x0)
    return is_on_line and (shared >= min(word.width, box.width) / 2 or -GLUED * box.height <= shared <= 0)


def _along_ink(page: Image.Image, box: Box, others: Iterable[Box], scale: float) -> Box:
    """A box widened to both sides as far as the ink goes on without a gap, up to the next word."""
    marks = _ink(page.crop(_within(box, page.size, scale))).getbbox()
    reach, gap = round(REACH * box.height * scale), round(GAP * (marks[3] - marks[1])) if marks else 0
    inner = Box(box.x0, box.y0 + box.height / 8, box.x1, box.y1 - box.height / 8)  # a rule below is not the value's ink
    left, top, right, bottom = _within(inner, page.size, scale)
    beside = [_within(other, page.size, scale) for other in others if other.y0 < inner.y1 and other.y1 > inner.y0]
    first = max([0, left - reach, *(each[2] for each in beside if each[2] <= right and each[0] < left)])
    last = min([page.width, right + reach, *(each[0] for each in beside if each[0] >= left and each[2] > right)])
    first, last = min(first, left), max(last, right)
    strip = _ink(page.crop((first, top, last, bottom)))
    inked = [bool(share > SPECK) for share in strip.resize((last - first, 1), Image.Resampling.BOX).tobytes()]
    more = _run(inked[right - first :], gap), _run(inked[: left - first][::-1], gap)
    return Box(box.x0 - more[1] / scale, box.y0, box.x1 + more[0] / scale, box.y1)


def _ink(picture: Image.Image) -> Image.Image:
    return picture.convert("L").point(lambda shade: 255 if shade < INK else 0)


def _run(inked: Sequence[bool], gap: int) -> int:
    """How far ink goes on from an edge without more than a gap.

    >>> _run([True, False, True, False, False, False, True], 2), _run([False, False, False, True], 2)
    (3, 0)
    """
    end = 0
    for place, is_ink in enumerate(inked, start=1):
        if is_ink:
            end = place
        elif place - end > gap:
            break
    return end


def _within(box: Box, size: tuple[int, int], scale: float) -> tuple[int, int, int, int]:
    """A box in pixels, kept inside the picture and never empty."""
    x0, y0, x1, y1 = (round(edge * scale) for edge in box)
    left, top = min(max(0, x0), size[0] - 1), min(max(0, y0), size[1] - 1)
    return left, top, max(left + 1, min(x1, size[0])), max(top + 1, min(y1, size[1]))
