"""Text on a digital page that nobody sees and that names money or an account: an instruction to a machine.

What also stands visibly on the page does no harm, nor does hidden text without amounts; both are noted.

>>> from models.document import Box, Unseen
>>> page = Page(1, 595, 842, (), hidden=(Unseen("9.999,00", Box(0, 0, 40, 10), "pale"),))
>>> [(finding.rule, finding.actual) for finding in hidden_findings((page,))]
[('AP-PDF-HIDDEN-TEXT', '9999.00')]
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from extractors.einvoice.notations import PrintedText
from extractors.forensics.tokens import lines_of, not_among, telling
from extractors.pages.unseen import REPLACED
from models.document import Page
from models.finding import Finding, Severity

MOST_NAMED = 5
FEW_DIGITS = 3
FEW_WORDS = 3  # fewer hidden words without an amount are not worth a note


def hidden_findings(pages: Sequence[Page]) -> Iterator[Finding]:
    """One finding for the whole file at most; pages that were read by recognition are another matter."""
    hidden = [page for page in pages if page.hidden and page.reader == "text"]
    if not hidden:
        return
    shown = PrintedText.of_pages(pages)
    secret = not_among({each for page in hidden for each in telling(lines_of(page.hidden))}, shown)
    replaced = {word.text for page in hidden for word in page.hidden if word.why == REPLACED and _is_figure(word.text)}
    secret += sorted(replaced)  # wherever else it stands, here it was painted over
    whys = Counter(word.why for page in hidden for word in page.hidden)
    where = ", ".join(str(page.number) for page in hidden[:MOST_NAMED])
    how = ", ".join(why for why, _ in whys.most_common(MOST_NAMED))
    if secret:
        yield Finding(
            rule="AP-PDF-HIDDEN-TEXT", severity=Severity.HOLD, terms=_terms(secret),
            actual=", ".join(secret[:MOST_NAMED]),
            message=f"Page {where} holds text that nobody sees ({how}), with {', '.join(secret[:MOST_NAMED])}, "
            "which the visible page does not show.",
        )  # fmt: skip
    elif whys.total() > FEW_WORDS:
        yield Finding(
            rule="AP-PDF-UNSEEN-TEXT", severity=Severity.NOTE,
            message=f"Page {where} holds {whys.total()} words that nobody sees ({how}), no other amount or account.",
        )  # fmt: skip


def _is_figure(text: str) -> bool:
    return sum(sign.isdigit() for sign in text) >= FEW_DIGITS


def _terms(secret: Sequence[str]) -> tuple[str, ...]:
    kinds = {"iban" if each[0].isalpha() else "gross_total" for each in secret}
    return tuple(sorted(kinds))
