"""What was changed in a PDF since it was made: earlier states are still in a file that was saved on and on.

A PDF ends with `%%EOF`; who changes it may append. Cut at an earlier end, the file is what it was before. After a
signature only another signature, a time stamp and what they need may follow. Without one, an appended change of the
page is worth a look. Source: ISO 32000-2, 7.5.6 (incremental updates), 12.8.

>>> ends_of(b"%PDF-1.4 1 %%EOF 2 %%EOF ")
(16, 24)
>>> ends_of(b"%PDF-1.4 /Linearized 1 %%EOF 2 %%EOF ")
(36,)
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from extractors.forensics.differences import Difference, difference
from extractors.forensics.signatures import signatures_of
from models.finding import Finding, Severity

_END = re.compile(rb"%%EOF")
MOST_REVISIONS = 4  # compared with the file as it is; of more the newest
LINEARIZED_WITHIN = 1024
MOST_BYTES = 40 * 2**20  # larger files are not compared with themselves


def revision_findings(content: bytes) -> Iterator[Finding]:
    """What changed after the last signature; without one, what changed between the saved states."""
    if len(content) > MOST_BYTES:
        return
    if signed := signatures_of(content):
        broken = [each for each in signed if not each.is_whole or each.is_intact is False]
        if broken:
            yield _hold("AP-PDF-SIGNATURE-BROKEN", "The bytes under the signature are not those that were signed.")
        last = max(each.end for each in signed)
        if content[last:].strip() and (changed := difference(content[:last], content, is_signed=True)):
            message = f"After it was signed the PDF was changed: {changed.told}."
            yield _hold("AP-PDF-EDITED-AFTER-SIGNING", message, changed)
        return
    changes = [found for end in _earlier(content) if (found := difference(content[:end], content))]
    if changes:
        widest = max(changes, key=lambda each: len(each.told))
        yield Finding(rule="AP-PDF-EDITED", severity=Severity.WARNING, expected=widest.before, actual=widest.after,
                      message=f"The PDF was changed after it was first saved: {widest.told}.")  # fmt: skip


def ends_of(content: bytes) -> tuple[int, ...]:
    """Where each saved state ends; the first end of a file made for the web is none."""
    ends = tuple(match.end() for match in _END.finditer(content))
    is_linearized = b"/Linearized" in content[:LINEARIZED_WITHIN]
    return ends[1:] if is_linearized and len(ends) > 1 else ends


def _earlier(content: bytes) -> Sequence[int]:
    return ends_of(content)[:-1][-MOST_REVISIONS:]


def _hold(rule: str, message: str, changed: Difference | None = None) -> Finding:
    return Finding(
        rule=rule, severity=Severity.HOLD, message=message,
        expected=changed.before if changed else None, actual=changed.after if changed else None,
    )  # fmt: skip
