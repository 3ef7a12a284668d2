"""A document on sheets: the skeleton's rows of blocks, the lines, the totals, what stands below, on every page."""

from __future__ import annotations

from random import Random

from sample_invoices.generator.training import head
from sample_invoices.generator.training.deal import Deal
from sample_invoices.generator.training.family import Family
from sample_invoices.generator.training.foots import print_footer, print_mentions, print_payment
from sample_invoices.generator.training.forms import form
from sample_invoices.generator.training.metas import METAS
from sample_invoices.generator.training.paper import Paper
from sample_invoices.generator.training.pen import Pen
from sample_invoices.generator.training.sums import TOTALS
from sample_invoices.generator.training.tables import TOP, print_free, print_table

BLOCKS: dict[str, head.Block] = {
    "letterhead": head.letterhead, "logo": head.logo, "seller": head.seller, "buyer": head.buyer, "ship": head.ship,
    "window": head.window, "title": head.title, "form": form,
}  # fmt: skip
SHARES = {"letterhead": 1.15, "logo": 0.8, "title": 0.9, "meta": 1.0, "buyer": 1.0, "window": 1.2}
NO_SUMS = {"delivery_note"}


def print_sheets(deal: Deal, family: Family, rng: Random) -> Paper:
    """One document, printed."""
    look = family.look
    paper = Paper(*look.paper, look.font)
    pen = Pen(paper, deal, family, rng, Random(family.speech.seed))
    y = print_head(pen)
    if pen.look.salutation:
        y += pen.leading
        pen.text(pen.left, y, pen.speech.sentence("greeting", rng), room=pen.right - pen.left)
    y += pen.leading

    def turn() -> None:
        turn_page(pen)

    if family.scene == "free" and pen.habit_share("free text", 0.6):
        y = print_free(pen, y)
    else:
        y = print_table(pen, y, turn)
    y = print_tail(pen, y)
    print_footer(pen, named="seller_name" not in pen.done)
    number_pages(pen)
    return paper


def print_head(pen: Pen) -> float:
    """The skeleton's rows, each as tall as its tallest block."""
    y = 30.0 + pen.speech.seed % 20
    for row in pen.look.skeleton.split(" / "):
        names = row.split(" | ")
        if "ship" in names and (pen.deal.ship_to is pen.deal.buyer and pen.speech.seed % 2):
            names = [name for name in names if name != "ship"]
        if not names:
            continue
        if len(names) == 1 and names[0] == "title" and pen.look.meta == "sentence" and pen.speech.seed % 2:
            continue
        y = print_row(pen, names, y) + pen.leading * (0.4 + pen.speech.seed % 3 * 0.4)
    return y


def print_row(pen: Pen, names: list[str], y: float) -> float:
    """Blocks side by side."""
    shares = [SHARES.get(name, 1.0) for name in names]
    x, ends = pen.left, [y]
    for name, share in zip(names, shares, strict=True):
        wide = (pen.right - pen.left) * share / sum(shares)
        block = METAS[pen.look.meta] if name == "meta" else BLOCKS[name]
        gap = 10.0 if x + wide < pen.right - 1 else 0.0
        ends.append(block(pen, y, x, x + wide - gap))
        x += wide
    return max(ends)


def print_tail(pen: Pen, y: float) -> float:
    """Totals, payment, sentences; on the next page where there is no room."""
    if y > pen.bottom - 170:
        turn_page(pen)
        y = TOP
    if pen.deal.kind not in NO_SUMS:
        y = TOTALS[pen.look.totals](pen, y)
    y = print_payment(pen, y)
    if y > pen.bottom - 70:
        return y
    y = print_mentions(pen, y + pen.leading * 0.5)
    return print_stamp(pen, y) if pen.chance(0.06) else y


def print_stamp(pen: Pen, y: float) -> float:
    """The stamp of a mail room or a cashier: a word, and often a day that is no field."""
    if y > pen.bottom - 40:
        return y
    text = pen.speech.sentence("stamps", pen.rng)
    wide = pen.text(pen.left + 120, y + 24, text, size=15, bold=True, colour="#b03040")
    if pen.chance(0.6):
        pen.text(pen.left + 126 + wide, y + 24, pen.deal.decoys["day2"], size=9, colour="#b03040")
    return y + 30


def turn_page(pen: Pen) -> None:
    """End this page and start the next, with the seller and the number in most families."""
    print_footer(pen)
    pen.paper.next_page()
    if pen.habit_share("running head", 0.6):
        pen.text(pen.left, 40, pen.deal.seller.name, term="seller_name", room=(pen.right - pen.left) * 0.45)
        kind = "credit_note" if pen.deal.kind == "credit_note" else "invoice"
        start = pen.left + (pen.right - pen.left) * 0.5
        pen.pair(
            start,
            40,
            pen.speech.pick("titles", kind),
            pen.value("invoice_number"),
            "invoice_number",
            room=pen.right - start,
        )


def number_pages(pen: Pen) -> None:
    """Numbers of the pages, once their count is known."""
    if not pen.habit_share("page numbers", 0.45):
        return
    style, count = pen.speech.pick("sentences", "page"), pen.paper.page
    for page in range(1, count + 1):
        pen.paper.page = page
        pen.text(pen.right, pen.paper.height - 12, style.format(n=page, m=count), size=7.0, align="right")
    pen.paper.page = count
