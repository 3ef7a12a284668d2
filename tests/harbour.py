"""Invoices of a supplier whose labels no language has: nobody reads them right before a person has corrected one."""

from __future__ import annotations

from io import BytesIO

from reportlab.pdfgen.canvas import Canvas


def page(number: str, day: str, net: str, tax: str, gross: str) -> bytes:
    """An invoice whose labels no language has."""
    texts = (
        (50, 60, "Hafenbedarf Nord GmbH"), (50, 74, "Kaistrasse 3"), (50, 88, "20459 Hamburg"),
        (50, 130, "Quay Cafe GmbH"), (50, 144, "Hafenweg 9"), (50, 158, "28195 Bremen"), (330, 158, "DE136695976"),
        (50, 200, "blemtar"), (130, 200, number), (330, 200, "quorp"), (400, 200, day),
        (50, 250, "wuffik"), (430, 250, "grelm"), (50, 270, "Seil 10m"), (430, 270, net),
        (330, 320, "vrask"), (430, 320, net), (330, 334, "drimm"), (430, 334, tax),
        (330, 348, "hulpo"), (430, 348, f"{gross} EUR"),
    )  # fmt: skip
    return _printed(texts)


def moved(number: str, day: str, net: str, tax: str, gross: str) -> bytes:
    """The same supplier's invoice as its new program prints it: other words at other places."""
    texts = (
        (360, 40, "Hafenbedarf Nord GmbH"), (360, 54, "Kaistrasse 3"), (360, 68, "20459 Hamburg"),
        (360, 96, "DE136695976"), (60, 180, "Quay Cafe GmbH"), (60, 194, "Hafenweg 9"), (60, 208, "28195 Bremen"),
        (60, 260, "zaprol"), (200, 260, number), (60, 276, "tibbus"), (200, 276, day),
        (60, 330, "ferrin"), (150, 330, "omblat"), (260, 330, "duskel"), (500, 330, "yarven"),
        (60, 350, "4711"), (150, 350, "Seil 10m"), (500, 350, net),
        (300, 700, "kelmor"), (500, 700, net), (300, 716, "brimsal"), (500, 716, tax), (300, 732, "nofrit"),
        (500, 732, f"{gross} EUR"), (60, 790, "wendral"), (150, 790, "lopsin"), (300, 790, "gartem"),
    )  # fmt: skip
    return _printed(texts)


def _printed(texts: tuple[tuple[int, int, str], ...]) -> bytes:
    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=(595, 842))
    canvas.setFont("Helvetica", 10)
    for x, y, text in texts:
        canvas.drawString(x, 842 - y, text)
    canvas.save()
    return buffer.getvalue()


FIRST = page("88-1041-K", "12.05.2026", "100,00", "19,00", "119,00")
SECOND = page("88-1056-K", "19.06.2026", "240,00", "45,60", "285,60")
TRUTH = {
    "invoice_number": "88-1041-K", "issue_date": "2026-05-12", "currency": "EUR",
    "seller_name": "Hafenbedarf Nord GmbH", "seller_vat_id": "DE136695976",
    "seller_address": "Kaistrasse 3, 20459 Hamburg, DE", "buyer_name": "Quay Cafe GmbH",
    "net_total": "100.00", "tax_total": "19.00", "gross_total": "119.00",
}  # fmt: skip
