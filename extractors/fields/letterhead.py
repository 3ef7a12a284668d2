"""The head of a till receipt: one column, the shop's name first, its address below, then everything else.

>>> is_tail("SDN BHD"), is_tail("Acme Trading")
(True, False)
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from extractors.fields.addresses import is_contact_line, is_postal_line, is_street_line
from extractors.fields.anchors import find_anchors
from extractors.fields.layout import Row, around
from extractors.fields.lexicon import load_lexicon
from extractors.fields.names import has_legal_form, is_name, tidy_name
from extractors.fields.party import PageLines, Party

STRIP = 1.8  # height over width from which a page is a till's strip of paper
ROWS = 16  # the head ends here at the latest
_TAIL = re.compile(
    r"^(?:co\.?|\(m\)|sdn\.?|bhd\.?|ltd\.?|gmbh|inc\.?|s/b|sb|& ?co\.?|kg|enterprise|trading|[ .,&()])+$", re.IGNORECASE
)
_REGISTRATION = re.compile(
    r"^\W*(?:\(?(?:co(?:mpany)?|business|roc|reg(?:istration)?|gst|sst|vat|brn|ssm)\.?,? ?(?:reg(?:istration)?\.?)? ?"
    r"(?:id|no|number|nr)?\.?\W|"
    r"\(?(?:no\.? ?)?[A-Z]{0,3}\d{5,}[-–]?[A-Z]?\)?\W*$|ust|steuer)",
    re.IGNORECASE,
)
_STOP = frozenset((
    "invoice_number", "issue_date", "customer_number", "gross_total", "net_total", "cash", "delivery_note",
    "order_date", "due_date",
))  # fmt: skip


_AMOUNT = re.compile(r"\d+[.,]\d{2}(?!\d)|\bqty|\bpax\b", re.IGNORECASE)
_DATE = re.compile(r"(?<!\d)\d{1,2}[-/.]\d{1,2}[-/.](?:20)?\d{2}|\b\d{1,2}:\d{2}\b")
_PHONE_WORD = re.compile(r"^\W*(?:tel|fax|phone|h/?p|hotline)\b", re.IGNORECASE)


def _is_dated(text: str) -> bool:
    return bool(_DATE.search(text))


def is_tail(text: str) -> bool:
    """Whether a line is no more than the end of a company's name."""
    return bool(_TAIL.match(text.strip()))


def is_till_receipt(page: PageLines, anchors: Collection[str]) -> bool:
    """Whether a page is a till's receipt: money given and change, or a long strip; no buyer, nothing to pay later."""
    if any(term in anchors for term in ("due_date", "iban", "buyer_vat_id")) or any(
        s.term == "buyer" for s in page.sections
    ):
        return False
    return (
        page.height > STRIP * page.width
        or "cash" in anchors
        or ("person" in anchors and page.height > 1.5 * page.width)
    )


def read_letterhead(page: PageLines) -> Party | None:
    """The shop of a receipt: name and address from the rows above the first label, title or date."""
    rows = _head(page)
    texts = [row.text.replace("\t", " ") for row in rows]
    name_at = _name_at(rows, texts)
    if name_at is None:
        return None
    last = name_at
    name = texts[name_at]
    if last + 1 < len(texts) and is_tail(texts[last + 1]):
        last += 1
        name = f"{name} {texts[last]}"
    elif is_tail(name) and name_at > 0:
        name = f"{texts[name_at - 1]} {name}"
    address = [
        (row, text) for row, text in zip(rows[last + 1 :], texts[last + 1 :], strict=True) if not _is_registration(text)
    ]
    while address and not _opens_address(address[0][1]):
        address.pop(0)
    address = address[: _end_of([text for _, text in address])]
    boxes = [row.box for row, _ in address]
    whole = around(row.box for row in rows)
    sure = min((token.confidence for row in rows[name_at : last + 1] for token in row.tokens), default=1.0)
    return Party(
        tidy_name(name),
        rows[name_at].box,
        tuple(text for _, text in address),
        around(boxes) if boxes else None,
        page.number,
        whole,
        role="seller",
        contacts=has_legal_form(name),
        letterhead=True,
        confidence=sure,
    )


def _head(page: PageLines) -> list[Row]:
    """The rows of the head, noise left out."""
    lexicon = load_lexicon()
    kept: list[Row] = []
    for row in page.rows[:ROWS]:
        text = row.text
        anchors = [a for a in find_anchors(row, lexicon.labels) if a.strength >= 0.8]
        titled = any("".join(t.key for t in row.tokens[:n]) in lexicon.types for n in (1, 2, 3))
        address_seen = any(_opens_address(r.text) and not _is_registration(r.text) for r in kept[1:])
        if (
            titled
            or any(a.term in _STOP and a.first == 0 for a in anchors)
            or _is_dated(text)
            or (is_contact_line(text) and address_seen)
        ):
            if kept and (address_seen or len(kept) > 2):
                break
            continue
        if address_seen and (_is_registration(text) or _AMOUNT.search(text)):
            break
        if _PHONE_WORD.match(text) or (is_contact_line(text) and not is_postal_line(text)):
            if address_seen:
                break
            continue
        letters = sum(map(str.isalpha, text))
        if letters >= 3 or (kept and _is_registration(text)):
            kept.append(row)
    return kept


def _name_at(rows: Sequence[Row], texts: Sequence[str]) -> int | None:
    """The row of the name: the first with a legal form above the address, else the first that may be a name."""
    end = next(
        (i for i, text in enumerate(texts) if _opens_address(text) and i > 0 and not has_legal_form(text)), len(texts)
    )
    options = [i for i in range(min(end, len(rows))) if is_name(texts[i]) and not _is_registration(texts[i])]
    options = [i for i in options if not (":" in texts[i] and any(map(str.isdigit, texts[i])))]
    legal = [i for i in options if has_legal_form(texts[i])]
    if legal:
        return legal[0]
    tidy = [i for i in options if not texts[i].islower()]
    usable = tidy or options
    return usable[0] if usable else None


def _end_of(lines: Sequence[str]) -> int:
    """Where an address ends: one line without digits may follow the postal code (a state, a country)."""
    postal = next((i for i, text in enumerate(lines) if is_postal_line(text)), None)
    if postal is None:
        return len(lines)
    after = lines[postal + 1 : postal + 2]
    follows = bool(after) and not any(map(str.isdigit, after[0])) and ":" not in after[0] and "'" not in after[0]
    return postal + 1 + follows


def _opens_address(text: str) -> bool:
    return (
        is_street_line(text)
        or is_postal_line(text)
        or bool(re.match(r"^(?:lot|no\.?|unit|level|g|ground|\d+[a-z]?)\b.*\d", text, re.IGNORECASE))
    )


def _is_registration(text: str) -> bool:
    return bool(_REGISTRATION.match(text)) and not is_postal_line(text)
