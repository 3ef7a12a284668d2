"""Names of firms that never were: syllables, trades and legal forms; and the ways in which one name is written.

>>> rng = Random(4)
>>> firm_name(rng) == firm_name(rng)
False
"""

from __future__ import annotations

from random import Random

_HEADS = (
    "Bar", "Bel", "Bran", "Cal", "Chal", "Cor", "Dam", "Del", "Dor", "Fal", "Fer", "Fon", "Gal", "Gar", "Hal", "Hol",
    "Jor", "Kar", "Kel", "Lam", "Lin", "Lor", "Mal", "Mar", "Mer", "Mon", "Nor", "Or", "Pal", "Per", "Ros", "Sal",
    "Sen", "Sol", "Tal", "Tor", "Val", "Ver", "Wal", "Wes",
)  # fmt: skip
_MIDDLES = ("a", "be", "di", "en", "go", "i", "la", "mi", "no", "o", "ra", "ri", "se", "ta", "te", "u", "vi", "")
_TAILS = (
    "bert", "court", "dal", "din", "feld", "gard", "hof", "ker", "land", "lier", "lin", "mann", "mont", "net", "nier",
    "quin", "rand", "ret", "rich", "san", "son", "stein", "teau", "ton", "tier", "val", "vin", "well", "wick", "zen",
)  # fmt: skip
_TRADES = (
    "Industrie", "Services", "Distribution", "Logistik", "Technik", "Office", "Papeterie", "Outillage", "Elektro",
    "Packaging", "Bau", "Supplies", "Systems", "Transport", "Nettoyage", "Handel", "Print", "Hydraulik", "Sécurité",
    "Food", "Energie", "Medical", "Textil", "Holz", "Stahl",
)  # fmt: skip
FORMS = ("SARL", "SAS", "SA", "GmbH", "GmbH & Co. KG", "AG", "Ltd", "Limited", "BV", "S.L.", "Srl", "EURL", "e.K.")
_LONG = {
    "SARL": "Société à responsabilité limitée", "SAS": "Société par actions simplifiée", "SA": "S.A.",
    "GmbH": "Gesellschaft mit beschränkter Haftung", "Ltd": "Limited", "Limited": "Ltd.", "BV": "B.V.",
    "Srl": "S.r.l.", "S.L.": "SL", "EURL": "E.U.R.L.",
}  # fmt: skip


def firm_name(rng: Random) -> str:
    """A name with its legal form."""
    lot = rng.random
    parts = [_HEADS[int(lot() * len(_HEADS))] + _MIDDLES[int(lot() * len(_MIDDLES))] + _TAILS[int(lot() * len(_TAILS))]]
    if lot() < 0.6:
        parts.append(_TRADES[int(lot() * len(_TRADES))])
    return " ".join((*parts, FORMS[int(lot() * len(FORMS))]))


def similar_name(name: str, rng: Random) -> str:
    """Another firm whose name is like this one: another trade, another form, or a letter more."""
    words = name.split(" ")
    stem = words[0]
    if rng.random() < 0.3:
        at = rng.randrange(1, len(stem))
        stem = stem[:at] + rng.choice("aeinrst") + stem[at + 1 :]
    return f"{stem} {rng.choice(_TRADES)} {rng.choice(FORMS)}"


def as_written(name: str, rng: Random) -> str:
    """The same firm as a letterhead, a clerk or a reader may have it."""
    kind = rng.choice(("upper", "bare", "long", "first", "dropped", "misread"))
    stem, form = _split(name)
    if kind == "upper":
        return name.upper()
    if kind == "long" and form in _LONG:
        return f"{stem} {_LONG[form]}"
    if kind == "first" and " " in stem:
        return f"{stem.split(' ')[0]} {form}"
    if kind == "dropped":
        return stem.replace("é", "e").replace(" ", "")
    if kind == "misread":
        at = rng.randrange(len(stem))
        return f"{stem[:at]}{rng.choice('lrnmeaoc')}{stem[at + 1 :]} {form}"
    return stem


def _split(name: str) -> tuple[str, str]:
    form = next((each for each in sorted(FORMS, key=len, reverse=True) if name.endswith(" " + each)), "")
    return (name[: -len(form) - 1], form) if form else (name, "")
