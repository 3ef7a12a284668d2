"""The currency: what is printed by the amounts, else what the country of the seller says; how sure is told.

A lone `$`, `kr` or `¥` is the sign of several currencies: signs of a country decide between them. A receipt often
prints no sign at all: then postal codes, telephone prefixes, tax words and sites tell where it comes from.

>>> hints_in("2 Main St, Austin, TX 78701")["USD"], hints_in("MwSt 19%")["EUR"]
(4.5, 1.5)
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from extractors.fields.addresses import country_of
from extractors.fields.candidates import Candidate
from extractors.fields.decoder import Choice
from extractors.fields.layout import Row
from extractors.fields.numbers import CODES
from extractors.fields.roles import Chosen
from extractors.fields.sheet import Sheet
from models.document import Box

NAMED, BY_TOTAL = 0.98, 3.0  # confidence of a labelled code; votes of a sign that stands by a chosen total
FREE, LOOSE = 2.0, frozenset({"TRY", "MAD"})  # votes of a code that stands alone, and codes that are words as well
ENOUGH = 1.5  # votes from which a country's signs are believed where no amount shows a currency
STRAY = 1.0  # votes of one sign far from the totals: misread, more often than not, where the country says another
FIRM = 4.0  # votes from which more signs make it no surer
SHARED: Mapping[str, frozenset[str]] = {  # signs of several currencies
    "$": frozenset({"USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN", "TWD"}),
    "kr": frozenset({"SEK", "NOK", "DKK", "ISK"}),
    "¥": frozenset({"JPY", "CNY"}),
}
_EURO = "AT BE CY DE EE ES FI FR GR EL HR IE IT LT LU LV MC MT NL PT SI SK SM AD ME XK"
COUNTRIES: Mapping[str, str] = {
    **dict.fromkeys(_EURO.split(), "EUR"), "US": "USD", "GB": "GBP", "XI": "GBP", "CH": "CHF", "LI": "CHF", "PL": "PLN",
    "CZ": "CZK", "SE": "SEK", "NO": "NOK", "DK": "DKK", "IS": "ISK", "HU": "HUF", "RO": "RON", "BG": "BGN",
    "CA": "CAD", "AU": "AUD", "NZ": "NZD", "SG": "SGD", "HK": "HKD", "MY": "MYR", "JP": "JPY", "CN": "CNY",
    "IN": "INR", "BR": "BRL", "MX": "MXN", "ZA": "ZAR", "TR": "TRY", "AE": "AED", "TH": "THB", "TW": "TWD",
    "KR": "KRW", "IL": "ILS", "TN": "TND", "MA": "MAD",
}  # fmt: skip
_EURO_DIALLING = "30 31 32 33 34 39 43 49 351 352 353 356 357 358 370 371 372 385 386 421"
_DIALLING = {
    **dict.fromkeys(_EURO_DIALLING.split(), "EUR"), "44": "GBP", "41": "CHF", "48": "PLN", "420": "CZK", "46": "SEK",
    "47": "NOK", "45": "DKK", "36": "HUF", "40": "RON", "359": "BGN", "61": "AUD", "64": "NZD", "65": "SGD",
    "852": "HKD", "60": "MYR", "81": "JPY", "86": "CNY", "91": "INR", "55": "BRL", "52": "MXN", "27": "ZAR",
    "90": "TRY", "971": "AED", "66": "THB",
}  # fmt: skip
_SITES = {**COUNTRIES, "UK": "GBP"}
_STATES = (
    "AL|AK|AZ|AR|CA|CO|CT|DE|DC|FL|GA|HI|ID|IL|IN|IA|KS|KY|LA|ME|MD|MA|MI|MN|MS|MO|MT|NE|NV|NH|NJ|NM|NY|NC|ND|OH|OK|"
    "OR|PA|RI|SC|SD|TN|TX|UT|VT|VA|WA|WV|WI|WY"
)
# What stands on paper of one country: postal codes, tax words, words of companies; with the votes they give.
_HINTS: tuple[tuple[re.Pattern[str], str, float], ...] = tuple(
    (re.compile(pattern), code, votes)
    for pattern, code, votes in (
        (rf"\b(?:{_STATES})\.?,? +\d{{5}}(?:-\d{{4}})?\b", "USD", 3.0),
        (rf"\b[A-Z][A-Za-z]+, ?(?:{_STATES})\b", "USD", 1.5),
        (r"(?i)\bsales tax\b|\boccupancy tax\b|\bgratuity\b", "USD", 1.5),
        (r"(?i), ?(?:california|nevada|texas|florida|illinois|massachusetts|washington|oregon|arizona)\b", "USD", 1.5),
        (r"(?<![\w(])\(?[2-9]\d\d[).-] ?[2-9]\d\d-\d{4}\b", "USD", 1.0),
        (r"(?<![\d/])(?:0?[1-9]|1[0-2])/(?:1[3-9]|2\d|3[01])/(?:20)?\d\d(?![\d/])", "USD", 1.5),
        (r"\b[ABCEGHJ-NPR-TVXY]\d[A-Z] ?\d[A-Z]\d\b", "CAD", 3.0),
        (r"\b(?:TPS|TVQ|HST|QST|T\.P\.S\.?|T\.V\.Q\.?)(?!\w)", "CAD", 3.0),
        (r"\b[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}\b", "GBP", 1.5),
        (r"\bVAT\b", "GBP", 1.5),
        (r"(?i)\b(?:scotland|england|wales|united kingdom|london|edinburgh|\w\w\.gov\.uk)\b", "GBP", 1.5),
        (r"(?i)\b(?:mwst|m\.w\.st|mehrwertsteuer|ust|umsatzsteuer)\b", "EUR", 1.5),
        (r"(?i)\b(?:gmbh|steuernummer|steuer-?nr|st\.-?nr)\b", "EUR", 1.5),
        (r"(?i)\b(?:i\.?v\.?a|t\.?v\.?a|btw|k[mä]+x)\b", "EUR", 1.0),
        (r"(?i)\bCHE-?\d{3}|\bmwst\b.*\bchf\b|\b(?:genève|zürich|lausanne)\b", "CHF", 3.0),
        (r"(?i)\b(?:moms|org\.? ?nr|orgnr|kvitto)\b", "SEK", 1.0),
        (r"(?i)\bbankgiro\b|\bplusgiro\b|\bF-skatt", "SEK", 3.0),
        (r"(?i)\bCVR\b", "DKK", 2.0),
        (r"(?i)\bforetaksregisteret\b|\d{9} ?MVA\b", "NOK", 3.0),
        (r"(?i)\bsdn\.? ?bhd\b|\bjalan\b|\bkuala lumpur\b|\bselangor\b|\bRM ?\d", "MYR", 3.0),
        (r"(?i)\bpte\.? ltd\b|\bsingapore\b", "SGD", 3.0),
        (r"\bABN\b|(?i:\bpty\.? ltd\b)", "AUD", 3.0),
        (r"\bNZBN\b|(?i:\bnew zealand\b|\bauckland\b)", "NZD", 3.0),
        (r"(?i)\bhong kong\b|\bkowloon\b", "HKD", 3.0),
        (r"\bGSTIN\b|\bCGST\b|\bSGST\b", "INR", 3.0),
        (r"\bNIP\b|\bPTU\b|\bVAT PL\b", "PLN", 1.5),
        (r"(?i)\bDIČ\b|\bIČO?\b", "CZK", 1.5),
        (r"[\u3400-\u9fff]{2}", "CNY", 1.5),
        (r"[\u0370-\u03ff]{3}", "EUR", 1.5),
    )
)  # fmt: skip
_LETTERED = re.compile(r"[A-Z]\$")  # US$, HK$
_PHONE = re.compile(r"(?<![\w+])\+ ?(\d{1,3})(?=[\s\d(./-])")
_SITE = re.compile(r"(?:@|www\.|//)[\w.-]+\.([a-z]{2})(?![\w.])", re.IGNORECASE)


@dataclass(frozen=True)
class Currency:
    """The currency, as printed and where, and how sure."""

    code: str
    raw: str
    page: int
    box: Box
    confidence: float
    remembered: bool = False  # printed nowhere: what confirmed invoices of the supplier say
    derived: bool = False  # printed nowhere: what the country says


def read_currency(
    sheets: Sequence[Sheet],
    candidates: Sequence[Candidate],
    choices: Mapping[str, Choice],
    parties: Mapping[str, Chosen],
) -> Currency | None:
    """The currency of a label, of the signs by the amounts, of a code that stands alone, or of the seller's country."""
    named = next((currency for sheet in sheets for currency in _named(sheet)), None)
    if named is not None:
        return named
    votes, shown = _by_amounts(candidates, {id(choice.candidate) for choice in choices.values()})
    lone = [sign for sign in (_lone_sign(shown[code]) for code in votes) if sign]
    if sum(votes.values()) > STRAY and not lone:
        return _printed(votes, shown)
    country = _of_country(sheets, choices, parties)
    if votes and (sum(votes.values()) > STRAY or lone or max(country.values(), default=0.0) < ENOUGH):
        return _printed(*_settled(votes, shown, country))
    free = _free(sheets)
    if free is not None:
        return free
    return _derived(country, sheets)


def _named(sheet: Sheet) -> Iterator[Currency]:
    """Codes that stand right of a label `Currency:`."""
    for row in sheet.rows:
        for anchor in sheet.anchors[row.number]:
            following = row.tokens[anchor.last + 1 : anchor.last + 2]
            code = following[0].text.strip("().,") if following else ""
            if anchor.term == "currency" and code in CODES:
                yield Currency(code, code, sheet.page.number, following[0].box, NAMED)


def _by_amounts(candidates: Sequence[Candidate], totals: set[int]) -> tuple[dict[str, float], dict[str, Candidate]]:
    votes: dict[str, float] = defaultdict(float)
    shown: dict[str, Candidate] = {}
    for candidate in candidates:
        if candidate.currency and candidate.kind == "money":
            votes[candidate.currency] += BY_TOTAL if id(candidate) in totals else 1.0
            shown.setdefault(candidate.currency, candidate)
    return votes, shown


def _printed(votes: Mapping[str, float], shown: Mapping[str, Candidate]) -> Currency:
    best = max(votes, key=lambda code: votes[code])
    sign = shown[best]
    share = votes[best] / sum(votes.values())
    return Currency(best, sign.raw, sign.page, sign.box, round(0.6 + 0.38 * share, 4))


def _lone_sign(candidate: Candidate) -> str | None:
    """The sign of several currencies that stands by an amount, without a code or a country's letter."""
    tokens = candidate.row.tokens[max(candidate.first - 1, 0) : candidate.last + 2]
    text = " ".join(token.text for token in tokens)
    if any(code in text for code in SHARED["$"]) or _LETTERED.search(text):
        return None
    return next((sign for sign in SHARED if sign in text.lower()), None)


def _settled(
    votes: Mapping[str, float], shown: Mapping[str, Candidate], country: Mapping[str, float]
) -> tuple[dict[str, float], dict[str, Candidate]]:
    """Votes of a lone sign go to the currency of the country, if the sign is one of its own."""
    found: dict[str, float] = defaultdict(float)
    signs: dict[str, Candidate] = {}
    for code, count in votes.items():
        sign = _lone_sign(shown[code])
        own = {c: v for c, v in country.items() if sign and c in SHARED[sign]}
        best = max(own, key=lambda c: own[c]) if own and max(own.values()) >= ENOUGH else code
        found[best] += count
        signs.setdefault(best, shown[code])
    return found, signs


def _free(sheets: Sequence[Sheet]) -> Currency | None:
    """The code that stands by itself most often: heads of columns, `Total EUR`."""
    votes: dict[str, list[Currency]] = defaultdict(list)
    for sheet in sheets:
        for row in sheet.rows:
            for token in row.tokens:
                text = token.text.strip("().,:;[]*=$€£")
                code = "EUR" if text in ("€", "Euro", "EURO", "euro", "euros") or token.text == "€" else text
                if code in CODES and code not in LOOSE:
                    votes[code].append(Currency(code, token.text, sheet.page.number, token.box, 0.0))
    if not votes:
        return None
    best = max(votes, key=lambda code: len(votes[code]))
    share = len(votes[best]) / sum(map(len, votes.values()))
    first = votes[best][0]
    return Currency(best, first.raw, first.page, first.box, round(0.55 + 0.38 * share, 4))


def _of_country(
    sheets: Sequence[Sheet], choices: Mapping[str, Choice], parties: Mapping[str, Chosen]
) -> dict[str, float]:
    """Votes by currency of all that tells a country; what stands by the buyer tells nothing."""
    votes: dict[str, float] = defaultdict(float)
    vat_id = choices.get("seller_vat_id")
    if vat_id is not None and vat_id.candidate.text[:2] in COUNTRIES:
        votes[COUNTRIES[vat_id.candidate.text[:2]]] += 3.0 if vat_id.candidate.checked else 1.0
    seller = parties.get("seller")
    country = seller.party.address_text[1] if seller is not None else None
    if country is not None and country in COUNTRIES:
        votes[COUNTRIES[country]] += 3.0
    lines = [
        row.text
        for sheet in sheets
        for row in sheet.rows
        if not _is_among(row, parties.get("buyer"), sheet.page.number)
    ]
    for code, count in hints_in("\n".join(lines)).items():
        votes[code] += count
    return votes


def _is_among(row: Row, chosen: Chosen | None, page: int) -> bool:
    if chosen is None or chosen.party.page != page:
        return False
    box = chosen.party.box
    return box.y0 <= row.box.middle <= box.y1


def hints_in(text: str) -> dict[str, float]:
    """Votes by currency of what the lines of a text say of their country; what is said twice counts once."""
    votes: dict[str, float] = defaultdict(float)
    for pattern, code, count in _HINTS:
        if pattern.search(text):
            votes[code] += count
    for number in {m[1] for m in _PHONE.finditer(text)}:
        prefix = next((number[:n] for n in (3, 2, 1) if number[:n] in _DIALLING), None)
        if prefix is not None:
            votes[_DIALLING[prefix]] += 2.0
    for site in {m[1].upper() for m in _SITE.finditer(text)} & _SITES.keys():
        votes[_SITES[site]] += 1.5
    for country in {
        country_of(line) for line in text.split("\n") if len(line) < 30 and sum(map(str.isalpha, line)) > 3
    }:
        if country is not None and country in COUNTRIES:
            votes[COUNTRIES[country]] += 2.0
    return votes


def _derived(votes: Mapping[str, float], sheets: Sequence[Sheet]) -> Currency | None:
    """The currency of the country, surer the more speaks for it and the less for another."""
    best = max(votes, key=lambda code: votes[code], default=None)
    if best is None or votes[best] < ENOUGH:
        return None
    share = votes[best] / sum(votes.values())
    firm = min(votes[best], FIRM) / FIRM
    confidence = round(0.25 + 0.3 * share + 0.35 * firm, 4)
    return Currency(best, "", sheets[0].page.number, Box(0, 0, 0, 0), confidence, derived=True)
