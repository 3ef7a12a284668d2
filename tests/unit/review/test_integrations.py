"""The page of connections: what is shown once, what each act does, and whose things it touches."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from models.sealed import seal, unseal
from models.secret import home_secret
from models.settings import Settings
from models.signing import SECRETS
from models.store.acks import Said, acknowledge, find_batch, unacknowledged
from models.store.api_keys import add_api_key, fresh_token, list_api_keys
from models.store.audit import now, verify
from models.store.documents import new_id
from models.store.engine import Store
from models.store.webhooks import add_webhook, webhooks_of
from models.tables import InvoiceRow, WebhookMessageRow
from review.api.entry import API_ROUTES
from tests.desk import DocumentMaker
from tests.publishing import publish_some

Visit = Callable[..., Any]
HOOK = {"client": "acme", "url": "https://example.com/in", "events": "batch.published"}


def secret_of(page: str) -> str:
    found = re.search(r'<code class="secret">([^<]+)</code>', page)
    assert found
    return found.group(1)


def test_a_key_is_shown_once_and_opens_the_api(visit: Visit) -> None:
    desk = visit("rita", "administrator")
    made = desk.post("/integrations/keys", name="ERP", clients="acme", scopes="read")
    token = secret_of(made.text)
    assert token not in desk.get("/integrations").text
    asked = {"Authorization": f"Bearer {token}"}
    assert desk.browser.get("/api/v1/changes", headers=asked).status_code == 200
    with desk.store.read() as session:
        key = list_api_keys(session)[0].id
    desk.post(f"/integrations/revoke/{key}")
    assert desk.browser.get("/api/v1/changes", headers=asked).status_code == 401


def test_a_secret_is_shown_once_and_lies_sealed(visit: Visit, settings: Settings) -> None:
    desk = visit("rita", "administrator")
    secret = secret_of(desk.post("/integrations/webhooks", **HOOK).text)
    assert secret not in desk.get("/integrations").text
    with desk.store.read() as session:
        row = webhooks_of(session, None)[0]
    assert unseal(home_secret(settings.home, SECRETS), row.secret) == secret
    newer = secret_of(desk.post(f"/integrations/rotate/{row.id}").text)
    assert newer != secret


def test_a_webhook_is_paused_resumed_and_removed(visit: Visit) -> None:
    desk = visit("rita", "administrator")
    desk.post("/integrations/webhooks", **HOOK)
    with desk.store.read() as session:
        row = webhooks_of(session, None)[0]
    states = []
    for act in ("pause", "resume", "remove"):
        assert desk.post(f"/integrations/{act}/{row.id}").status_code == 200
        with desk.store.read() as session:
            states.append([each.state for each in webhooks_of(session, None)])
            assert verify(session) is None
    assert states == [["paused"], ["active"], []]
    assert desk.post(f"/integrations/pause/{row.id}").status_code == 404


def test_what_was_given_up_is_sent_again_at_a_click(visit: Visit, settings: Settings) -> None:
    desk = visit("rita", "administrator")
    with desk.store.write() as session:
        hook = add_webhook(session, client_id="acme", url="https://example.com/in", events=["batch.published"],
                           secret=seal(home_secret(settings.home, SECRETS), "whsec_"), actor="x", at=now())  # fmt: skip
        message = WebhookMessageRow(id=f"msg_{new_id()}", webhook_id=hook.id, client_id="acme", state="dead", tries=8,
                                    event="batch.published", event_key="k", body="{}", created_at=now(),
                                    next_at=now(), last_error="answered 500")  # fmt: skip
        session.add(message)
    assert "answered 500" in desk.get("/integrations").text
    assert desk.post(f"/integrations/replay/{message.id}").status_code == 200
    with desk.store.read() as session:
        assert session.get_one(WebhookMessageRow, message.id).state == "waiting"


def test_wrong_forms_make_nothing(visit: Visit) -> None:
    desk = visit("rita", "administrator")
    assert desk.post("/integrations/keys", name="ERP", clients="acme").status_code == 422
    assert desk.post("/integrations/webhooks", **(HOOK | {"url": "https://10.0.0.1/"})).status_code == 422
    assert desk.post("/integrations/webhooks", **(HOOK | {"client": "nobody"})).status_code == 422
    with desk.store.read() as session:
        assert (list_api_keys(session), webhooks_of(session, None)) == ((), ())


def test_batches_without_a_word_are_shown_until_every_row_has_one(
    visit: Visit, desk: Store, make_document: DocumentMaker
) -> None:
    ids = publish_some(desk, make_document, 2)
    later = now().replace(year=now().year + 1)
    with desk.write() as session:
        assert unacknowledged(session, later, hours=24) == []  # nobody has a key to answer with
        add_api_key(session, fresh_token(), name="erp", clients=["acme"], scopes=["ack"], expires_at=None,
                    actor="x", at=now())  # fmt: skip
    counts = []
    for document_id in ids:
        with desk.write() as session:
            found = unacknowledged(session, later, hours=24)
            counts.append([missing for _, missing in found])
            batch = find_batch(session, session.get_one(InvoiceRow, (document_id, 1)).batch_id, ["acme"])
            assert batch is not None
            acknowledge(session, batch, [Said(document_id, "posted", None, "51")], actor="api:x", at=now())
    with desk.read() as session:
        assert (counts, unacknowledged(session, later, hours=24)) == ([[2], [1]], [])
    assert "51" in visit("rita").get(f"/documents/{ids[0]}").text


def test_a_document_shows_its_number_in_the_finance_system(
    visit: Visit, desk: Store, make_document: DocumentMaker
) -> None:
    document_id = publish_some(desk, make_document)[0]
    with desk.write() as session:
        batch = find_batch(session, session.get_one(InvoiceRow, (document_id, 1)).batch_id, ["acme"])
        assert batch is not None
        acknowledge(session, batch, [Said(document_id, "posted", None, "5100001234")], actor="api:x", at=now())
    assert "Posted in the finance system as 5100001234" in visit("rita").get(f"/documents/{document_id}").text
    assert "sous le n° 5100001234" in visit("luc", language="fr").get(f"/documents/{document_id}").text


def test_the_page_of_the_api_tells_every_route_with_scope_and_example(visit: Visit) -> None:
    nobody = visit()  # who connects a system need not have an account
    page = nobody.get("/integrations/api").text
    for (method, path), entry in API_ROUTES.items():
        assert f"<h3><code>{method} {path}</code></h3>" in page
        assert f"<code>{entry.scope}</code>" in page
    assert page.count("$SITE/api/v1/") == len(API_ROUTES)
    french = nobody.browser.get("/integrations/api", headers={"Accept-Language": "fr"}).text
    assert "Ce que d’autres systèmes peuvent demander" in french


def test_an_address_with_a_line_break_is_answered_as_a_problem(visit: Visit) -> None:
    answer = visit().browser.get("/api/v1/exports/a%0Ab")
    assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")
