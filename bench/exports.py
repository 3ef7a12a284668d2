"""How many documents a second each export format takes: `python -m bench.exports [--documents N] [--json]`.

Needs no data: made invoices of five lines, half of them with two rates. Processor time of one core, for writing the
bytes, without the database. `facturx` puts the XML into a PDF of one page in the confined child, as exports do, and is
by the clock, so that it says nothing on a busy machine; `conformance` is holding one transcription against EN 16931.
Rival: none; the figures say what a night's batch takes.
"""

from __future__ import annotations

import argparse
import io
import json
import time
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial

import pikepdf

from bench.machine import describe, header
from flows.exports.batch_files import FILES, TARGETS, Content
from flows.exports.booking import Booking
from flows.exports.confined import confined
from flows.exports.single import CONFORMING, failing_rules, write_single
from flows.exports.transcription import Origin
from models.coding import Posting
from models.invoice import Invoice, InvoiceLine, VatBreakdown
from models.settings import Settings
from models.settings_output import OutputSettings

SLOW = 200  # documents at most of what takes milliseconds each
TABLES = ("parquet", "jsonl", "csv", "xlsx")
CODES = {"20": "TVA20", "10": "TVA10"}


def bookings(count: int) -> list[Booking]:
    """Made invoices, ready to be posted."""
    when = datetime(2026, 11, 20, 12, tzinfo=UTC)
    coding = {at: (Posting(account="606400"),) for at in range(1, 6)}
    return [
        Booking(at, f"{at:032x}", 1, at < 0, f"S{at % 50}", "invoice", when, "ab" * 32, "application/pdf",
                made_invoice(at), coding)
        for at in range(1, count + 1)
    ]  # fmt: skip


def made_invoice(at: int) -> Invoice:
    """Five lines of 20 EUR; each second one has two rates."""
    rates = [Decimal(20), Decimal(10) if at % 2 else Decimal(20)]
    lines = tuple(
        InvoiceLine(line_id=str(place), item_name=f"Item {place} of {at}", quantity=Decimal(2), unit_code="C62",
                    unit_price=Decimal("10.00"), net_amount=Decimal("20.00"), vat_rate=rates[place == 5])
        for place in range(1, 6)
    )  # fmt: skip
    rows = tuple(
        VatBreakdown(rate=rate, taxable=taxable, tax=taxable * rate / 100, category="S")
        for rate, taxable in ((rates[0], Decimal(80)), (rates[1], Decimal(20)))
    ) if at % 2 else (VatBreakdown(rate=rates[0], taxable=Decimal(100), tax=Decimal(20), category="S"),)  # fmt: skip
    tax = sum((row.tax or Decimal(0) for row in rows), Decimal(0))
    return Invoice(
        invoice_number=f"F-{at}", issue_date=date(2026, 11, 12), due_date=date(2026, 12, 12), type_code="380",
        currency="EUR", seller_name=f"Supplier {at % 50}", seller_vat_id="FR44732829320", buyer_name="Librairie",
        seller_address="12 rue du Port, 44000 Nantes, FR", net_total=Decimal(100), tax_total=tax,
        gross_total=100 + tax, vat_breakdown=rows, lines=lines,
    )  # fmt: skip


def one_page() -> bytes:
    """A PDF that stands for an original."""
    made, sink = pikepdf.new(), io.BytesIO()
    made.add_blank_page()
    made.save(sink)
    return sink.getvalue()


def per_second(
    work: Callable[[], Iterable[object]], count: int, clock: Callable[[], float] = time.process_time
) -> float:
    """Documents a second of work that does so many."""
    start = clock()
    for _ in work():
        pass
    return round(count / (clock() - start), 1)


def measure(count: int) -> dict[str, float]:
    """Documents a second, by format."""
    rows, page, settings = bookings(count), one_page(), Settings()
    few, origin = rows[:SLOW], Origin("d1", "ab" * 32, "Librairie", "FR40303265045")
    found = {}
    with confined(settings) as attach:

        def content(target: str, *formats: str) -> Content:
            own = OutputSettings(expense_account="606400", sap_company="1000", tax_codes=CODES,
                                 formats=formats or ("csv",))  # fmt: skip
            return Content(target, rows, (), (), own, {"name": "Librairie"}, date(2026, 11, 20), lambda _: page, attach)

        def singles(form: str) -> Iterable[object]:
            return (write_single(form, each.invoice, origin, lambda _: page, each.media_type, attach) for each in few)

        list(content(FILES, *TABLES).files())  # imports and first uses are not the format's cost
        for form in TABLES:
            found[form] = per_second(content(FILES, form).files, count)
        for target in sorted(TARGETS - {FILES}):
            found[target] = per_second(content(target).files, count)
        for form in CONFORMING:
            next(iter(singles(form)))
            clock = time.perf_counter if form == "facturx" else time.process_time  # a child's time is not ours
            found[form] = per_second(partial(singles, form), len(few), clock)
        known = [write_single("ubl", each.invoice, origin, lambda _: page, "", attach).xml for each in few[:50]]
        failing_rules(known[0])
        found["conformance"] = per_second(lambda: map(failing_rules, known), len(known))
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=2000)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    found = measure(max(1, chosen.documents))
    if chosen.json:
        print(json.dumps({"machine": describe(), "documents": chosen.documents, "per_second": found}))
        return
    print(header())
    for name, speed in found.items():
        print(f"{name:12} {speed:10.1f} documents a second")


if __name__ == "__main__":
    main()
