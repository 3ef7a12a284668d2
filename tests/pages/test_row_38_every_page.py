"""Row 38: every page of the site, taken from the table of routes, in both languages, with the eye of a hard judge.

A new GET route is visited by itself; one whose address has a place that `tests.furnished` cannot fill fails here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from extractors.sandbox import ReaderPool
from models.settings import Settings
from models.settings_review import MicroSettings
from models.store.engine import Store
from models.store.people import add_user, hash_password
from review.app import create_app
from review.rights import ROUTES
from tests.browser import PASSWORD
from tests.desk import open_desk
from tests.furnished import Rooms, furnish, qualify
from tests.pages.conftest import Visit, serving

LOOKS = (Path(__file__).parent / "looks.js").read_text(encoding="utf-8")
WIDE, NARROW, HALF = ({"width": width, "height": height} for width, height in ((1280, 800), (320, 640), (640, 400)))
LANGUAGES = ("en", "fr")
NO_PAGE = {"/sign-in/company": 404, "/sign-in/company/back": 404}  # there is no provider here
FRAGMENTS = {"/steering/board"}
_HASH = hash_password(PASSWORD)


@dataclass
class House:
    """A furnished site that is running."""

    desk: Store
    address: str
    rooms: Rooms


@pytest.fixture(scope="module")
def house(
    tmp_path_factory: pytest.TempPathFactory, migrated_database: Path, reader: ReaderPool
) -> Iterator[House]:  # fmt: skip
    home = tmp_path_factory.mktemp("house")
    desk = open_desk(home, migrated_database)
    rooms = furnish(desk, home)
    settings = Settings(home=home, micro=MicroSettings(enabled=True, gold_share=0, qualify=2))
    with serving(create_app(settings, desk, reader)) as address:
        yield House(desk, address, rooms)
    desk.dispose()


class Tour:
    """One language's way through the house: an administrator, a micro-worker and somebody who is not signed in."""

    def __init__(self, browser: Browser, house: House, language: str) -> None:
        self.house, self.language = house, language
        self.people: dict[str, Visit] = {}
        for right, role in (("public", ""), ("micro", "micro_worker"), ("", "administrator")):
            context = browser.new_context(viewport=WIDE, locale=language, reduced_motion="reduce")
            person = Visit(context.new_page(), house.address, context)
            person.page.on("pageerror", lambda error, person=person: person.errors.append(str(error)))
            self.people[right] = person
            if role:
                self._sign_in(person, role)

    def _sign_in(self, person: Visit, role: str) -> None:
        login = f"{role.replace('_', '')}{self.language}"
        with self.house.desk.write() as session:
            add_user(session, login=login, name=login.title(), password_hash=_HASH, role=role, clients=("acme",),
                     language=self.language, actor="system")  # fmt: skip
        person.open("/sign-in?next=/account")
        person.page.fill("[name=login]", login)
        person.page.fill("[name=password]", PASSWORD)
        person.page.keyboard.press("Enter")
        person.page.wait_for_url("**/account")
        if role == "micro_worker":
            qualify(self.house.desk, login)
            page = person.open("/micro")
            page.click("main form[action='/micro/next'] button")
            page.wait_for_url("**/micro/*")
            self.task = page.url.rpartition("/")[2]

    def pages(self) -> Iterator[tuple[str, Visit]]:
        """Open every page of the table of routes, those in rarer states, and those that say no; with its name."""
        rooms = self.house.rooms
        for (method, route), right in ROUTES.items():
            person = self.people.get(right, self.people[""])
            places = rooms.places | {"task_id": self.task} | rooms.special.get(route, {})
            path = re.sub(r"{(\w+)}", lambda place: places[place[1]], route)
            if method == "GET" and self.is_page(person, route, path):
                yield route, self.opened(person, path)
        for name, path in rooms.more.items():
            yield name, self.opened(self.people[""], path)
        for name, (right, path) in {"403": ("micro", "/people"), "404": ("", "/documents/none"),
                                    "404 of nobody": ("public", "/sign-in/company")}.items():  # fmt: skip
            yield name, self.opened(self.people[right], path)
        for name, (status, right, path, fields) in answers(rooms).items():
            assert post(self.people[right], path, **fields) == status, name
            yield name, self.people[right]

    def is_page(self, person: Visit, route: str, path: str) -> bool:
        """Whether a route answers with a page of its own; pictures, files and ways to other pages are none."""
        answer = person.page.request.get(self.house.address + path, max_redirects=0)
        assert answer.status in {200, 303, NO_PAGE.get(route)}, f"{route}: {answer.status}"
        is_html = answer.headers.get("content-type", "").startswith("text/html")
        return answer.status == 200 and is_html and route not in FRAGMENTS

    def opened(self, person: Visit, path: str) -> Visit:
        person.page.goto(self.house.address + path)
        return person

    def close(self) -> list[str]:
        for person in self.people.values():
            person.context.close()
        return [error for person in self.people.values() for error in person.errors]


def answers(rooms: Rooms) -> dict[str, tuple[int, str, str, dict[str, str]]]:
    """Pages that answer a form: the status, whose, the address, and the inputs (those of the page besides)."""
    document = f"/documents/{rooms.places['document_id']}"
    pick = {"pick": rooms.places["document_id"]}
    return {
        "400": (400, "", "/queue/bulk", {"act": "no-such-act"}),
        "409": (409, "", f"{document}/release", {"version": "1", "password": PASSWORD}),
        "422 of accounts": (422, "", "/people", {"login": "", "role": "reviewer"}),
        "422 of the own account": (422, "", "/account/password", {"old": "x", "new": "y", "again": "z"}),
        "422 of a call": (422, "", f"{document}/bank", {"who": "", "number": ""}),
        "401": (401, "public", "/sign-in", {"login": "nobody", "password": "wrong"}),
        "which tags": (200, "", "/queue/bulk", {"act": "tag", **pick}),
        "preview of many": (200, "", "/queue/bulk", {"act": "approve", **pick}),
    }


def post(person: Visit, path: str, **fields: str) -> int:
    """Send a form as the page would, with its token; the status of the answer."""
    token = person.page.locator("[name=csrf]").first.get_attribute("value") or ""
    with person.page.expect_navigation() as answer:
        person.page.evaluate(
            """([path, fields]) => { const form = document.createElement('form');
            form.method = 'post'; form.action = path; form.hidden = true;
            for (const [name, value] of Object.entries(fields)) {
              const input = document.createElement('input'); input.name = name; input.value = value; form.append(input); }
            document.body.append(form); form.submit(); }""", [path, {"csrf": token, **fields}])  # fmt: skip
    return answer.value.status if answer.value else 0


@pytest.fixture
def tour(browser: Browser, house: House, language: str) -> Iterator[Tour]:
    found = Tour(browser, house, language)
    yield found
    assert found.close() == []


def look(page: Page, *names: str) -> list[str]:
    """The complaints of some of the looks at a page."""
    asked = "".join(f"...looks.{name}({'true' if name == 'focus' and FORCED in names else ''})," for name in names
                    if name != FORCED)  # fmt: skip
    found: list[str] = page.evaluate(f"(() => {{ const looks = {LOOKS}; return [{asked}]; }})()")
    return found


FORCED = "forced"


@contextmanager
def sized(page: Page, size: Any, text: str = "") -> Iterator[None]:
    """The page at a size, with its text at another size besides."""
    page.set_viewport_size(size)
    page.evaluate("(size) => { document.documentElement.style.fontSize = size; }", text)
    yield
    page.evaluate("document.documentElement.style.fontSize = ''")
    page.set_viewport_size(WIDE)
