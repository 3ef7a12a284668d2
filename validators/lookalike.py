"""A new supplier that is named like an older one: whoever got into the master data may be an imitation as well.

Sellers that are not in the master data are told by the match (`matching.supplier`) under the same id.

>>> from validators.rule import RULES
>>> RULES["AP-SUPPLIER-LOOKALIKE"].severity.value
'hold'
"""

from __future__ import annotations

from collections.abc import Iterable

from models.finding import Severity
from validators.rule import Breach, Case, rule


@rule("AP-SUPPLIER-LOOKALIKE", Severity.HOLD, ("seller_name",), "a usual sign of payment fraud")
def nobodys_double(case: Case) -> Iterable[Breach]:
    """A supplier that is new to the master data does not look like an older one.

    >>> from models.fraud import FraudFacts
    >>> from models.order import Supplier
    >>> new = Supplier(seller_id="S9", name="Dup0nt")
    >>> list(nobodys_double(Case.of(supplier=new)))
    []
    >>> told = nobodys_double(Case.of(supplier=new, fraud=FraudFacts(resembles=("Dupont (S1)",))))
    >>> [wrong.message for wrong in told]
    ['Dup0nt is new in the master data and looks like Dupont (S1).']
    """
    others, supplier = case.context.fraud.resembles, case.supplier
    if others and supplier is not None:
        text = f"{supplier.name} is new in the master data and looks like {', '.join(others)}."
        yield Breach(text, ", ".join(others), supplier.name)
