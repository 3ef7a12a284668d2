"""A value cut out of a page: whole where the reader's box is not, and nothing of its neighbours."""

from __future__ import annotations

import io

import pytest
from PIL import Image, ImageDraw, ImageFont

from models.document import Box, Word
from review.snippets import BAR, cut

SCALE = 4.0  # pixels to a point
FONT = ImageFont.load_default(size=36)  # 9 points
TOP = 400


def page(*printed: tuple[str, float]) -> tuple[bytes, dict[str, Word]]:
    """A white page with words on one line, each at its left edge in points, and the words as a reader has them."""
    sheet, words = Image.new("RGB", (2400, 900), (255, 255, 255)), {}
    brush = ImageDraw.Draw(sheet)
    for text, left in printed:
        brush.text((left * SCALE, TOP), text, fill=(0, 0, 0), font=FONT)
        edges = brush.textbbox((left * SCALE, TOP), text, FONT)
        words[text] = Word(text=text, box=Box(*(edge / SCALE for edge in edges)))
    file = io.BytesIO()
    sheet.save(file, "PNG")
    return file.getvalue(), words


def ink(picture: bytes) -> int:
    """Dark pixels."""
    with Image.open(io.BytesIO(picture)) as shown:
        return sum(shown.convert("L").point(lambda shade: shade < 100).tobytes())


def bars(picture: bytes) -> int:
    with Image.open(io.BytesIO(picture)) as shown:
        return sum(count for count, colour in shown.getcolors(9999) or () if colour == BAR)


@pytest.mark.parametrize("has_words", [True, False])
@pytest.mark.parametrize(("left", "right"), [(0.0, 0.75), (0.3, 1.0), (0.2, 0.7), (0.0, 0.97)])
def test_a_digit_outside_the_readers_box_is_shown_all_the_same(left: float, right: float, *, has_words: bool) -> None:
    sheet, words = page(("1834,56", 200))
    box = words["1834,56"].box
    short = Box(box.x0 + left * box.width, box.y0, box.x0 + right * box.width, box.y1)
    read = tuple(words.values()) if has_words else ()
    assert ink(cut(sheet, short, read, SCALE)) == ink(cut(sheet, box, read, SCALE)) == ink(sheet)


def test_the_words_beside_a_widened_value_stay_bars() -> None:
    sheet, words = page(("Total", 170), ("1834,56", 200), ("EUR", 240))
    alone, _ = page(("1834,56", 200))
    box = words["1834,56"].box
    short = Box(box.x0, box.y0, box.x0 + box.width / 2, box.y1)
    shown = cut(sheet, short, tuple(words.values()), SCALE)
    assert ink(shown) == ink(alone)
    assert bars(shown) > 1000


def test_ink_that_nobody_read_is_shown_only_where_it_goes_on_without_a_gap() -> None:
    sheet, words = page(("1834,56", 200), ("Papeterie", 245))
    alone, _ = page(("1834,56", 200))
    box = words["1834,56"].box
    short = Box(box.x0, box.y0, box.x0 + box.width / 2, box.y1)
    assert ink(cut(sheet, short, (words["1834,56"],), SCALE)) == ink(alone)
    two, _ = page(("1834,56 EUR", 200))
    loose = Box(short.x0, short.y0 - 2, short.x1, short.y1 + 2)  # a reader's box is higher than the ink
    assert ink(cut(two, loose, (), SCALE)) == ink(alone)  # a space is no gap within a word


def test_a_line_that_was_read_as_one_word_is_not_shown_as_a_whole() -> None:
    sheet, words = page(("Dupont Jeanne", 120), ("1834,56", 200))
    value, name = words["1834,56"].box, words["Dupont Jeanne"].box
    line = Word(text="Dupont Jeanne 1834,56", box=Box(name.x0, value.y0, value.x1, value.y1))
    alone, _ = page(("1834,56", 200))
    assert ink(cut(sheet, value, (line,), SCALE)) == ink(alone)


def test_a_value_at_the_edge_of_the_page_is_cut_without_an_error() -> None:
    sheet, words = page(("12,00", 0))
    box = words["12,00"].box
    assert ink(cut(sheet, Box(box.x0, box.y0, box.x1 + 3000, box.y1), (), SCALE)) == ink(sheet)
    assert ink(cut(sheet, Box(590, 215, 599, 224), (), SCALE)) == 0
