"""Which of the approved documents are looked at nevertheless: a lottery by keyed hash, drawn after the decision.

Who does not hold the key cannot tell beforehand which document will be drawn, and who holds it can prove afterwards
that none was picked by hand. Shares are probabilities in [0, 1].

>>> is_drawn(b"key", "document", 1.0), is_drawn(b"key", "document", 0.0)
(True, False)
"""

from __future__ import annotations

import hashlib
import hmac

DRAW, BLIND = b"audit sample\x00", b"keyed blind\x00"  # one lottery says nothing of the other


def is_drawn(key: bytes, document_id: str, share: float) -> bool:
    """Whether a document belongs to a sample of this share."""
    return _ticket(key, DRAW, document_id) < share


def is_blind(key: bytes, document_id: str, share: float) -> bool:
    """Whether a drawn document is to be keyed without seeing what was read."""
    return _ticket(key, BLIND, document_id) < share


def share_needed(week_volume: int, share: float, weekly: int) -> float:
    """The share to draw: the policy's, or more where it takes more to reach so many a week.

    >>> share_needed(400, 0.05, 60), share_needed(40, 0.05, 60), share_needed(10_000, 0.05, 60)
    (0.15, 1.0, 0.05)
    """
    if share <= 0 and weekly <= 0:
        return 0.0
    return min(1.0, max(share, weekly / week_volume if week_volume > 0 else 1.0))


def _ticket(key: bytes, lottery: bytes, document_id: str) -> float:
    """A number in [0, 1) that nobody can foresee without the key."""
    digest = hmac.new(key, lottery + document_id.encode(), hashlib.sha256).digest()
    return int.from_bytes(digest[:7]) / 2**56
