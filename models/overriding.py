"""What it is to go against an alert: a hold released, a duplicate let in again, by a person. One word for all figures.

A held document that went back as another invoice than the one it was suspected to be is a duplicate let in again too.

>>> kind_of_override("held", "approved", "user:ann"), kind_of_override("held", "approved", "policy")
('release', None)
"""

from __future__ import annotations

from models.status import Status

# From where to where a person goes against an alert, and what that is called.
AGAINST: dict[tuple[str | None, str], str] = {
    (Status.HELD, Status.APPROVED): "release",
    (Status.DUPLICATE, Status.IN_REVIEW): "not_duplicate",
}
ANOTHER = "another invoice:"  # how the reason begins where two documents were told apart
_PERSON = "user:"


def kind_of_override(from_state: str | None, to_state: str, actor: str, reason: str = "") -> str | None:
    """What a change of state overrides; None where it overrides nothing. A hold that a policy lifted is none."""
    if not actor.startswith(_PERSON):
        return None
    if (from_state, to_state) == (Status.HELD, Status.IN_REVIEW) and reason.startswith(ANOTHER):
        return "not_duplicate"
    return AGAINST.get((from_state, to_state))
