"""The first lines of a page and what each looks like: what a letterhead's name and address are found by.

A fact holds (1.0) or does not (0.0); sizes and shares are numbers. Nothing here decides anything.

>>> facts = text_facts("NO. 3, JALAN BESAR")
>>> facts["street"], facts["unit"], facts["postal"]
(1.0, 1.0, 0.0)
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from extractors.fields.addresses import countries, is_contact_line, is_postal_line, is_street_line
from extractors.fields.anchors import find_anchors
from extractors.fields.layout import Row
from extractors.fields.lexicon import load_lexicon, squeeze
from extractors.fields.name_lines import is_tail as is_form
from extractors.fields.names import has_legal_form, is_company, is_name
from extractors.fields.party import PageLines
from extractors.fields.spelling import address_words, line_text

ROWS = 18  # the head ends here at the latest
STRONG = 0.8  # labels that count
_TAIL = re.compile(
    r"^(?:co\.?|\([^()\d]{1,20}\)|sdn\.?|bhd\.?|ltd\.?|gmbh|inc\.?|s/b|sb|& ?co\.?|kg|enterprise|trading|[ .,&()])+$",
    re.IGNORECASE,
)
_REGISTRATION = re.compile(
    r"^\W*(?:\(?(?:co(?:mpany)?|business|roc|reg(?:istration)?|gst|sst|vat|brn|ssm)\.?,? ?(?:reg(?:istration)?\.?)? ?"
    r"(?:id|no|number|nr)?\.?\W|"
    r"\(?(?:no\.? ?)?[A-Z]{0,3}\d{5,}[-–]?[A-Z]?\)?\W*$|ust|steuer|st\.? ?nr|[o0]rg\.? ?n[ro]\b|tva\b|"
    r"n\.?i\.?f\b|c\.?i\.?f\b|p\.? ?iva|hr[ab] ?\d|abn\b|registrikood|rcs\b|siret)|"
    r"\b(?:gst|sst) ?(?:reg\.? ?)?(?:id|no)\b",
    re.IGNORECASE,
)
_AMOUNT = re.compile(r"\d[\"”]|(?<!\d)\d+[.,]\d{2}(?![\d/])|\bqty|\bpax\b", re.IGNORECASE)
_DATE = re.compile(r"(?<!\d)\d{1,2}[-/.]\d{1,2}[-/.](?:20)?\d{2}|\b\d{1,2}:\d{2}\b|\b\d{4} ?hrs\b", re.IGNORECASE)
_PHONE_WORD = re.compile(r"^\W*(?:te[l1i]|fax|phone|h/?p|hotline|e-?mail|website)\b|^\W*0\d-?\d{6,}", re.IGNORECASE)
_GREETING = re.compile(
    r"^\W*(?:welcome to|willkommen (?:bei|in|im)|bienvenue (?:à|chez|au)|bienvenidos? a)\s+(?!the\b|our\b)",
    re.IGNORECASE,
)
# What a shop is, not what it is called.
_KINDS = frozenset((
    "restaurant", "restoran", "ristorante", "restaurante", "cafe", "bar", "bistro", "hotel", "indian", "chinese",
    "italian", "asia", "thai", "market", "supermarket", "shop", "store", "pharmacy", "apotheke", "bakery", "grill",
    "and", "voucher", "receipt", "gaststatte", "the", "imbiss", "kiosk", "taxi", "ticket", "passenger", "parking",
))  # fmt: skip
_HOST = re.compile(
    r"(?:@|www\.|://|^)((?:[a-z0-9-]+\.)*[a-z0-9-]+)\.(?:com|de|at|ch|fr|es|it|nl|be|pl|pt|eu|net|org|co|uk|my|sg|ca|us)\b"
)
_UNIT = re.compile(
    r"^\W*(?:lots?\b|no\b|unit\b|level\b|ground\b|suite\b|shop\b|blo?c?k\b|[a-z]{0,3}-?\d+[a-z]?\b|g\b|\d+(?:st|nd|rd|th)\b)"
    r".*[\d,]",
    re.IGNORECASE,
)
_STOPS = frozenset((
    "invoice_number", "issue_date", "customer_number", "gross_total", "net_total", "cash", "delivery_note",
    "order_date", "due_date",
))  # fmt: skip


@dataclass(frozen=True)
class HeadLine:
    """A line of the head as it should be spelled, and its facts."""

    row: Row
    text: str
    facts: Mapping[str, float]


def head_lines(page: PageLines) -> list[HeadLine]:
    """The first lines of a page that hold letters."""
    found: list[HeadLine] = []
    heights = sorted(row.height for row in page.rows)
    usual = heights[len(heights) // 2] if heights else 1.0
    hosts = _hosts(page)
    column = _column(page) if page.rows else (0.0, 0.0)
    for row in page.rows[:ROWS]:
        text = _GREETING.sub("", line_text(row))
        if sum(map(str.isalnum, text)) >= 2:
            hosted = {"hosted": _share_in_hosts(text, hosts)}
            found.append(HeadLine(row, text, {**text_facts(text), **hosted, **_row_facts(row, column, usual)}))
    return found


@lru_cache(maxsize=2048)
def text_facts(text: str) -> Mapping[str, float]:
    """What the words of a line tell."""
    letters = sum(map(str.isalpha, text))
    digits = sum(map(str.isdigit, text))
    words = [squeeze(word) for word in re.split(r"[\s,.]+", text) if any(map(str.isalpha, word))]
    weighty = [word for word in words if len(word) > 2]
    places = sum(word in address_words() for word in weighty)
    registration = digits > 0 and bool(_REGISTRATION.search(text)) and not is_postal_line(text)
    facts = {
        "name": is_name(text) and not registration,
        "legal": has_legal_form(text),
        "company": is_company(text),
        "tail": is_tail(text),
        "registration": registration,
        "postal": is_postal_line(text),
        "street": is_street_line(text),
        "unit": bool(_UNIT.match(text)) and not registration,
        "contact": is_contact_line(text) or bool(_PHONE_WORD.match(text)),
        "dated": bool(_DATE.search(text)),
        "amount": bool(_AMOUNT.search(text)),
        "colon": ":" in text,
        "comma": text.rstrip().endswith(","),
        "inner_comma": "," in text.rstrip(" ,"),
        "bracket": text.lstrip().startswith(("(", "<", "[")),
        "capitals": letters > 2 and text.upper() == text,
        "small": letters > 2 and text.lower() == text,
        "number": digits > 0,
        "few_letters": letters < 4,
        "generic": bool(words) and all(word in _KINDS for word in words),
        "country": squeeze(text) in countries(),
    }
    held = {name: float(holds) for name, holds in facts.items()}
    return held | {
        "places": places / len(weighty) if weighty else 0.0,
        "digits": digits / max(1, digits + letters),
        "words": min(len(words), 8) / 8.0,
    }


def _row_facts(row: Row, column: tuple[float, float], usual: float) -> dict[str, float]:
    """What a line's place, size and labels tell."""
    lexicon = load_lexicon()
    anchors = [a for a in find_anchors(row, lexicon.labels) if a.strength >= STRONG]
    titled = any("".join(t.key for t in row.tokens[:n]) in lexicon.types for n in (1, 2, 3))
    middle = (row.box.x0 + row.box.x1) / 2
    return {
        "title": float(titled),
        "label": float(any(a.term in _STOPS and a.first == 0 for a in anchors)),
        "wide_gap": float("\t" in row.text),
        "tall": min(row.height / usual, 4.0),
        "off_centre": min(abs(middle - sum(column) / 2) / max(column[1] - column[0], 1.0), 1.0),
        "confidence": min(token.confidence for token in row.tokens),
    }


def _hosts(page: PageLines) -> tuple[str, ...]:
    """The host names of sites and mail addresses anywhere on a page, squeezed, without their endings."""
    texts = (token.text for row in page.rows for token in row.tokens if "." in token.text)
    found = (_HOST.search(text.lower()) for text in texts)
    return tuple(squeeze(m[1]) for m in found if m and len(m[1]) > 2)


def _share_in_hosts(text: str, hosts: Sequence[str]) -> float:
    """The share of a line's letters whose words a host name holds."""
    words = [word for word in map(squeeze, text.split()) if len(word) > 2 and not word.isdigit()]
    held = sum(len(word) for word in words if any(word in host for host in hosts))
    return held / sum(map(len, words)) if words else 0.0


def _column(page: PageLines) -> tuple[float, float]:
    """Where the text of a page begins and ends, without its outermost tenth."""
    left = sorted(row.box.x0 for row in page.rows)
    right = sorted(row.box.x1 for row in page.rows)
    return left[len(left) // 10], right[-1 - len(right) // 10]


def is_tail(text: str) -> bool:
    """Whether a line is no more than the end of a company's name.

    >>> is_tail("SDN BHD"), is_tail("(KLANG) SDN BHD"), is_tail("Acme Trading")
    (True, True, False)
    """
    return bool(_TAIL.match(text.strip())) or is_form(text)
