"""Sums that must agree: EN 16931-1 clause 6.4 (BR-CO-10 to 17), with both ways of rounding VAT, and lines.

Exact where the standard is exact. A term that is missing makes a rule silent; mandatory.py asks for it.

>>> from validators.rule import RULES
>>> [name for name in RULES if name.startswith("BR-CO-1")][:3]
['BR-CO-10', 'BR-CO-13', 'BR-CO-14']
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from models.bounds import is_bookable
from models.finding import Severity
from models.money import decimal_text, round_amount
from validators.rounding import row_mode, tax_once
from validators.rule import CENT, Breach, Case, money, per_cent, rule, unequal
from validators.withholding import withheld

EN_SUMS = "EN 16931-1:2017, 6.4.2"
ZERO = Decimal(0)


def _total(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """The sum, or None when a summand is missing."""
    known = list(amounts)
    return None if any(amount is None for amount in known) else sum((a for a in known if a is not None), ZERO)


@rule("BR-CO-10", Severity.ERROR, ("sum_of_lines", "lines"), f"{EN_SUMS} BR-CO-10")
def sum_of_lines(case: Case) -> Iterable[Breach]:
    """The sum of the lines is what the invoice says it is.

    >>> list(sum_of_lines(Case.of(sum_of_lines="30", lines=[{"net_amount": "10"}, {"net_amount": "20"}])))
    []
    >>> [wrong] = sum_of_lines(Case.of(sum_of_lines="31", lines=[{"net_amount": "10"}, {"net_amount": "20"}]))
    >>> wrong.message
    'The lines add up to 30.00, but the invoice says 31.00.'
    """
    stated, lines = case.invoice.sum_of_lines, case.invoice.lines
    added = _total(line.net_amount for line in lines) if lines else None
    if stated is not None and added is not None and unequal(added, stated):
        text = f"The lines add up to {money(added)}, but the invoice says {money(stated)}."
        yield Breach(text, money(added), money(stated))


@rule("BR-CO-13", Severity.ERROR, ("net_total", "sum_of_lines", "allowance_total", "charge_total"),
      f"{EN_SUMS} BR-CO-13")  # fmt: skip
def net_total(case: Case) -> Iterable[Breach]:
    """Net total = lines - allowances + charges.

    >>> list(net_total(Case.of(sum_of_lines="100", allowance_total="10", charge_total="5", net_total="95")))
    []
    >>> [wrong.message for wrong in net_total(Case.of(sum_of_lines="100", net_total="95"))]
    ['Lines 100.00 less allowances 0.00 plus charges 0.00 give 100.00 net, but the invoice says 95.00.']
    """
    terms = case.invoice
    if terms.sum_of_lines is None or terms.net_total is None:
        return
    less, plus = terms.allowance_total or ZERO, terms.charge_total or ZERO
    due = terms.sum_of_lines - less + plus
    if unequal(due, terms.net_total) and not _agrees_by_size(case, terms.sum_of_lines, terms.net_total):
        text = (
            f"Lines {money(terms.sum_of_lines)} less allowances {money(less)} plus charges {money(plus)} give "
            f"{money(due)} net, but the invoice says {money(terms.net_total)}."
        )
        figures = {"lines": money(terms.sum_of_lines), "less": money(less), "plus": money(plus)}
        yield Breach(text, money(due), money(terms.net_total), figures=figures)


def _agrees_by_size(case: Case, lines: Decimal, total: Decimal, spare: Decimal = ZERO) -> bool:
    """On a page an allowance may stand with its minus sign: sizes count where the sums agree then."""
    if case.is_xml:
        return False
    less, plus = abs(case.invoice.allowance_total or ZERO), abs(case.invoice.charge_total or ZERO)
    return not unequal(lines - less + plus, total, spare)


@rule("AP-LINES-NET", Severity.ERROR, ("net_total", "lines"), "BR-CO-10 and BR-CO-13 where BT-106 is not printed")
def lines_give_net_total(case: Case) -> Iterable[Breach]:
    """On a page without a sum of lines, the lines give the net (or gross) total, allowances and charges considered.

    >>> list(lines_give_net_total(Case.of(net_total="30", lines=[{"net_amount": "10"}, {"net_amount": "20"}])))
    []
    >>> [w.message for w in lines_give_net_total(Case.of(net_total="40", lines=[{"net_amount": "10"}]))]
    ['The lines add up to 10.00, but the net total is 40.00.']
    """
    terms = case.invoice
    added = _total(line.net_amount for line in terms.lines) if terms.lines else None
    if added is None or terms.sum_of_lines is not None or terms.net_total is None:
        return
    due = added - (terms.allowance_total or ZERO) + (terms.charge_total or ZERO)
    spare = CENT * len(terms.lines)  # printed lines are rounded one by one
    totals = [total for total in (terms.net_total, terms.gross_total) if total is not None]
    fits = any(not unequal(due, total, spare) or _agrees_by_size(case, added, total, spare) for total in totals)
    if not fits:
        text = f"The lines add up to {money(due)}, but the net total is {money(terms.net_total)}."
        yield Breach(text, money(due), money(terms.net_total))


@rule("BR-CO-14", Severity.ERROR, ("tax_total", "vat_breakdown"), f"{EN_SUMS} BR-CO-14")
def tax_total(case: Case) -> Iterable[Breach]:
    """The VAT total is the sum of the VAT of each rate.

    >>> list(tax_total(Case.of(tax_total="25", vat_breakdown=[{"tax": "20"}, {"tax": "5"}])))
    []
    >>> [wrong.message for wrong in tax_total(Case.of(tax_total="26", vat_breakdown=[{"tax": "20"}, {"tax": "5"}]))]
    ['The VAT of all rates adds up to 25.00, but the VAT total is 26.00.']
    """
    stated, rows = case.invoice.tax_total, case.invoice.vat_breakdown
    added = _total(row.tax for row in rows) if rows else None
    if stated is not None and added is not None and unequal(added, stated):
        text = f"The VAT of all rates adds up to {money(added)}, but the VAT total is {money(stated)}."
        yield Breach(text, money(added), money(stated))


@rule("BR-CO-15", Severity.ERROR, ("gross_total", "net_total", "tax_total"), f"{EN_SUMS} BR-CO-15")
def gross_total(case: Case) -> Iterable[Breach]:
    """Gross total = net total + VAT.

    >>> list(gross_total(Case.of(net_total="100", tax_total="20", gross_total="120")))
    []
    >>> [wrong.message for wrong in gross_total(Case.of(net_total="100", tax_total="20", gross_total="121"))]
    ['Net 100.00 plus VAT 20.00 gives 120.00, but the gross total is 121.00.']
    """
    terms = case.invoice
    if terms.net_total is None or terms.gross_total is None:
        return
    tax = terms.tax_total if terms.tax_total is not None else ZERO
    if terms.tax_total is None and not case.is_xml:
        return  # on a page the VAT may not have been found; e-invoices without VAT leave it out
    due = terms.net_total + tax
    if unequal(due, terms.gross_total) and withheld(case, due - terms.gross_total) is None:
        net, gross = money(terms.net_total), money(terms.gross_total)
        text = f"Net {net} plus VAT {money(tax)} gives {money(due)}, but the gross total is {gross}."
        yield Breach(text, money(due), gross, figures={"net": net, "tax": money(tax)})


@rule("BR-CO-16", Severity.ERROR, ("payable_total", "gross_total", "prepaid_total", "rounding"),
      f"{EN_SUMS} BR-CO-16")  # fmt: skip
def payable_total(case: Case) -> Iterable[Breach]:
    """Amount due = gross total - paid before + rounding.

    >>> list(payable_total(Case.of(gross_total="120", prepaid_total="20", payable_total="100")))
    []
    >>> [wrong.message for wrong in payable_total(Case.of(gross_total="120", payable_total="100"))]
    ['Gross 120.00 less prepaid 0.00 plus rounding 0.00 leaves 120.00 to pay, but the invoice asks for 100.00.']
    """
    terms = case.invoice
    if terms.gross_total is None or terms.payable_total is None:
        return
    paid, rounding = terms.prepaid_total or ZERO, terms.rounding or ZERO
    due = terms.gross_total - paid + rounding
    if unequal(due, terms.payable_total) and withheld(case, due - terms.payable_total) is None:
        text = (
            f"Gross {money(terms.gross_total)} less prepaid {money(paid)} plus rounding {money(rounding)} leaves "
            f"{money(due)} to pay, but the invoice asks for {money(terms.payable_total)}."
        )
        figures = {"gross": money(terms.gross_total), "paid": money(paid), "rounding": money(rounding)}
        is_more = due < terms.payable_total and _may_collect(case)
        severity = Severity.WARNING if is_more else None
        yield Breach(text, money(due), money(terms.payable_total), severity, figures=figures)


def _may_collect(case: Case) -> bool:
    """Whether the e-invoice may ask for others' money too: the extension of XRechnung has terms for it (BG-DEX-09)."""
    profile = (case.extraction.profile if case.extraction else None) or ""
    return "extension:xrechnung" in profile


@rule(
    "BR-CO-17", Severity.ERROR, ("vat_breakdown",), f"{EN_SUMS} BR-CO-17; both roundings: directive 2006/112 art. 226"
)
def tax_of_each_rate(case: Case) -> Iterable[Breach]:
    """The VAT of a rate follows from its base: rounded once, or line by line.

    >>> list(tax_of_each_rate(Case.of(vat_breakdown=[{"rate": "20", "taxable": "10.03", "tax": "2.01"}])))
    []
    >>> [w.message for w in tax_of_each_rate(Case.of(vat_breakdown=[{"rate": "20", "taxable": "10", "tax": "2.5"}]))]
    ['20 % of 10.00 is 2.00, but the invoice says 2.50 of VAT.']
    """
    for row in case.invoice.vat_breakdown:
        once = tax_once(case.invoice, row)
        if row.rate is None or once is None or row.tax is None or row_mode(case.invoice, row) is not None:
            continue
        rate, base = per_cent(row.rate), money(row.taxable)
        text = f"{rate} % of {base} is {money(once)}, but the invoice says {money(row.tax)} of VAT."
        by_a_cent = Severity.NOTE if case.is_xml else Severity.WARNING
        severity = by_a_cent if not unequal(abs(once), abs(row.tax), CENT) else None
        yield Breach(text, money(once), money(row.tax), severity, figures={"rate": rate, "base": base})


@rule("AP-VAT-BASE", Severity.ERROR, ("vat_breakdown", "net_total"), "EN 16931-1:2017, BR-S-08 and its kin, summed")
def bases_give_net_total(case: Case) -> Iterable[Breach]:
    """The bases of all rates make up the net total.

    >>> list(bases_give_net_total(Case.of(net_total="30", vat_breakdown=[{"taxable": "10"}, {"taxable": "20"}])))
    []
    >>> [w.message for w in bases_give_net_total(Case.of(net_total="31", vat_breakdown=[{"taxable": "30"}]))]
    ['The bases of all VAT rates add up to 30.00, but the net total is 31.00.']
    """
    stated, rows = case.invoice.net_total, case.invoice.vat_breakdown
    added = _total(row.taxable for row in rows) if rows else None
    if stated is not None and added is not None and unequal(added, stated, CENT * len(rows)):
        text = f"The bases of all VAT rates add up to {money(added)}, but the net total is {money(stated)}."
        yield Breach(text, money(added), money(stated))


@rule("AP-LINE-AMOUNT", Severity.WARNING, ("lines",), "EN 16931-1:2017, BT-131; PEPPOL-EN16931-R120")
def line_amounts(case: Case) -> Iterable[Breach]:
    """Quantity times price gives the line's amount; a difference may be a discount of the line, which is not read.

    >>> ok = {"quantity": "200", "unit_price": "48.50", "price_base_quantity": "100", "net_amount": "97"}
    >>> list(line_amounts(Case.of(lines=[ok])))
    []
    >>> [w.message for w in line_amounts(Case.of(lines=[{"quantity": "2", "unit_price": "5", "net_amount": "9"}]))]
    ['Line 1: 2 at 5.00 is 10.00, but the line says 9.00.']
    """
    for number, line in enumerate(case.invoice.lines, 1):
        if line.quantity is None or line.unit_price is None or line.net_amount is None:
            continue
        exact = line.quantity * line.unit_price / (line.price_base_quantity or 1)
        # A price printed with two decimals hides up to half a cent for each unit.
        spare = CENT + abs(line.quantity) * Decimal("0.005") / (line.price_base_quantity or 1)
        if unequal(abs(exact), abs(line.net_amount), CENT if case.is_xml else spare):
            due = round_amount(exact, case.invoice.currency)
            quantity, price = decimal_text(line.quantity), money(line.unit_price)
            text = f"Line {number}: {quantity} at {price} is {money(due)}, but the line says {money(line.net_amount)}."
            severity = Severity.NOTE if case.is_xml else None  # the published rules know the line's own allowances
            figures = {"line": str(number), "quantity": quantity, "price": price}
            yield Breach(text, money(due), money(line.net_amount), severity, figures=figures)


@rule("AP-AMOUNT-RANGE", Severity.ERROR, ("gross_total", "net_total", "tax_total", "payable_total"),
      "NUMERIC(15,2) of the output tables")  # fmt: skip
def amounts_in_range(case: Case) -> Iterable[Breach]:
    """No amount is too large for a ledger.

    >>> list(amounts_in_range(Case.of(gross_total="9999999999.99")))
    []
    >>> [wrong.terms for wrong in amounts_in_range(Case.of(gross_total="1E+20"))]
    [('gross_total',)]
    """
    for term in ("gross_total", "net_total", "tax_total", "payable_total"):
        amount = getattr(case.stated, term)
        if amount is not None and not is_bookable(amount):
            text = f"{term.replace('_', ' ').capitalize()} {amount:.3E} is larger than any ledger takes."
            yield Breach(text, actual=f"{amount:.3E}", terms=(term,), says=term)
