"""Units as paper prints them, and their codes of UN/ECE Recommendation 20: the table is `units.toml`.

>>> unit_code_of("Std."), unit_code_of("kg"), unit_code_of("pallets"), unit_code_of("quires")
('HUR', 'KGM', 'XPX', 'quires')
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files

from extractors.fields.lexicon import squeeze

# Units that are measured, not counted: of these paper may show a rounded quantity.
MEASURED = frozenset({"HUR", "DAY", "MON", "KGM", "TNE", "LTR", "MTR", "KMT", "MTK", "MTQ", "KWH", "MWH"})


@lru_cache(maxsize=1)
def load_units() -> Mapping[str, str]:
    """Squeezed unit words and their codes; the codes themselves count as words."""
    table = tomllib.loads((files("extractors.fields") / "units.toml").read_text(encoding="utf-8"))
    found: dict[str, str] = {}
    for code, words in table.items():
        for word in words:
            found.setdefault(squeeze(word), code)
    for code in table:
        found.setdefault(squeeze(code), code)
    return found


def known_unit(text: str) -> str | None:
    """The code of a printed unit; None where it is none."""
    key = squeeze(text.replace("(s)", "").replace("²", "2").replace("³", "3"))
    units = load_units()
    return units.get(key) or units.get(key.removesuffix("s") or "") or units.get(key.removesuffix("es") or "")


def unit_code_of(text: str) -> str:
    """The code of a printed unit, or the unit as printed."""
    return known_unit(text) or text.strip(" .")
