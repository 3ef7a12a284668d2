"""Atomic values of XPath 2: what nodes become, how values are cast, compared and reckoned with.

`xs:decimal` is Decimal, `xs:integer` int, `xs:double` float, `xs:string` str, `xs:date` date; what stands in a document
without a schema is `Untyped`, a string that takes the type of what it meets.

>>> holds("=", [Untyped("10.0")], [10]), holds("=", [Untyped("10.0")], ["10"])
(True, False)
>>> reckon("div", Decimal(1), 8)
Decimal('0.125')
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable
from datetime import date
from decimal import ROUND_FLOOR, Context, Decimal, DivisionByZero, InvalidOperation
from typing import Any

from extractors.einvoice.rules.nodes import Attribute, Node, Text

_EXACT = Context(prec=60)
_DECIMAL = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)")
_DOUBLE = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?")
_INTEGER = re.compile(r"[+-]?\d+")
_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:Z|[+-]\d\d:\d\d)?")
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
_SPECIAL = {"NaN": math.nan, "INF": math.inf, "-INF": -math.inf}

Number = int | Decimal | float


class XPathError(Exception):
    """An expression that cannot be read, or a value that is not what the expression needs."""


class Untyped(str):
    """Text of a document."""

    __slots__ = ()


def atomize(items: list[Any]) -> list[Any]:
    """Nodes become their text."""
    return [Untyped(item.string) if isinstance(item, Node | Attribute | Text) else item for item in items]


def single(items: list[Any]) -> Any:  # noqa: ANN401 - any atomic value
    """The one atomic value, None for none; raises XPathError for several."""
    if not items:
        return None
    if len(items) > 1:
        raise XPathError("one value is needed, there are several")
    item = items[0]
    return Untyped(item.string) if isinstance(item, Node | Attribute | Text) else item


def text_of(items: list[Any]) -> str:
    """The one value as a string, empty for none."""
    value = single(items)
    return "" if value is None else to_string(value)


def effective(items: list[Any]) -> bool:
    """The effective boolean value."""
    if not items:
        return False
    first = items[0]
    if isinstance(first, Node | Attribute | Text):
        return True
    if len(items) > 1:
        raise XPathError("several values have no truth")
    if isinstance(first, float):
        return not (math.isnan(first) or first == 0)
    return bool(first)


def to_string(value: Any) -> str:  # noqa: ANN401 - any atomic value
    """As `xs:string`."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        text = format(value, "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    if isinstance(value, float):
        if math.isnan(value) or math.isinf(value):
            return next(name for name, special in _SPECIAL.items() if repr(special) == repr(value))
        return str(int(value)) if value == int(value) and abs(value) < 1e6 else repr(value)
    return str(value)


def to_double(value: Any) -> float:  # noqa: ANN401 - any atomic value
    """As `xs:double`; raises XPathError."""
    if isinstance(value, str):
        text = value.strip()
        if text in _SPECIAL:
            return _SPECIAL[text]
        if not _DOUBLE.fullmatch(text):
            raise XPathError(f"not a number: {text[:40]!r}")
        return float(text)
    return float(value)


def to_decimal(value: Any) -> Decimal:  # noqa: ANN401 - any atomic value
    """As `xs:decimal`; raises XPathError."""
    if isinstance(value, str):
        text = value.strip()
        if not _DECIMAL.fullmatch(text):
            raise XPathError(f"not a decimal: {text[:40]!r}")
        return Decimal(text)
    if isinstance(value, float) and not math.isfinite(value):
        raise XPathError("not a decimal")
    return Decimal(repr(value) if isinstance(value, float) else value)


def to_integer(value: Any) -> int:  # noqa: ANN401 - any atomic value
    """As `xs:integer`; raises XPathError."""
    if isinstance(value, str) and not _INTEGER.fullmatch(value.strip()):
        raise XPathError(f"not an integer: {value[:40]!r}")
    return int(value)


def to_boolean(value: Any) -> bool:  # noqa: ANN401 - any atomic value
    """As `xs:boolean`; raises XPathError."""
    if isinstance(value, str):
        if value.strip() not in _BOOLEANS:
            raise XPathError(f"not a boolean: {value[:40]!r}")
        return _BOOLEANS[value.strip()]
    return bool(value)


def to_date(value: Any) -> date:  # noqa: ANN401 - any atomic value
    """As `xs:date`, whose time zone is left out; raises XPathError."""
    if isinstance(value, date):
        return value
    found = _DATE.fullmatch(str(value).strip())
    try:
        return date(*map(int, found.groups())) if found else date.min.replace(day=0)
    except ValueError as error:
        raise XPathError(f"not a date: {str(value)[:40]!r}") from error


CASTS: dict[str, Callable[[Any], Any]] = {
    "xs:string": to_string, "xs:decimal": to_decimal, "xs:integer": to_integer, "xs:double": to_double,
    "xs:float": to_double, "xs:boolean": to_boolean, "xs:date": to_date,
}  # fmt: skip

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
    "eq": operator.eq, "ne": operator.ne, "lt": operator.lt, "le": operator.le, "gt": operator.gt, "ge": operator.ge,
}  # fmt: skip


def holds(symbol: str, left: list[Any], right: list[Any]) -> bool:
    """A general comparison (`=`, `<` ...): whether it holds for any pair; or a value comparison (`eq`, `lt` ...)."""
    compare = _COMPARE[symbol]
    if symbol.isalpha():
        one, other = single(left), single(right)
        if one is None or other is None:
            return False
        left, right = [_as_string(one)], [_as_string(other)]
    return any(compare(*_common(one, other)) for one in atomize(left) for other in atomize(right))


def _as_string(value: Any) -> Any:  # noqa: ANN401 - any atomic value
    return str(value) if isinstance(value, Untyped) else value


def _common(one: Any, other: Any) -> tuple[Any, Any]:  # noqa: ANN401 - any atomic values
    """Both in the type in which they are compared."""
    if isinstance(one, Untyped):
        one = _like(one, other)
    elif isinstance(other, Untyped):
        other = _like(other, one)
    if isinstance(one, str) != isinstance(other, str) or isinstance(one, bool) != isinstance(other, bool):
        raise XPathError("values of different types cannot be compared")
    if isinstance(one, float) or isinstance(other, float):
        return float(one), float(other)
    return one, other


def _like(text: Untyped, model: Any) -> Any:  # noqa: ANN401 - any atomic value
    if isinstance(model, bool):
        return to_boolean(text)
    if isinstance(model, int | Decimal | float):
        return to_double(text)
    return to_date(text) if isinstance(model, date) else str(text)


def _number(value: Any) -> Number:  # noqa: ANN401 - any atomic value
    if isinstance(value, Untyped):
        return to_double(value)
    if isinstance(value, bool) or not isinstance(value, int | Decimal | float):
        raise XPathError("a number is needed")
    return value


def reckon(symbol: str, one: Any, other: Any) -> Number:  # noqa: ANN401 - atomic values
    """`+ - * div idiv mod`: exact in decimals, in doubles where one side is a double."""
    left, right = _number(one), _number(other)
    if isinstance(left, float) or isinstance(right, float):
        return _reckon_doubles(symbol, float(left), float(right))
    try:
        result = _EXACT_OPERATIONS[symbol](Decimal(left), Decimal(right))
    except (InvalidOperation, DivisionByZero) as error:
        raise XPathError(f"{symbol} cannot be reckoned") from error
    if symbol == "idiv" or (symbol != "div" and isinstance(left, int) and isinstance(right, int)):
        return int(result)
    return result


_EXACT_OPERATIONS: dict[str, Callable[[Decimal, Decimal], Decimal]] = {
    "+": _EXACT.add, "-": _EXACT.subtract, "*": _EXACT.multiply, "div": _EXACT.divide,
    "idiv": _EXACT.divide_int, "mod": _EXACT.remainder,
}  # fmt: skip


def _reckon_doubles(symbol: str, left: float, right: float) -> Number:
    if symbol in {"div", "idiv", "mod"} and right == 0:
        if symbol == "idiv":
            raise XPathError("division by zero")
        return math.nan if left == 0 or symbol == "mod" or math.isnan(left) else math.copysign(math.inf, left)
    doubles: dict[str, Callable[[float, float], Number]] = {
        "+": operator.add, "-": operator.sub, "*": operator.mul, "div": operator.truediv,
        "idiv": lambda one, other: int(one / other), "mod": math.fmod,
    }  # fmt: skip
    return doubles[symbol](left, right)


def round_half_up(value: Number) -> Number:
    """XPath's `round`: halves go up, towards the positive."""
    if isinstance(value, int):
        return value
    if isinstance(value, Decimal):
        return _EXACT.add(value, Decimal("0.5")).to_integral_value(ROUND_FLOOR)
    return float(math.floor(value + 0.5)) if math.isfinite(value) else value
