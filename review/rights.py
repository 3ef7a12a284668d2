"""Who may do what: roles to rights, and every route to the right it asks for. A route without a row lets nobody in.

>>> "settle" in RIGHTS["reviewer"], "settle" in RIGHTS["client_viewer"]
(True, False)
"""

from __future__ import annotations

from typing import Literal

Right = Literal[
    "public",  # nobody needs to be signed in
    "self",  # one's own account and session
    "see",  # documents of one's clients: queue, pages, originals, history
    "edit",  # open a document for editing, type, write comments
    "settle",  # approve, reject, send back, code, escalate
    "release",  # what waits for a second person or an expert
    "reopen",  # lift an alarm
    "kpis",  # figures
    "people",  # accounts
    "micro",  # one snippet, one question; no document
    "steer",  # assign, act on many, see who is busy
    "audit",  # the record of who did what
]

_SELF: frozenset[Right] = frozenset({"public", "self"})
_LOOK: frozenset[Right] = _SELF | {"see"}
_REVIEW: frozenset[Right] = _LOOK | {"edit", "settle", "micro"}
_EXPERT: frozenset[Right] = _REVIEW | {"release", "kpis"}
_SUPERVISE: frozenset[Right] = _EXPERT | {"reopen", "steer", "audit"}

RIGHTS: dict[str, frozenset[Right]] = {
    "reviewer": _REVIEW,
    "expert": _EXPERT,
    "supervisor": _SUPERVISE,
    "client_viewer": _LOOK | {"kpis"},
    "micro_worker": _SELF | {"micro"},
    "auditor": _LOOK | {"kpis", "audit"},
    "administrator": _SUPERVISE | {"people"},
}

ROUTES: dict[tuple[str, str], Right] = {
    ("GET", "/health"): "public",
    ("GET", "/metrics"): "public",  # looks at address or token itself
    ("GET", "/sign-in"): "public",
    ("POST", "/sign-in"): "public",
    ("GET", "/sign-in/company"): "public",
    ("GET", "/sign-in/company/back"): "public",
    ("POST", "/sign-out"): "self",
    ("GET", "/account"): "self",
    ("POST", "/account/language"): "self",
    ("POST", "/account/password"): "self",
    ("POST", "/account/sessions/{key}"): "self",
    ("GET", "/"): "self",
    ("GET", "/queue"): "see",
    ("POST", "/queue/bulk"): "edit",
    ("POST", "/queue/bulk/do"): "edit",
    ("POST", "/queue/bulk/{bulk_id}/undo"): "edit",
    ("POST", "/queue/filters"): "see",
    ("POST", "/queue/filters/{filter_id}/drop"): "see",
    ("GET", "/documents/{document_id}/desk"): "see",
    ("POST", "/documents/{document_id}/assign"): "edit",
    ("POST", "/documents/{document_id}/tag"): "edit",
    ("POST", "/documents/{document_id}/postpone"): "edit",
    ("POST", "/documents/{document_id}/ask"): "edit",
    ("POST", "/documents/{document_id}/answer"): "edit",
    ("POST", "/documents/{document_id}/withdraw"): "edit",
    ("GET", "/documents/{document_id}"): "see",
    ("GET", "/documents/{document_id}/pages/{number}.png"): "see",
    ("GET", "/documents/{document_id}/pages/{number}/words"): "see",
    ("GET", "/documents/{document_id}/original"): "see",
    ("GET", "/documents/{document_id}/compare"): "see",
    ("GET", "/documents/{document_id}/compare/{other_id}"): "see",
    ("POST", "/documents/{document_id}/compare/{other_id}"): "settle",
    ("GET", "/documents/{document_id}/orders"): "see",
    ("POST", "/documents/{document_id}/orders"): "settle",
    ("GET", "/documents/{document_id}/pages"): "see",
    ("POST", "/documents/{document_id}/pages"): "settle",
    ("POST", "/documents/{document_id}/claim"): "edit",
    ("POST", "/documents/{document_id}/check"): "edit",
    ("POST", "/documents/{document_id}/cut"): "edit",
    ("POST", "/documents/{document_id}/save"): "edit",
    ("POST", "/documents/{document_id}/approve"): "settle",
    ("POST", "/documents/{document_id}/reject"): "settle",
    ("POST", "/documents/{document_id}/release"): "release",
    ("GET", "/documents/{document_id}/bank"): "see",
    ("POST", "/documents/{document_id}/bank"): "release",
    ("POST", "/documents/{document_id}/escalate"): "settle",
    ("POST", "/documents/{document_id}/return"): "release",
    ("POST", "/documents/{document_id}/send-back"): "settle",
    ("POST", "/documents/{document_id}/retry"): "settle",
    ("POST", "/documents/{document_id}/join"): "settle",
    ("POST", "/documents/{document_id}/undo"): "settle",
    ("POST", "/documents/{document_id}/coding"): "settle",
    ("POST", "/documents/{document_id}/leave"): "edit",
    ("POST", "/documents/{document_id}/take-over"): "steer",
    ("POST", "/documents/{document_id}/comments"): "edit",
    ("POST", "/documents/{document_id}/comments/{comment_id}/strike"): "edit",
    ("GET", "/documents/{document_id}/timeline"): "see",
    ("GET", "/documents/{document_id}/timeline.csv"): "see",
    ("GET", "/documents/{document_id}/timeline.json"): "see",
    ("GET", "/timeline"): "audit",
    ("GET", "/steering"): "steer",
    ("GET", "/steering/board"): "steer",
    ("POST", "/steering/mail/{mail_id}/{act}"): "steer",
    ("POST", "/documents/{document_id}/teach/{key}"): "edit",
    ("GET", "/teaching"): "edit",
    ("GET", "/teaching/{rule_id}"): "edit",
    ("POST", "/teaching/{rule_id}/{to}"): "release",
    ("GET", "/audit-sample"): "see",
    ("GET", "/audit-sample/{document_id}"): "see",
    ("POST", "/audit-sample/{document_id}"): "settle",
    ("POST", "/alarms/lift"): "reopen",
    ("GET", "/dashboard"): "kpis",
    ("GET", "/kpis"): "kpis",
    ("GET", "/sla"): "kpis",
    ("POST", "/sla/pauses"): "steer",
    ("POST", "/sla/pauses/{pause_id}/end"): "steer",
    ("POST", "/sla/incidents"): "steer",
    ("POST", "/sla/incidents/{incident_id}/end"): "steer",
    ("GET", "/forecast"): "kpis",
    ("GET", "/certificates"): "kpis",
    ("GET", "/fraud"): "kpis",
    ("POST", "/fraud/accounts"): "release",
    ("GET", "/reports"): "kpis",
    ("POST", "/reports/export"): "kpis",
    ("POST", "/reports/actions"): "steer",
    ("POST", "/reports/actions/{action_id}/done"): "steer",
    ("GET", "/survey/{token}"): "public",  # the link's secret is the right
    ("POST", "/survey/{token}"): "public",
    ("GET", "/quality"): "kpis",
    ("GET", "/quality/{batch_id}"): "kpis",
    ("GET", "/quality/tables/{run_id}"): "kpis",
    ("GET", "/micro"): "micro",
    ("POST", "/micro/next"): "micro",
    ("POST", "/micro/again"): "micro",
    ("GET", "/micro/{answer_id}"): "micro",
    ("GET", "/micro/{answer_id}/snippet.png"): "micro",
    ("POST", "/micro/{answer_id}"): "micro",
    ("GET", "/pay"): "micro",
    ("GET", "/pay.csv"): "micro",
    ("POST", "/pay/answers/{answer_id}"): "micro",
    ("GET", "/micro-desk"): "steer",
    ("GET", "/micro-desk/pay.csv"): "steer",
    ("POST", "/micro-desk/answers/{answer_id}"): "steer",
    ("GET", "/verify"): "settle",
    ("POST", "/verify"): "settle",
    ("POST", "/verify/undo"): "settle",
    ("GET", "/documents/{document_id}/snippets/{term}.png"): "see",
    ("GET", "/integrations"): "people",
    ("GET", "/integrations/api"): "public",
    ("POST", "/integrations/keys"): "people",
    ("POST", "/integrations/webhooks"): "people",
    ("POST", "/integrations/{act}/{key}"): "people",
    ("GET", "/people"): "people",
    ("POST", "/people"): "people",
    ("POST", "/people/{user_id}"): "people",
    ("POST", "/people/places/{client_id}"): "people",
}
