"""How fast the queue is at 10,000 documents while the pipeline works, and what its order saves.

    python bench/queue.py [--documents 10000] [--rounds 60] [--browser] [--json]

A temporary home is filled through the store, the site runs as `facturier up` starts it in a process of its own, and
`facturier process` reads the sample invoices into another client all the while. Times are milliseconds over HTTP, from
the request to the last byte; `confirm-and-next` is the approval, its redirect and the next document's page; with
`--browser` the same from the key to the next page's load in Chromium. Targets: list p95 < 300 ms, confirm-and-next p50
< 60 ms, p95 < 150 ms. The simulation compares the order by cost with first come, first served.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from http.cookiejar import CookieJar
from pathlib import Path
from typing import TYPE_CHECKING, Any

if not __package__:  # run as a file: this folder must not hide the package `queue`
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from bench import machine
from bench.queueing import simulate
from bench.running import FACTURIER
from bench.throughput import free_ports, wait_for

if TYPE_CHECKING:
    from sqlmodel import Session

LOGIN, PASSWORD = "bench", "bench long password"
CLIENT = "bench"
SAMPLES = Path(__file__).resolve().parents[1] / "sample_invoices"
TARGETS = {"list": (None, 300.0), "confirm-and-next": (60.0, 150.0)}
_SUPPLIERS = 400


def _own(name: str, kept: int) -> str:
    """SQL for a copy's own id: its beginning, and the copy's number."""
    return f"substr({name}, 1, {kept}) || 'z' || substr('00' || {{copy}}, -3)"


MADE = 100  # documents that are made through the store; the others are copies of their rows
_COPIED: dict[str, dict[str, str]] = {
    "blob": {"sha256": _own("sha256", 60)},
    "document": {"id": _own("id", 28), "sha256": _own("sha256", 60), "batch": "batch || '-copy'",
                 "invoice_number": "invoice_number || '-{copy}'",
                 "gross_total": "CAST(ROUND(gross_total * (1 + {copy} / 37.0), 2) AS TEXT)",
                 "received_at": "substr(received_at, 1, 17) || substr('00' || ({copy} % 60), -2) || '.000000+00:00'"},
    "extraction": {"document_id": _own("document_id", 28)},
    "match_result": {"document_id": _own("document_id", 28)},
    "decision": {"id": _own("id", 28), "document_id": _own("document_id", 28)},
}  # fmt: skip
_MADE_ONES = "(SELECT {0} FROM document WHERE batch NOT LIKE '%copy')"
_FIRST = {  # which rows of a table are copied
    "document": "batch NOT LIKE '%copy'",
    "blob": "sha256 IN " + _MADE_ONES.format("sha256"),
    "extraction": "document_id IN " + _MADE_ONES.format("id"),
    "match_result": "document_id IN " + _MADE_ONES.format("id"),
    "decision": "document_id IN " + _MADE_ONES.format("id"),
}


def fill(home: Path, count: int) -> None:
    """A house with many documents, most of them settled, as they are after some months."""
    from models.migrate import migrate
    from models.store.engine import Store
    from models.store.people import add_user, hash_password
    from models.tables import ClientRow

    store = Store(f"sqlite:///{home / 'facturier.db'}")
    migrate(store)
    seed, now = random.Random(1), datetime.now(UTC)  # noqa: S311 - made-up invoices
    with store.write() as session:
        session.add(ClientRow(id=CLIENT, name="Bench", created_at=now))
        session.flush()
        add_user(session, login=LOGIN, name="Bench", password_hash=hash_password(PASSWORD), role="supervisor",
                 clients=[CLIENT], actor="system")  # fmt: skip
    with store.write() as session:
        for number in range(min(count, MADE)):
            add_one(session, seed, number, now)
    with store.write() as session:
        for copy in range(1, -(-count // MADE)):
            copy_all(session, copy)
    store.dispose()


def copy_all(session: Session, copy: int) -> None:
    """Each made document once more under its own ids, numbers and times: a tenth of the time of making it."""
    for table, own in _COPIED.items():
        names = [row[1] for row in session.connection().exec_driver_sql(f"PRAGMA table_info({table})")]
        taken = ", ".join(own.get(name, f'"{name}"').format(copy=copy) for name in names)
        first = _FIRST[table]
        listed = ", ".join(f'"{name}"' for name in names)
        session.connection().exec_driver_sql(
            f"INSERT INTO {table} ({listed}) SELECT {taken} FROM {table} WHERE {first}"  # noqa: S608 - names of ours
        )


def add_one(session: Session, seed: random.Random, number: int, now: datetime) -> None:
    """One document with its extraction, match and decision, through the store."""
    from models.decision import Decision, Outcome, Reason
    from models.extraction import Evidence, Extraction
    from models.invoice import Invoice, InvoiceLine
    from models.match import MatchResult, SupplierMatch
    from models.status import Status
    from models.store.documents import Arrival, Step, add_document, add_extraction, add_judgement, move, move_along
    from models.tables import BlobRow

    net = Decimal(seed.randrange(500, 500000)) / 100
    at = now - timedelta(minutes=seed.randrange(60, 60 * 24 * 20))
    supplier = seed.randrange(_SUPPLIERS)
    invoice = Invoice(
        invoice_number=f"F-2026-{number:06d}", issue_date=at.date(), due_date=at.date() + timedelta(days=30),
        currency="EUR", seller_name=f"Fournisseur {supplier:03d} SARL", seller_vat_id=f"FR{supplier:02d}{303265045}",
        order_reference=f"PO-{seed.randrange(10**5):05d}", net_total=net, tax_total=net / 5, gross_total=net * 6 / 5,
        lines=tuple(InvoiceLine(item_name=f"Article {n}", quantity=Decimal(1), unit_price=net / 4, net_amount=net / 4)
                    for n in range(4)),
    )  # fmt: skip
    sha256 = f"{seed.getrandbits(256):064x}"
    session.add(BlobRow(sha256=sha256, size=1, media_type="application/pdf", created_at=at))
    session.flush()
    arrival = Arrival(CLIENT, sha256, f"scan-{number:06d}.pdf", "application/pdf", "folder", batch=f"B{number // 100}")
    document = add_document(session, arrival, actor="system", at=at)
    evidence = {name: Evidence(confidence=0.9, reader="ppocr", page=1) for name in ("invoice_number", "gross_total")}
    add_extraction(session, document, Extraction(invoice=invoice, source="page", pages=(1,), evidence=evidence),
                   origin="reader", actor="system")  # fmt: skip
    reasons = tuple(seed.sample((Reason.LOW_CONFIDENCE, Reason.NO_ORDER, Reason.ARITHMETIC), seed.randrange(1, 3)))
    move(session, document, Status.EXTRACTED, actor="system", at=at)
    add_judgement(session, document, MatchResult(supplier=SupplierMatch(seller_id=None)), (),
                  Decision(outcome=Outcome.REVIEW, reasons=reasons), actor="system")  # fmt: skip
    state = seed.choices((Status.IN_REVIEW, Status.HELD, Status.REJECTED, Status.APPROVED), (60, 5, 5, 30))[0]
    move_along(session, document, [Step(Status.MATCHED, "system", "", at), Step(state, "policy", "", at)])


class Browser:
    """A person's cookies and token over plain HTTP."""

    def __init__(self, base: str) -> None:
        self.base, self.csrf = base, ""
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def get(self, path: str) -> str:
        """A page's text."""
        with self.opener.open(self.base + path, timeout=60) as answer:
            return str(answer.read().decode())

    def post(self, path: str, values: dict[str, str]) -> tuple[str, str]:
        """Send a form and follow its redirect: the address and the text of the page that comes."""
        data = urllib.parse.urlencode({"csrf": self.csrf} | values).encode()
        with self.opener.open(self.base + path, data, timeout=60) as answer:
            return answer.geturl(), answer.read().decode()

    def sign_in(self) -> None:
        """Sign in and keep the session's token."""
        self.csrf = token(self.get("/sign-in"))
        self.post("/sign-in", {"login": LOGIN, "password": PASSWORD})
        self.csrf = token(self.get("/account"))


def token(page: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    return found[1] if found else ""


def hidden(page: str) -> dict[str, str]:
    """The values of a document's form, as a browser would send them."""
    pairs = re.findall(r'<input[^>]*?name="([^"]+)"[^>]*?value="([^"]*)"', page)
    return {name: value for name, value in pairs if not name.startswith(("ok.", "csrf")) and ".drop" not in name}


def timed(act: Callable[[], Any]) -> tuple[float, Any]:
    started = time.perf_counter()
    result = act()
    return (time.perf_counter() - started) * 1000, result


def walk(browser: Browser, rounds: int) -> dict[str, list[float]]:
    """The times of each kind of page."""
    found: dict[str, list[float]] = {
        name: [] for name in ("list", "search", "held tab", "document", "confirm-and-next")
    }
    while timed(lambda: browser.get("/queue"))[0] > 1000:  # the first looks price ten thousand documents
        pass
    for number in range(rounds):
        spent, page = timed(lambda: browser.get("/queue"))
        found["list"].append(spent)
        found["search"].append(timed(lambda n=number: browser.get(f"/queue?tab=all&search=fournisseur+{n:03d}"))[0])
        found["held tab"].append(timed(lambda: browser.get("/queue?tab=held"))[0])
        path = re.search(r'class="rowlink" href="([^"]+)"', page)[1].replace("&amp;", "&")  # type: ignore[index]
        spent, page = timed(lambda p=path: browser.get(p))
        found["document"].append(spent)
        form, address = hidden(page), path.split("?")[0] + "/approve"
        spent, (where, _) = timed(lambda a=address, f=form: browser.post(a, f))
        if "done=approved" not in where:
            raise SystemExit(f"the approval led to {where}")
        found["confirm-and-next"].append(spent)
    return found


def in_chromium(base: str, rounds: int) -> list[float]:
    """From the key that approves to the load of the next document, in Chromium."""
    from playwright.sync_api import sync_playwright

    found = []
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(f"{base}/sign-in")
        page.fill("[name=login]", LOGIN)
        page.fill("[name=password]", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url("**/queue*")
        page.click(".rowlink >> nth=3")
        for _ in range(rounds):
            page.wait_for_load_state("load")
            before = page.url
            started = time.perf_counter()
            page.keyboard.press("Control+Enter")
            page.wait_for_url(lambda url, before=before: url != before, wait_until="domcontentloaded")
            found.append((time.perf_counter() - started) * 1000)
        browser.close()
    return found


@contextmanager
def site(home: Path) -> Iterator[str]:
    """The review site in a process of its own; its address."""
    port = free_ports(1)[0]
    environment = dict(os.environ) | machine.ONE_THREAD
    environment |= {"FACTURIER_HOME": str(home), "FACTURIER__WEB__PORT": str(port)}
    process = subprocess.Popen([sys.executable, "-m", "review.serve"], env=environment, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)  # fmt: skip
    base = f"http://127.0.0.1:{port}"
    try:
        wait_for(lambda: is_up(base), 120.0, "the site", process)
        yield base
    finally:
        process.terminate()
        process.wait(30)


def is_up(base: str) -> bool:
    try:
        with urllib.request.urlopen(f"{base}/health", timeout=5):  # noqa: S310 - our own address
            return True
    except (urllib.error.URLError, OSError):
        return False


@contextmanager
def pipeline(home: Path) -> Iterator[None]:
    """`facturier process` over the samples, again and again, in the same house for another client."""
    files = sorted(path for path in SAMPLES.rglob("*.pdf"))[:12]
    loop = ("import subprocess,sys\nwhile True:\n"
            "    subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)")  # fmt: skip
    environment = dict(os.environ) | machine.ONE_THREAD | {"FACTURIER_HOME": str(home)}
    process = subprocess.Popen([sys.executable, "-c", loop, FACTURIER, "process", "--client", "pipeline",
                                *map(str, files)], env=environment, start_new_session=True)  # fmt: skip
    try:
        yield
    finally:
        os.killpg(process.pid, 15)
        process.wait(30)


def summary(times: dict[str, list[float]]) -> dict[str, dict[str, float]]:
    return {name: {"n": len(one), "p50": round(statistics.median(one), 1), "p95": round(quantile(one), 1)}
            for name, one in times.items() if one}  # fmt: skip


def quantile(values: list[float], share: float = 0.95) -> float:
    """The nearest-rank quantile: a value that occurred."""
    return sorted(values)[min(len(values) - 1, max(0, round(share * len(values)) - 1))]


def run(documents: int, rounds: int, *, browser: bool) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        fill(home, documents)
        with site(home) as base:
            person = Browser(base)
            person.sign_in()
            quiet = walk(person, rounds)
            with pipeline(home):
                loaded = walk(person, rounds)
            chromium = in_chromium(base, rounds) if browser else []
    return {"quiet": summary(quiet), "pipeline working": summary(loaded), "chromium": summary({"next": chromium})}


def main() -> None:
    """Fill, walk, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--documents", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--browser", action="store_true")
    parser.add_argument("--json", action="store_true")
    wanted = parser.parse_args()
    orders = {order: simulate(random.Random(7), days=4, arrivals=160, order=order) for order in ("cost", "fifo")}  # noqa: S311
    found = run(wanted.documents, wanted.rounds, browser=wanted.browser)
    report = {"machine": machine.describe(), "documents": wanted.documents, "milliseconds": found, "targets": TARGETS,
              "simulation": {name: {"breaches": one.breaches, "cost": one.cost, "settled": one.settled}
                             for name, one in orders.items()}}  # fmt: skip
    if wanted.json:
        print(json.dumps(report))
        return
    for name, value in report["machine"].items():
        print(f"{name:12} {value}")
    for when, rows in found.items():
        for name, row in rows.items():
            print(f"{when:18} {name:18} n {row['n']:4}  p50 {row['p50']:8.1f} ms  p95 {row['p95']:8.1f} ms")
    for name, row in report["simulation"].items():
        print(
            f"order by {name:5} {row['settled']} settled, {row['breaches']} time limits missed, {row['cost']:.2f} lost"
        )


if __name__ == "__main__":
    main()
