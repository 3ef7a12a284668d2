"""Bank accounts that tell on their holder: an employee's, another seller's, one that another client knows otherwise.

>>> from validators.rule import RULES
>>> {RULES[name].severity.value for name in ("AP-ACCOUNT-GUARDED", "AP-ACCOUNT-RING")}
{'hold'}
"""

from __future__ import annotations

from collections.abc import Iterable

from models.finding import Severity
from models.reference import squeeze
from validators.rule import Breach, Case, rule

SOURCE = "one account, two payees: a usual sign of payment fraud"


@rule("AP-ACCOUNT-GUARDED", Severity.HOLD, ("iban",), "who works here sends no invoices here")
def nobody_of_ours(case: Case) -> Iterable[Breach]:
    """The bank account is not an employee's.

    >>> from models.fraud import FraudFacts
    >>> list(nobody_of_ours(Case.of(iban="FR7630006000011234567890189")))
    []
    >>> told = nobody_of_ours(Case.of(iban="FR76 3000", fraud=FraudFacts(guarded="employee")))
    >>> [wrong.message for wrong in told]
    ['The bank account is on the list of accounts that no supplier may have (employee).']
    """
    kind = case.context.fraud.guarded
    if kind:
        yield Breach(f"The bank account is on the list of accounts that no supplier may have ({kind}).", actual=kind)


@rule("AP-ACCOUNT-RING", Severity.HOLD, ("iban", "seller_name"), SOURCE)
def one_payee(case: Case) -> Iterable[Breach]:
    """No other seller's invoice named this bank account; a verified account may be shared, as with a factor.

    >>> from models.fraud import FraudFacts
    >>> list(one_payee(Case.of(iban="FR7630006000011234567890189")))
    []
    >>> told = one_payee(Case.of(iban="FR76 3000", fraud=FraudFacts(shared_with=("Encre SA",))))
    >>> [wrong.message for wrong in told]
    ['Invoices of Encre SA named the same bank account.']
    """
    others = case.context.fraud.shared_with
    if others and not _is_verified(case):
        named = ", ".join(others[:3])
        yield Breach(f"Invoices of {named} named the same bank account.", actual=named)


@rule("AP-ACCOUNT-ELSEWHERE", Severity.WARNING, ("iban",), SOURCE)
def known_nowhere_else(case: Case) -> Iterable[Breach]:
    """No other client knows this bank account as another seller's; which client and which seller is not told.

    >>> from models.fraud import FraudFacts
    >>> list(known_nowhere_else(Case.of(iban="FR7630006000011234567890189")))
    []
    >>> told = known_nowhere_else(Case.of(iban="FR76 3000", fraud=FraudFacts(is_elsewhere=True)))
    >>> [wrong.message for wrong in told]
    ['The bank account is also used at another client, by a different seller.']
    """
    if case.context.fraud.is_elsewhere and not _is_verified(case):
        yield Breach("The bank account is also used at another client, by a different seller.")


def _is_verified(case: Case) -> bool:
    account = squeeze(case.invoice.iban)
    return case.supplier is not None and account in map(squeeze, case.supplier.verified_ibans)
