"""The match on the review page: candidates side by side in the reader's language, with points and no inline style."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest
from jinja2 import Environment, PackageLoader, StrictUndefined

from matching import match_invoice
from models.invoice import Invoice, InvoiceLine
from models.match import SupplierMatch
from models.order import OrderLine, PurchaseOrder
from review.candidates import side_by_side, telling
from review.language import TONGUES
from review.wording import said, said_tolerance


def page(code: str) -> str:
    line = {"item_name": "Câble <b>", "quantity": "10", "unit_price": "20", "net_amount": "200"}
    orders = [
        PurchaseOrder(order_number=number, seller_name="Dupont SARL", currency="EUR",
                      lines=(OrderLine.model_validate({"line_number": "1", **line}),))
        for number in ("4500017", "4500018")
    ]  # fmt: skip
    invoice = Invoice(seller_name="DUPONT", order_reference="4500017", currency="EUR", net_total="200",
                      lines=(InvoiceLine.model_validate(line),))  # fmt: skip
    match = match_invoice(invoice, SupplierMatch(), orders)
    tongue = TONGUES[code]
    site = Environment(loader=PackageLoader("review"), autoescape=True, undefined=StrictUndefined)
    template = site.get_template("document_match.html")
    return template.render(
        dossier=SimpleNamespace(match=match), beside=side_by_side(match.candidates), t=tongue.t, tongue=tongue,
        said=said, said_tolerance=said_tolerance, telling=telling,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("en", ("2 orders side by side", "Order number", "same number", "Points in all")),
        ("fr", ("2 commandes côte à côte", "Numéro de commande", "même numéro", "Total des points")),
    ],
)
def test_both_orders_stand_beside_each_other_in_the_readers_words(code: str, words: tuple[str, ...]) -> None:
    html = page(code)
    assert all(each in html for each in ("4500017", "4500018", *words))
    assert "style=" not in html


def test_points_have_signs() -> None:
    html = page("en")
    assert 'class="for"' in html
    assert 'class="against"' in html
    assert "-" in html.split('class="points"', 2)[1]


def test_nothing_of_the_machine_is_left_in_english_on_a_french_page() -> None:
    html = page("fr")
    assert all(words not in html for words in (" open of ", " lines", "found among", ">open<"))
    assert re.search(r"reste 200(,00)? sur 200", html)
    assert "1 retrouvée sur 1" in html


def test_each_linked_line_says_why_in_points_that_add_up() -> None:
    html = page("en")
    why = html.split('id="links"')[1].split('id="waterfall"')[0]
    points = [float(text) for text in re.findall(r"<strong>([+-][\d.]+)</strong>", why)]
    assert len(points) > 3
    assert sum(points[:-1]) == pytest.approx(points[-1], abs=0.05 * len(points))
    assert "Item&#39;s name" in why
