"""One value cut out of a page: its own box and nothing else; other words beside it are grey bars.

What is shown is painted anew on white: only pixels inside the value's box are taken over, so that ink nobody read does
not slip through, and the file carries no trace of the page it came from. Boxes in points.
"""

from __future__ import annotations

import io
from collections.abc import Iterable

from PIL import Image, ImageDraw

from models.document import Box, Word
from models.tables import DocumentRow
from review.pages.pictures import SHARP, View, page_png
from review.pages.words import known_pages
from review.site import Site

PAD = 1.5  # points around the box that still belong to the value: ascenders, commas
BESIDE, ABOVE = 28.0, 5.0  # points of surroundings in which neighbours are hinted at
BAR, WHITE = (205, 210, 207), (255, 255, 255)
POINTS = 72


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


def cut(picture: bytes, box: Box, words: Iterable[Word], scale: float) -> bytes:
    """Paint the pixels of a box on white, with bars where other words are, `scale` pixels to a point."""
    with Image.open(io.BytesIO(picture)) as page:
        shown = page.convert("RGB")
    around = _within(Box(box.x0 - BESIDE, box.y0 - ABOVE, box.x1 + BESIDE, box.y1 + ABOVE), shown.size, scale)
    own = _within(Box(box.x0 - PAD, box.y0 - PAD, box.x1 + PAD, box.y1 + PAD), shown.size, scale)
    left, top = around[0], around[1]
    painted = Image.new("RGB", (around[2] - left, around[3] - top), WHITE)
    painted.paste(shown.crop(own), (own[0] - left, own[1] - top))
    brush = ImageDraw.Draw(painted)
    for word in words:
        if not is_own(word.box, box):
            bar = [round(edge * scale) for edge in word.box]
            brush.rectangle((bar[0] - left, bar[1] - top, bar[2] - left, bar[3] - top), fill=BAR)
    file = io.BytesIO()
    painted.save(file, "PNG")
    return file.getvalue()


def is_own(word: Box, box: Box) -> bool:
    """Whether a word is part of a value: its middle lies in the value's box.

    >>> is_own(Box(10, 0, 20, 10), Box(8, -1, 40, 11)), is_own(Box(36, 0, 80, 10), Box(8, -1, 40, 11))
    (True, False)
    """
    middle = (word.x0 + word.x1) / 2
    return box.x0 - PAD <= middle <= box.x1 + PAD and box.y0 - PAD <= word.middle <= box.y1 + PAD


def _within(box: Box, size: tuple[int, int], scale: float) -> tuple[int, int, int, int]:
    """A box in pixels, kept inside the picture and never empty."""
    x0, y0, x1, y1 = (round(edge * scale) for edge in box)
    left, top = min(max(0, x0), size[0] - 1), min(max(0, y0), size[1] - 1)
    return left, top, max(left + 1, min(x1, size[0])), max(top + 1, min(y1, size[1]))
