"""A scan's text layer against what recognition sees: the layer is what people copy and what other programs read.

A scanner's own recognition errs often, so one wrong digit proves nothing. An account with right check digits that the
page does not show is no error; a total is doubted only where the layer has every other amount rightly.

>>> list(layer_findings((), ()))
[]
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from extractors.einvoice.notations import PrintedText
from extractors.forensics.tokens import accounts_in, amounts_in, lines_of
from models.document import Page
from models.extraction import Extraction
from models.finding import Finding, Severity

RULE = "AP-PDF-LAYER-DIFFERS"
TERMS = ("net_total", "tax_total", "gross_total", "payable_total")
SURE = 0.9  # of a value that recognition read
FEW = 4  # other amounts, which a faithful layer has all of
_PARTED = re.compile(r"(?<=\d) ?([.,]) ?(?=\d\d(?!\d))")
NEAR = 4  # wrong signs from which two accounts are two accounts


def layer_findings(pages: Sequence[Page], read: Sequence[Extraction]) -> Iterator[Finding]:
    """Where the layer of recognised pages names another account, or another total, than the page shows."""
    scans = [page for page in pages if page.reader != "text" and page.hidden]
    if not scans:
        return
    lines = _joined(line for page in scans for line in lines_of(page.hidden))
    shown, layer = PrintedText.of_lines(_joined(PrintedText.of_pages(scans).lines)), PrintedText.of_lines(lines)
    account = next((each for line in lines for each in accounts_in(line) if not _is_seen(each, shown)), None)
    if account is not None:
        yield _finding(("iban",), "another account", account)
        return
    seen = {amount for line in shown.lines for amount in amounts_in(line)}
    odd = sorted({amount for line in lines for amount in amounts_in(line) if not shown.has_number(Decimal(amount))})
    missing = {term: getattr(one.invoice, term) for one in read for term in TERMS if _is_missing(one, term, layer)}
    rest = [amount for amount in seen if Decimal(amount) not in {abs(value) for value in missing.values()}]
    if missing and odd and len(rest) >= FEW and all(layer.has_number(Decimal(amount)) for amount in rest):
        yield _finding(tuple(missing), "other amounts", ", ".join(odd[:5]))


def _joined(lines: Iterable[str]) -> list[str]:
    """Lines with amounts in one piece: both recognitions like to part them at the comma, `37, 10`."""
    return [_PARTED.sub(r"\1", line) for line in lines]


def _is_seen(account: str, shown: PrintedText) -> bool:
    """Whether recognition saw the account, a few wrong signs forgiven."""
    squeezed = "".join(sign for sign in shown.upper if sign.isalnum())
    windows = (squeezed[at : at + len(account)] for at in range(max(1, len(squeezed) - len(account) + 1)))
    return any(sum(a != b for a, b in zip(window, account, strict=False)) < NEAR for window in windows if window)


def _is_missing(one: Extraction, term: str, layer: PrintedText) -> bool:
    value: Decimal | None = getattr(one.invoice, term)
    evidence = one.evidence.get(term)
    if not value or evidence is None or evidence.confidence < SURE or evidence.reader in {"repaired", "derived"}:
        return False
    return not layer.has_number(value)


def _finding(terms: tuple[str, ...], what: str, actual: str) -> Finding:
    return Finding(
        rule=RULE, severity=Severity.HOLD, terms=terms, actual=actual,
        message=f"The text layer behind the scan names {what} than the page shows: {actual}.",
    )  # fmt: skip
