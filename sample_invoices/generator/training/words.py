"""Word packs: every way in which paper says a term, and the share of them that training may be denied.

A pack is `words/<language>.toml`; `{part}` in an entry stands for each of the pack's parts, so that an entry is many
synonyms. 30 per cent of the synonyms of each term are held out by a hash of their letters: `words="train"` never says
them, `words="held_out"` says nothing else where it can.

>>> "Invoice Number" in synonyms(load_pack("en"), "invoice_number", ("VAT",))
True
>>> is_held_out("net_total", "Total Net") == is_held_out("net_total", "total net:")
True
"""

from __future__ import annotations

import itertools
import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal
from zlib import crc32

FOLDER = Path(__file__).parent / "words"
HELD_OUT_PERCENT = 30
Words = Literal["train", "held_out", "all"]
_PART = re.compile(r"\{(no|inv|po|cust|your|incl|excl|tax|doc)\}")
_GLUE = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True, eq=False)
class Pack:
    """A word pack as it stands in its file."""

    language: str
    months: tuple[str, ...]
    parts: dict[str, list[str]]
    lists: dict[str, dict[str, Any]]  # section to key to texts


@cache
def load_pack(language: str) -> Pack:
    """The pack of a language; FileNotFoundError where there is none."""
    raw = tomllib.loads((FOLDER / f"{language}.toml").read_text(encoding="utf-8"))
    lists = {name: table for name, table in raw.items() if isinstance(table, dict) and name != "parts"}
    return Pack(raw["language"], tuple(raw["months"]), raw["parts"], lists)


@cache
def languages() -> tuple[str, ...]:
    """Every language that has a pack."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


def is_held_out(term: str, text: str) -> bool:
    """Whether a synonym is kept from training; case and punctuation do not matter."""
    return crc32(f"{term}|{_GLUE.sub('', text).lower()}".encode()) % 100 < HELD_OUT_PERCENT


def expand(entry: str, parts: dict[str, list[str]]) -> tuple[str, ...]:
    """An entry with every combination of its parts."""
    names = list(dict.fromkeys(_PART.findall(entry)))
    if not names:
        return (entry,)
    choices = itertools.product(*(dict.fromkeys(parts[name]) for name in names))
    filled: list[str] = []
    for choice in choices:
        text = entry
        for name, value in zip(names, choice, strict=True):
            text = text.replace("{" + name + "}", value)
        filled += expand(text, parts)  # a part may name another part
    return tuple(map(closed, filled))


def closed(text: str) -> str:
    """A text whose open bracket is closed."""
    return f"{text})" if text.count("(") > text.count(")") else text


@cache
def entries(language: str, section: str, key: str, tax: tuple[str, ...], words: Words) -> tuple[tuple[str, ...], ...]:
    """The synonyms that may be said, grouped by the entry they come from."""
    pack = load_pack(language)
    parts = {**pack.parts, "tax": list(tax)}
    groups = [expand(entry, parts) for entry in pack.lists[section].get(key, ())]
    if words == "all" or section not in {"labels", "receipt", "titles"}:
        return tuple(groups)
    wanted = words == "held_out"
    kept = [tuple(text for text in group if is_held_out(key, text) == wanted) for group in groups]
    return tuple(group for group in kept if group) or tuple(groups)


def synonyms(pack: Pack, key: str, tax: tuple[str, ...], section: str = "labels") -> set[str]:
    """Every synonym of a term, as a set."""
    return {text for group in entries(pack.language, section, key, tax, "all") for text in group}
