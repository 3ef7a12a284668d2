"""Row 38: every page of the site, taken from the table of routes, in both languages, with the eye of a hard judge.

A new GET route is visited by itself; one whose address has a place that `tests.furnished` cannot fill fails here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
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
NO_PAGE = {"/sign-in/company": 404, "/sign-in/company/back": 404}  # there is no provider here
FRAGMENTS = {"/steering/board"}
MOVES_ON = {"/", "/documents/{document_id}/compare"}
_HASH = hash_password(PASSWORD)


@dataclass
class House:
    """A furnished site that is running."""

    desk: Store
    address: str
    rooms: Rooms


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, migrated_database: Path, reader: ReaderPool) -> Iterator[House]:
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
        person.page.wait_for_url(lambda address: "/sign-in" not in address)
        if role == "micro_worker":
            qualify(self.house.desk, login)
            page = person.open("/micro")
            page.click("main form[action='/micro/next'] button")
            page.wait_for_url("**/micro/*")
            self.task = page.url.rpartition("/")[2]

    def pages(self) -> Iterator[tuple[str, Visit]]:
        """Open every page of the table of routes, those in rarer states, and those that say no; with its name."""
        rooms = self.house.rooms
        for route, right in [(route, right) for (method, route), right in ROUTES.items() if method == "GET"]:
            person = self.people.get(right, self.people[""])
            places = rooms.places | {"answer_id": self.task} | rooms.special.get(route, {})
            path = route.format_map(places)
            if self.is_page(person, route, path):
                yield route, self.opened(person, path)
        for name, path in rooms.more.items():
            yield name, self.opened(self.people[""], path)
        for name, (right, path) in {"403": ("micro", "/people"), "404": ("", "/documents/none"),
                                    "404 of nobody": ("public", "/sign-in/company")}.items():  # fmt: skip
            yield name, self.opened(self.people[right], path)
        for name, (status, right, path, fields) in answers(rooms).items():
            if right == "public":
                self.people[right].open("/sign-in")  # the token of nobody stands there only
            assert post(self.people[right], path, **fields) == status, name
            yield name, self.people[right]

    def is_page(self, person: Visit, route: str, path: str) -> bool:
        """Whether a route answers with a page of its own; pictures, files and ways to other pages are none."""
        answer = person.page.request.get(self.house.address + path, max_redirects=0)
        expected = 303 if route in MOVES_ON else NO_PAGE.get(route, 200)
        assert answer.status == expected, f"{route}: {answer.status}"
        is_html = answer.headers.get("content-type", "").startswith("text/html")
        return expected == 200 and is_html and route not in FRAGMENTS

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
    held = f"/documents/{rooms.special['/documents/{document_id}/bank']['document_id']}/bank"
    pick = {"pick": rooms.places["document_id"]}
    return {
        "400": (400, "", "/queue/bulk", {"act": "no-such-act"}),
        "409": (409, "", f"{document}/release", {"version": "1", "password": PASSWORD}),
        "422 of accounts": (422, "", "/people", {"login": "", "role": "reviewer"}),
        "422 of the own account": (422, "", "/account/password", {"old": "x", "new": "y", "again": "z"}),
        "422 of a call": (422, "", held, {"who": "", "number": ""}),
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
              const input = document.createElement('input'); form.append(input);
              input.name = name; input.value = value; }
            document.body.append(form); form.submit(); }""", [path, {"csrf": token, **fields}])  # fmt: skip
    return answer.value.status if answer.value else 0


@pytest.fixture(scope="module", params=[pytest.param(code, marks=pytest.mark.slow) for code in ("en", "fr")])
def tour(browser: Browser, house: House, request: pytest.FixtureRequest) -> Iterator[Tour]:
    found = Tour(browser, house, request.param)
    yield found
    assert found.close() == []


def look(page: Page, *names: str) -> list[str]:
    """The complaints of some of the looks at a page as it is now."""
    asked = "".join(f"...looks.{name}," for name in names)
    found: list[str] = page.evaluate(f"(() => {{ const looks = {LOOKS}; return [{asked}]; }})()")
    return found


def at_size(page: Page, size: Any, *names: str) -> list[str]:
    """The complaints at a size of the window."""
    page.set_viewport_size(size)
    found = [f"{size['width']}: {one}" for one in look(page, *names)]
    page.set_viewport_size(WIDE)
    return found


def whole_axe(person: Visit) -> list[str]:
    """What axe-core finds while the whole page is in the window, so that no bar lies over anything."""
    height = person.page.evaluate("document.documentElement.scrollHeight")
    person.page.set_viewport_size({"width": WIDE["width"], "height": height + 600})
    found = person.axe()
    person.page.set_viewport_size(WIDE)
    return found


def comes_round(page: Page) -> bool:
    """Whether Tab comes back to where it began, within as many presses as any page has stops."""
    page.evaluate("""() => { window.stops = 0; document.activeElement.blur(); window.scrollTo(0, 0);
        document.addEventListener('focusin', (event) => { window.stops += event.target.matches('.skip'); }); }""")
    for _ in range(40):
        for _ in range(10):
            page.keyboard.press("Tab")
        if page.evaluate("window.stops") >= 2:
            return True
    return False


def checked(tour: Tour, check: Callable[[Visit], list[str]]) -> dict[str, list[str]]:
    """What a check complains of, by page."""
    return {name: said for name, person in tour.pages() if (said := check(person))}


def test_row_38_every_page_is_named_fits_320_pixels_and_has_no_violation(tour: Tour) -> None:
    titles: dict[str, str] = {}

    def check(person: Visit) -> list[str]:
        said = look(person.page, "named()", "worded()") + whole_axe(person)
        titles[person.page.url] = person.page.title()
        return said + at_size(person.page, NARROW, "fits()", "roomy()")

    assert checked(tour, check) == {}
    assert len(titles) > 25


@pytest.mark.slow
def test_every_page_can_be_enlarged_twice_and_lies_apart(tour: Tour) -> None:
    def check(person: Visit) -> list[str]:
        page = person.page
        seen = look(page, "fits()", "apart()", "roomy()") + at_size(page, HALF, "fits()", "apart()", "roomy()")
        return seen + at_size(page, NARROW, "apart()")

    assert checked(tour, check) == {}


@pytest.mark.slow
def test_every_page_shows_the_focus_and_lets_it_go(tour: Tour) -> None:
    def check(person: Visit) -> list[str]:
        page = person.page
        page.keyboard.press("Tab")
        said = look(page, "focus()", "still()")
        page.emulate_media(forced_colors="active")
        said += look(page, "focus(true)")
        page.emulate_media(forced_colors="none")
        said += at_size(page, NARROW, "focus()")
        return said if comes_round(page) else [*said, "Tab does not come round"]

    assert checked(tour, check) == {}
