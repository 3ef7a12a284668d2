"""Who may do what: roles to rights, and every route to the right it asks for. A route without a row lets nobody in.

>>> "settle" in RIGHTS["reviewer"], "settle" in RIGHTS["client_viewer"]
(True, False)
"""

from __future__ import annotations

from typing import Literal

Right = Literal["public", "self", "see", "edit", "settle", "release", "reopen", "kpis", "people"]

_LOOK: frozenset[Right] = frozenset({"public", "self", "see"})
_REVIEW: frozenset[Right] = _LOOK | {"edit", "settle"}
_EXPERT: frozenset[Right] = _REVIEW | {"release", "kpis"}
_SUPERVISE: frozenset[Right] = _EXPERT | {"reopen"}

RIGHTS: dict[str, frozenset[Right]] = {
    "reviewer": _REVIEW,
    "expert": _EXPERT,
    "supervisor": _SUPERVISE,
    "client_viewer": _LOOK | {"kpis"},
    "auditor": _LOOK | {"kpis"},
    "administrator": _SUPERVISE | {"people"},
}

ROUTES: dict[tuple[str, str], Right] = {
    ("GET", "/health"): "public",
    ("GET", "/sign-in"): "public",
    ("POST", "/sign-in"): "public",
    ("POST", "/sign-out"): "self",
    ("GET", "/account"): "self",
    ("POST", "/account/language"): "self",
    ("POST", "/account/password"): "self",
    ("GET", "/"): "see",
    ("GET", "/queue"): "see",
    ("GET", "/documents/{document_id}"): "see",
    ("GET", "/documents/{document_id}/pages/{number}.png"): "see",
    ("GET", "/documents/{document_id}/original"): "see",
    ("POST", "/documents/{document_id}/claim"): "edit",
    ("POST", "/documents/{document_id}/check"): "edit",
    ("POST", "/documents/{document_id}/save"): "edit",
    ("POST", "/documents/{document_id}/approve"): "settle",
    ("POST", "/documents/{document_id}/reject"): "settle",
    ("POST", "/documents/{document_id}/release"): "release",
    ("POST", "/documents/{document_id}/send-back"): "settle",
    ("POST", "/documents/{document_id}/retry"): "settle",
    ("POST", "/documents/{document_id}/join"): "settle",
    ("POST", "/documents/{document_id}/undo"): "settle",
    ("POST", "/documents/{document_id}/coding"): "settle",
    ("POST", "/documents/{document_id}/leave"): "edit",
    ("GET", "/audit-sample"): "see",
    ("GET", "/audit-sample/{document_id}"): "see",
    ("POST", "/audit-sample/{document_id}"): "settle",
    ("POST", "/alarms/lift"): "reopen",
    ("GET", "/kpis"): "kpis",
    ("GET", "/certificates"): "kpis",
    ("GET", "/people"): "people",
    ("POST", "/people"): "people",
    ("POST", "/people/{user_id}"): "people",
}
