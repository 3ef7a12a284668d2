"""What a comparison of invoice and order shows, in the reader's words and notation.

Matching writes its values once, in English and with decimal points, so that a stored match reads the same for ever;
here they are said anew for a page. What is not known is shown as it stands.

>>> from review.language import TONGUES
>>> said(TONGUES["fr"], "amount", "465.25 open of 1465.25")
'reste 465,25 sur 1465,25'
>>> said(TONGUES["fr"], "order_date", "2026-09-14"), said(TONGUES["en"], "seller", "F-0102")
('14/09/2026', 'F-0102')
>>> said_tolerance(TONGUES["fr"], "1 % or 0.01")
'1 % ou 0,01'
"""

from __future__ import annotations

import re
from collections.abc import Callable

from models.invoice import Kind
from review.language import Tongue

_NUMBER = r"(-?[0-9]+(?:\.[0-9]+)?)"
_OPEN_OF = re.compile(rf"{_NUMBER} open of {_NUMBER}")
_LINES = re.compile(r"([0-9]+) lines")
_FOUND = re.compile(r"([0-9]+) found among ([0-9]+)")
_TIMES = re.compile(r"confirmed before: ([0-9]+) times?")
_OTHER_ITEM = "confirmed as another item"
_EITHER = re.compile(rf"{_NUMBER} %(?: or {_NUMBER})?")


def said(tongue: Tongue, name: str, value: str) -> str:
    """A value of the comparison `name` as a reader of that language writes it."""
    speak = _SPEAKERS.get(name)
    return speak(tongue, value) if speak and value else value


def said_tolerance(tongue: Tongue, text: str | None) -> str:
    """A tolerance that was exceeded; empty where none is told."""
    found = _EITHER.fullmatch(text or "")
    if found is None:
        return text or ""
    percent, amount = (tongue.stored_value(part, "number") for part in found.groups())
    return tongue.t("said.either", percent=percent, amount=amount) if amount else f"{percent} %"


def _amount(tongue: Tongue, value: str) -> str:
    found = _OPEN_OF.fullmatch(value)
    if found is None:
        return tongue.stored_value(value, "number")
    still, total = (tongue.stored_value(part, "number") for part in found.groups())
    return tongue.t("said.open_of", open=still, total=total)


def _lines(tongue: Tongue, value: str) -> str:
    if whole := _LINES.fullmatch(value):
        return tongue.t("said.lines", n=int(whole[1]))
    found = _FOUND.fullmatch(value)
    return tongue.t("said.found", n=int(found[1]), found=found[1], count=found[2]) if found else value


def _status(tongue: Tongue, value: str) -> str:
    return tongue.t(f"order_state.{value}") if tongue.has(f"order_state.{value}") else value


def _alias(tongue: Tongue, value: str) -> str:
    if found := _TIMES.fullmatch(value):
        return tongue.t("said.confirmed", n=int(found[1]))
    return tongue.t("said.confirmed_other") if value == _OTHER_ITEM else value


def _best_other(tongue: Tongue, value: str) -> str:
    return tongue.t("said.best_other", order=value)


def _stored(kind: Kind) -> Callable[[Tongue, str], str]:
    return lambda tongue, value: tongue.stored_value(value, kind)


_SPEAKERS: dict[str, Callable[[Tongue, str], str]] = {
    "amount": _amount, "lines": _lines, "status": _status, "rivals": _best_other,
    "order_date": _stored("date"), "prices": _stored("number"), "quantities": _stored("number"),
    "quantity": _stored("number"), "unit_price": _stored("number"), "figures": _stored("number"),
    "sum": _stored("number"), "frame": _stored("number"), "alias": _alias,
}  # fmt: skip
