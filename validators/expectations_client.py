"""A client's own expectations as rows of the gate: their names begin with `own_`, each holds back single invoices.

>>> from models.expectation import ClientExpectation
>>> own = ClientExpectation(name="site", column="buyer_reference", kind="present", en="No site", fr="Pas de site")
>>> as_expectation(own).name, as_expectation(own).kind
('own_site', 'ExpectColumnValuesToNotBeNull')
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from models.expectation import ClientExpectation
from validators.expectations import Expectation

PREFIX = "own_"

_KINDS: dict[str, tuple[str, Callable[[ClientExpectation], dict[str, Any]]]] = {
    "present": ("ExpectColumnValuesToNotBeNull", lambda own: {}),  # noqa: ARG005 - one signature
    "matches": ("ExpectColumnValuesToMatchRegex", lambda own: {"regex": own.pattern}),
    "one_of": ("ExpectColumnValuesToBeInSet", lambda own: {"value_set": sorted(own.values)}),
    "none_of": ("ExpectColumnValuesToNotBeInSet", lambda own: {"value_set": sorted(own.values)}),
    "length": ("ExpectColumnValueLengthsToBeBetween", lambda own: {"min_value": own.least, "max_value": own.most}),
}


def as_expectation(own: ClientExpectation) -> Expectation:
    """The row of the gate. A value that is not there fails `present` only."""
    kind, arguments = _KINDS[own.kind]
    return Expectation(PREFIX + own.name, kind, {"column": own.column} | arguments(own), own.en, (own.column,))
