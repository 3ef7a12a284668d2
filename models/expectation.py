r"""What a client expects of its own invoices besides what everybody does: data from a file, of a short list of kinds.

>>> toml = '''
... [[expect]]
... name = "cost_centre"
... column = "buyer_reference"
... kind = "matches"
... pattern = "^[0-9]{4}$"
... en = "The cost centre is not four digits"
... fr = "Le centre de coûts ne comporte pas quatre chiffres"
... '''
>>> read_expectations(toml)[0].column
'buyer_reference'
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from typing import Literal

from pydantic import Field, TypeAdapter, ValidationError, model_validator

from models.errors import SettingsError
from models.invoice import TERMS, Frozen

MOST = 50  # expectations of one client
_OTHERS = ("document_type", "seller_id")
COLUMNS: frozenset[str] = frozenset({*TERMS, *_OTHERS})
# Amounts and dates are compared by nothing but their presence here: sums and order are the house's own expectations.
TEXTS: frozenset[str] = frozenset(
    {*_OTHERS, *(name for name, term in TERMS.items() if term.kind not in {"amount", "date", "number"})}
)
_NESTED = re.compile(r"[+*}][^)]*\)[+*{]")  # (a+)+ and the like: they may take for ever


class ClientExpectation(Frozen):
    """One expectation of one client about one column."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,40}$")
    column: str
    kind: Literal["present", "matches", "one_of", "none_of", "length"]
    pattern: str = Field("", max_length=200)
    values: tuple[str, ...] = Field((), max_length=1000)
    least: int = Field(0, ge=0)
    most: int = Field(1000, ge=0)
    en: str = Field(min_length=1, max_length=200)
    fr: str = Field(min_length=1, max_length=200)

    @model_validator(mode="after")
    def _is_complete(self) -> ClientExpectation:
        if self.column not in (COLUMNS if self.kind == "present" else TEXTS):
            raise ValueError(f"{self.column} is no column for {self.kind}")
        if self.kind == "matches" and (not self.pattern or not _is_pattern(self.pattern)):
            raise ValueError(f"{self.name} asks for a regular expression without repetitions of repetitions")
        if self.kind in {"one_of", "none_of"} and not self.values:
            raise ValueError(f"{self.name} asks for values")
        if self.least > self.most:
            raise ValueError(f"{self.name}: least is more than most")
        return self


_LIST = TypeAdapter(tuple[ClientExpectation, ...])


def read_expectations(text: str) -> tuple[ClientExpectation, ...]:
    """The expectations of a TOML file with tables `[[expect]]`.

    Raises:
        SettingsError: It is no TOML, names what there is not, or has two of one name or too many.
    """
    try:
        whole = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"the file is no TOML: {error}") from error
    if set(whole) - {"expect"}:
        raise SettingsError(f"only [[expect]] stands in this file, not {', '.join(sorted(set(whole) - {'expect'}))}")
    return _checked(lambda: _LIST.validate_python(whole.get("expect", [])))


def parse_expectations(stored: str | None) -> tuple[ClientExpectation, ...]:
    """What the client's row holds (JSON); nothing where it holds nothing."""
    return _checked(lambda: _LIST.validate_json(stored)) if stored else ()


def dump_expectations(expectations: tuple[ClientExpectation, ...]) -> str:
    """As the client's row holds it."""
    return _LIST.dump_json(expectations, exclude_defaults=True).decode()


def _checked(read: Callable[[], tuple[ClientExpectation, ...]]) -> tuple[ClientExpectation, ...]:
    try:
        found = read()
    except ValidationError as error:
        where = error.errors()[0]
        raise SettingsError(f"expectation {'.'.join(map(str, where['loc']))}: {where['msg']}") from error
    if len(found) > MOST or len({each.name for each in found}) < len(found):
        raise SettingsError(f"expectations have names of their own, and there are {MOST} at most")
    return found


def _is_pattern(pattern: str) -> bool:
    try:
        re.compile(pattern)
    except re.error:
        return False
    return not _NESTED.search(pattern)
