r"""A contract as people write it: TOML or JSON, with each mistake named by its key, its line, and the reason.

>>> line_of('name = "A"\n[[turnaround]]\nname = "all"\nhours = 0\n', ("turnaround", 0, "hours"))
4
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from models.contract import Contract
from models.errors import SettingsError

LARGEST = 256 * 1024  # bytes
_TABLE = re.compile(r"^\s*\[\[?\s*([A-Za-z0-9_.]+)\s*\]\]?")


def read_contract(path: Path) -> Contract:
    """The contract that a file holds.

    Raises:
        SettingsError: It cannot be read, or says what no contract may; every mistake is named.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise SettingsError(f"{path.name}: larger than {LARGEST // 1024} KB, that is no contract")
        text = path.read_text(encoding="utf-8-sig")
        terms = json.loads(text) if path.suffix.lower() == ".json" else tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise SettingsError(f"{path.name}: {error}") from error
    try:
        return Contract.model_validate_json(json.dumps(terms, default=str))
    except ValidationError as error:
        raise SettingsError("\n".join(_mistakes(path.name, text, error))) from error


def _mistakes(name: str, text: str, error: ValidationError) -> list[str]:
    found = []
    for each in error.errors():
        line = line_of(text, each["loc"])
        place = f"{name}:{line}" if line else name
        key = ".".join(str(part + 1) if isinstance(part, int) else part for part in each["loc"])
        found.append(f"{place}: {key or 'contract'}: {each['msg'].removeprefix('Value error, ')}")
    return found


def line_of(text: str, place: Sequence[str | int]) -> int | None:
    """The line, from 1, on which a key of a TOML text stands, else that of its table; None where neither is found."""
    if not place:
        return None
    table, number, found = "", 0, None
    wanted = [part for part in place if isinstance(part, str)]
    index = place[1] if len(place) > 1 and isinstance(place[1], int) else 0
    for at, line in enumerate(text.splitlines(), start=1):
        if head := _TABLE.match(line):
            number = number + 1 if head[1] == table else 0
            table = head[1]
            if table.split(".") == wanted[: len(table.split("."))] and number == index:
                found = at
            continue
        inner = [*table.split("."), line.split("=")[0].strip()] if table else [line.split("=")[0].strip()]
        if "=" in line and inner == wanted[: len(inner)] and (not table or number == index):
            return at
    return found
