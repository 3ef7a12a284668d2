"""The name among the lines above a street: wrapped names joined, persons and departments told from companies.

>>> split_company("Acme Tools Ltd 5 High Street London N1 9GU +44 20 7946 0000")
('Acme Tools Ltd', '5 High Street London N1 9GU')
>>> addressee("Attn: Jane Doe"), is_department("Accounts Payable"), is_tail("UG (haftungsbeschränkt)")
('Jane Doe', True, True)
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from extractors.fields.addresses import country_of, is_postal_line, without_contacts
from extractors.fields.anchors import Anchor
from extractors.fields.layout import Segment
from extractors.fields.lexicon import load_lexicon, squeeze
from extractors.fields.names import COMPANY, is_company, is_name

ALIKE = 0.15  # share by which the heights of a wrapped name's lines differ at most
LARGE = 1.25  # heights of the address from which a line is a sign, and may go on in another such line
DIGITS = 6  # a name has no more
ROOM = 0.8  # heights between the lines of a wrapped sign
_ATTENTION = re.compile(
    r"^\W*(?:attn|att(?:ention)?|at\.?te|z\.? ?hd|z\.? ?h(?:än)?d?e?n?\.?(?: v(?:on|\.))?|c/o|zu h[aä]nden(?: von)?|"
    r"(?:à )?l['’]attention de|ter attentie van|t\.?a\.?v|alla c\.? ?a|c\.a|a la atenci[oó]n de|ao cuidado de|"
    r"do r[aą]k)"
    r"\b\.?\s*:?\s*",
    re.IGNORECASE,
)
_DEPARTMENT = re.compile(
    r"^(?:accounts? payable|accounting|accounts? dep|finance|(?:dep(?:t|artment)|abt|abteilung|service|dienst)\b|"
    r"purchas(?:ing|e ledger)|invoice (?:processing|department)|(?:kreditoren)?buchhaltung|rechnungs(?:wesen|eingang)|"
    r"einkauf$|comptabilit|contabilid|contabilit|administra|crediteuren|inkoop|ksi[eę]gowo|postfach|p\.? ?o\.? box|"
    r"b\.p\.)",
    re.IGNORECASE,
)
_OPEN_END = re.compile(r"(?:[&+,/-]|\b(?:und|and|et|y|e|i|en|of|for|de|du|des|der|di|da|do|van|von))$", re.IGNORECASE)
_OPEN_START = re.compile(r"[&+]|(?:und|and|et|z)\s|o\. ?o\.$|\([^()\d]{2,22}\)$", re.IGNORECASE)
_FILLING = re.compile(r"\([^()\d]{2,22}\)|\bco\b|\b(?:haftungsbeschr[aä]nkt|unipessoal|private|partner)\b|[\W_]", re.I)
# What stands above a name and says no more than that one follows.
_TITLES = frozenset((
    "for", "to", "from", "societe", "ste", "bedrijf", "empresa", "azienda", "ditta", "firma", "unternehmen", "company",
    "sender", "absender", "expediteur", "remitente", "mittente", "afzender", "remetente", "nadawca", "raisonsociale",
    "de", "von", "van", "da", "od", "sociedad", "organisation", "organization", "business",
))  # fmt: skip


def addressee(text: str) -> str | None:
    """The person or company behind `Attn:` and the like; None where a text does not begin so."""
    found = _ATTENTION.match(text)
    return text[found.end() :].strip() if found else None


def is_attention(heading: Anchor) -> bool:
    """Whether a heading is no more than `Attn:` or the like."""
    return addressee(" ".join(t.text for t in heading.row.tokens[heading.first : heading.last + 1])) is not None


def is_department(text: str) -> bool:
    """Whether a line names a department or a box rather than a company."""
    return bool(_DEPARTMENT.match(text)) and not is_company(text)


def is_title(text: str) -> bool:
    """Whether a line is a heading for what stands below it."""
    key = squeeze(text)
    return key in _TITLES or key in load_lexicon().sections


def is_tail(text: str) -> bool:
    """Whether a line is no more than a legal form, the end of the name above it."""
    return is_company(text) and not _FILLING.sub("", COMPANY.sub("", text))


def name_of(head: Sequence[Segment], height: float) -> tuple[str, Segment] | None:
    """The name among the lines above a street, and the line it begins in: a company, else the first that may be one.

    `height` is the address's, in points.
    """
    groups = [g for g in _groups(head, height) if _may_be(g[0].text) and not g[-1].text.endswith(",")]
    group = next((g for g in groups if is_company(g[-1].text) or is_company(g[0].text)), groups[0] if groups else None)
    if group is not None:
        first = addressee(group[0].text) or group[0].text
        return " ".join([first, *(segment.text for segment in group[1:])]), group[0]
    persons = ((addressee(s.text) or "", s) for s in head)
    shorts = ((s.text, s) for s in head if len(s.text) == 2 and s.text.isupper() and s.text.isalpha())
    return next(((text, s) for text, s in (*persons, *shorts) if text), None)


def _may_be(text: str) -> bool:
    if not is_name(text) or is_department(text) or is_title(text) or sum(map(str.isdigit, text)) > DIGITS:
        return False
    return addressee(text) is None or is_company(text)


def _groups(head: Sequence[Segment], height: float) -> list[list[Segment]]:
    """The lines, those that go on in the next one together."""
    groups = [[segment] for segment in head[:1]]
    for above, below in pairwise(head):
        if _goes_on(above, below, height):
            groups[-1].append(below)
        else:
            groups.append([below])
    return groups


def _goes_on(above: Segment, below: Segment, height: float) -> bool:
    """Whether a name that is wrapped goes on in the next line."""
    if abs(above.height - below.height) > ALIKE * above.height or not _may_be(above.text):
        return False
    if is_tail(below.text) or _OPEN_END.search(above.text) or _OPEN_START.match(below.text):
        return True
    is_sign = above.height > LARGE * height and below.box.y0 - above.box.y1 < ROOM * above.height
    return is_sign and not is_company(above.text) and _may_be(below.text)


def split_company(text: str) -> tuple[str, str] | None:
    """The company with which a line begins and the address that follows, where nothing parts the two."""
    found = next((m for m in COMPANY.finditer(text) if m.start() > 2), None)
    if found is None or is_postal_line(text[: found.end()]):
        return None
    tail = re.match(r"\s*\([^()\d]{3,22}\)|\s*& ?Co\.?(?: ?KG)?\b", text[found.end() :])
    end = found.end() + (tail.end() if tail else 0)
    address = without_contacts(text[end:]).strip(" ,;-–|")
    return (text[:end], address) if is_postal_line(address) and not country_of(address) else None
