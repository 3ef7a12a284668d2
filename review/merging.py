"""Two people, one invoice: what one typed over what the other saved meanwhile. Nothing of either is lost.

Three-way: terms that only the other changed take the other's value; terms that this person changed keep what was
typed, and the other's value is shown beside.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from models.extraction import Extraction
from models.invoice import Invoice
from models.store.edits import changed_terms
from review.forms import Typed, form_inputs
from review.language import Tongue


@dataclass(frozen=True, slots=True)
class Merged:
    """The form to show again, and what the other person wrote: input name to value as shown."""

    typed: Typed
    theirs: dict[str, str]


def merge_inputs(typed: Typed, seen: Extraction | None, newest: Extraction | None, tongue: Tongue) -> Merged:
    """Merge a form with the newest revision; `seen` is the revision that the form was shown with."""
    now_shown = form_inputs(newest, tongue)
    if not any(name.startswith("field.") for name in typed.inputs):  # an act without values, such as undo
        return Merged(replace(typed, inputs=now_shown), {})
    start = seen.invoice if seen else Invoice()
    others = {input_name(term) for term in changed_terms(start, newest.invoice if newest else Invoice())}
    before = form_inputs(seen, tongue)
    mine = {name for name, value in typed.inputs.items() if value != before.get(name, "")}
    inputs = dict(typed.inputs)
    for part in ("lines.", "vat."):
        if _touches(others, part) and not _touches(mine, part):
            inputs = _without(inputs, part) | {name: now_shown[name] for name in now_shown if name.startswith(part)}
    inputs |= {name: now_shown.get(name, "") for name in others - mine if name.startswith("field.")}
    return Merged(replace(typed, inputs=inputs), {name: now_shown.get(name, "") for name in sorted(others)})


def input_name(term: str) -> str:
    """The input of a term.

    >>> input_name("lines[2].quantity"), input_name("net_total")
    ('lines.2.quantity', 'field.net_total')
    """
    for part, short in (("lines[", "lines."), ("vat_breakdown[", "vat.")):
        if term.startswith(part):
            return short + term.removeprefix(part).replace("].", ".")
    return f"field.{term}"


def _touches(names: set[str], part: str) -> bool:
    return any(name.startswith(part) for name in names)


def _without(inputs: Mapping[str, str], part: str) -> dict[str, str]:
    return {name: value for name, value in inputs.items() if not name.startswith(part)}
