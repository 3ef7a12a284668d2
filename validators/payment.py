"""Who is paid, and to which account: the checks against payment fraud. Each holds until a second person releases.

>>> from validators.rule import RULES
>>> {RULES[name].severity.value for name in ("AP-BANK-NEW", "AP-SUPPLIER-UNKNOWN")}
{'hold'}
"""

from __future__ import annotations

from collections.abc import Iterable

from models.finding import Severity
from models.reference import squeeze
from validators.rule import Breach, Case, rule

R15 = "an IBAN is verified by its value, by a second person"


@rule("AP-BANK-NEW", Severity.HOLD, ("iban",), R15)
def verified_account(case: Case) -> Iterable[Breach]:
    """The bank account is one that was verified for this supplier; the value counts, in any notation.

    >>> from models.order import Supplier
    >>> known = Supplier(seller_id="S1", name="Dupont", verified_ibans=("FR7630006000011234567890189",))
    >>> list(verified_account(Case.of(iban="FR76 3000 6000 0112 3456 7890 189", supplier=known)))
    []
    >>> [wrong.message for wrong in verified_account(Case.of(iban="DE89370400440532013000", supplier=known))]
    ['The bank account DE89370400440532013000 was never verified for Dupont; on file: FR7630006000011234567890189.']
    """
    account, supplier = squeeze(case.invoice.iban), case.supplier
    verified = tuple(map(squeeze, supplier.verified_ibans)) if supplier else ()
    if not account or account in verified:
        return
    known = f"; on file: {', '.join(verified)}" if verified else ": no account is on file"
    whom = supplier.name if supplier else "this seller, who is not in the master data"
    text = f"The bank account {account} was never verified for {whom}{known}."
    says = ("file" if verified else "") if supplier else "unknown"
    figures = {"name": supplier.name} if supplier else None
    yield Breach(text, ", ".join(verified) or None, account, says=says, figures=figures)


@rule("AP-SUPPLIER-UNKNOWN", Severity.HOLD, ("seller_name", "seller_vat_id", "seller_legal_id"), R15)
def known_supplier(case: Case) -> Iterable[Breach]:
    """The seller is in the master data.

    >>> from models.order import Supplier
    >>> list(known_supplier(Case.of(supplier=Supplier(seller_id="S1", name="Dupont"))))
    []
    >>> [wrong.message for wrong in known_supplier(Case.of(seller_name="Dupond"))]
    ['Dupond is not in the master data, neither by identifier nor by bank account nor by name.']
    """
    if case.supplier is None:
        name = case.invoice.seller_name
        text = "is not in the master data, neither by identifier nor by bank account nor by name."
        yield Breach(f"{name or 'The seller'} {text}", actual=name, says="" if name else "nameless")


@rule("AP-SUPPLIER-BLOCKED", Severity.HOLD, ("seller_name",), "status in the master data")
def active_supplier(case: Case) -> Iterable[Breach]:
    """The supplier is active.

    >>> from models.order import Supplier
    >>> list(active_supplier(Case.of(supplier=Supplier(seller_id="S1", name="Dupont"))))
    []
    >>> blocked = Supplier(seller_id="S1", name="Dupont", status="blocked")
    >>> [wrong.message for wrong in active_supplier(Case.of(supplier=blocked))]
    ['Dupont is marked as blocked in the master data.']
    """
    supplier = case.supplier
    if supplier is not None and supplier.status.strip().lower() not in ("", "active", "open"):
        text = f"{supplier.name} is marked as {supplier.status} in the master data."
        yield Breach(text, "active", supplier.status, figures={"name": supplier.name})


@rule("AP-FIRST-INVOICE", Severity.ERROR, ("seller_name",), R15)
def not_the_first(case: Case) -> Iterable[Breach]:
    """The first invoice of a supplier is seen by a person.

    >>> from models.order import Supplier
    >>> known = Supplier(seller_id="S1", name="Dupont")
    >>> list(not_the_first(Case.of(supplier=known)))
    []
    >>> [wrong.message for wrong in not_the_first(Case.of(supplier=known, first_invoice=True))]
    ['This is the first invoice of Dupont: a person looks at it once.']
    """
    if case.context.first_invoice and case.supplier is not None:
        name = case.supplier.name
        yield Breach(f"This is the first invoice of {name}: a person looks at it once.", figures={"name": name})


@rule("AP-OWN-ENTITY", Severity.ERROR, ("seller_vat_id", "seller_legal_id"), "one does not pay oneself")
def not_ourselves(case: Case) -> Iterable[Breach]:
    """The seller is not the client itself: buyer and seller were swapped, or it is a sales invoice.

    >>> ours = frozenset({"FR 40 303 265 045"})
    >>> list(not_ourselves(Case.of(seller_vat_id="DE136695976", own_vat_ids=ours)))
    []
    >>> [wrong.message for wrong in not_ourselves(Case.of(seller_vat_id="FR40303265045", own_vat_ids=ours))]
    ["The seller's identifier FR40303265045 is our own: a sales invoice, or buyer and seller were swapped."]
    """
    own = {squeeze(number) for number in case.context.own_vat_ids}
    for number in (case.invoice.seller_vat_id, case.invoice.seller_legal_id):
        if number and squeeze(number) in own:
            text = f"The seller's identifier {number} is our own: a sales invoice, or buyer and seller were swapped."
            yield Breach(text, actual=number)
            return


@rule("AP-SUPPLIER-CURRENCY", Severity.WARNING, ("currency",), "currency in the master data")
def usual_currency(case: Case) -> Iterable[Breach]:
    """The currency is the one agreed with the supplier.

    >>> from models.order import Supplier
    >>> known = Supplier(seller_id="S1", name="Dupont", currency="EUR")
    >>> list(usual_currency(Case.of(supplier=known, currency="EUR")))
    []
    >>> [wrong.message for wrong in usual_currency(Case.of(supplier=known, currency="USD"))]
    ['Dupont invoices in EUR by agreement, this one is in USD.']
    """
    supplier, currency = case.supplier, case.invoice.currency
    if supplier is not None and supplier.currency and currency and currency != supplier.currency:
        text = f"{supplier.name} invoices in {supplier.currency} by agreement, this one is in {currency}."
        yield Breach(text, supplier.currency, currency, figures={"name": supplier.name})
