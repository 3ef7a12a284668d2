"""Put the blocks of one document onto its sheet, and documents into a PDF whose bytes depend on nothing else.

>>> from sample_invoices.generator.looks import load_looks
>>> sorted(load_looks())[:2]
['atelier', 'carnet']
"""

from __future__ import annotations

import io
from dataclasses import dataclass

from reportlab import rl_config
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from models.document import Box, Page, Word
from sample_invoices.generator.blocks.addresses import ADDRESSES, RIGHT_X
from sample_invoices.generator.blocks.footers import FOOTERS, print_mentions, print_payment_box
from sample_invoices.generator.blocks.letterheads import LETTERHEADS
from sample_invoices.generator.blocks.references import BESIDE, REFERENCES
from sample_invoices.generator.blocks.tables import CONTINUED_TOP, print_table
from sample_invoices.generator.blocks.totals import TOTALS
from sample_invoices.generator.facts import Facts
from sample_invoices.generator.locales import Wording
from sample_invoices.generator.looks import Look
from sample_invoices.generator.pen import Pen
from sample_invoices.generator.sheet import HEIGHT, WIDTH, Printed, PrintedWord, Sheet

TOTALS_ROOM = 150.0  # points below the table that totals, mentions and payment box need


@dataclass(frozen=True, slots=True)
class Composed:
    """One document as it stands on its pages: every word, and every printed value."""

    facts: Facts
    look: Look
    words: tuple[PrintedWord, ...]
    prints: tuple[Printed, ...]
    pages: tuple[int, ...]  # page numbers within the file

    def reading(self) -> tuple[Page, ...]:
        """The pages as a reader of the text layer would give them."""
        return tuple(
            Page(
                number=page,
                width=WIDTH,
                height=HEIGHT,
                words=tuple(Word(word.text, Box(*word.box)) for word in self.words if word.page == page),
            )
            for page in self.pages
        )


def compose(facts: Facts, look: Look, wording: Wording, *, pdf: object = None, first_page: int = 1) -> Composed:
    """Print one document; on no canvas where `pdf` is None."""
    sheet = Sheet(pdf, look.font, first_page)
    pen = Pen(sheet, facts, look, wording)
    y = print_head(pen)
    y = print_table(pen, y, turn_page)
    mentions = 14.0 * len(facts.mentions)
    if y > pen.bottom - TOTALS_ROOM - mentions:
        turn_page(pen)
        y = CONTINUED_TOP
    y = TOTALS[look.totals](pen, y)
    y = print_payment_box(pen, y + 8)
    print_mentions(pen, y + 10)
    print_foot(pen)
    pages = tuple(range(first_page, sheet.page + 1))
    if pdf is not None:
        sheet.next_page()
    return Composed(facts, look, tuple(sheet.words), tuple(sheet.prints), pages)


def print_head(pen: Pen) -> float:
    """Letterhead, addresses, title and references; returns where the table may start."""
    top = LETTERHEADS[pen.look.letterhead](pen)
    below = ADDRESSES[pen.look.address](pen, top)
    references = REFERENCES[pen.look.meta]
    if pen.look.meta in BESIDE and pen.look.address != "columns":
        on_left = pen.look.address == "right"
        x0, x1 = (pen.left, RIGHT_X - 30) if on_left else (RIGHT_X + 30, pen.right)
        end = max(below, references(pen, top, x0, x1))
    else:
        end = references(
            pen, below + 4, pen.left, min(pen.right, pen.left + 260) if pen.look.meta in BESIDE else pen.right
        )
    pen.sheet.text(pen.left, end + 10, pen.wording.text("greeting"), size=pen.size)
    return end + 22


def print_foot(pen: Pen) -> None:
    """The page's footer and its number."""
    FOOTERS[pen.look.footer](pen)
    if pen.sheet.page > pen.sheet.first_page:
        pen.sheet.text(pen.right, 40, f"- {pen.sheet.page - pen.sheet.first_page + 1} -", size=8, align="right")


def turn_page(pen: Pen) -> None:
    """End this page, start the next with the seller and the document's number."""
    print_foot(pen)
    pen.sheet.next_page()
    pen.sheet.text(pen.left, 56, pen.facts.seller.name, size=pen.size, bold=True, colour=pen.colour)
    pen.sheet.text(
        pen.left, 56 + pen.leading, f"{pen.label('invoice_number')} {pen.value('invoice_number')}", size=pen.size
    )


def new_canvas(buffer: io.BytesIO, title: str, *, password: str | None = None) -> Canvas:
    """A canvas with fixed id and dates, so that the same facts give the same bytes."""
    rl_config.useA85 = 0
    lock = StandardEncryption(password, ownerPassword=f"{password}-owner", strength=128) if password else None
    canvas = Canvas(buffer, pagesize=(WIDTH, HEIGHT), invariant=1, pageCompression=1, encrypt=lock)
    canvas.setTitle(title)
    canvas.setAuthor("Facturier sample generator")
    return canvas


def render(jobs: list[tuple[Facts, Look, Wording]], *, password: str | None = None) -> tuple[bytes, list[Composed]]:
    """One PDF that holds every document given, each on pages of its own."""
    buffer = io.BytesIO()
    canvas = new_canvas(buffer, str(jobs[0][0].invoice.invoice_number), password=password)
    composed: list[Composed] = []
    for facts, look, wording in jobs:
        first = composed[-1].pages[-1] + 1 if composed else 1
        composed.append(compose(facts, look, wording, pdf=canvas, first_page=first))
    canvas.save()
    return buffer.getvalue(), composed
