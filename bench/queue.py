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
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

if not __package__:  # run as a file: this folder must not hide the package `queue`
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from bench import machine
from bench.queue_house import LOGIN, PASSWORD, fill
from bench.queueing import simulate
from bench.running import FACTURIER
from bench.throughput import free_ports, wait_for
from models.store.audit import now
from models.store.engine import Store
from models.store.waiting import has_stale

SAMPLES = Path(__file__).resolve().parents[1] / "sample_invoices"
TARGETS = {"list": (None, 300.0), "confirm-and-next": (60.0, 150.0)}


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
def pipeline(home: Path) -> Iterator[Callable[[], int]]:
    """`facturier process` over the samples, again and again, in the same house for another client.

    Gives what counts the passes that ended well; a pass that fails ends the bench.
    """
    files = sorted(path for path in SAMPLES.rglob("*.pdf"))[:12]
    loop = ("import subprocess,sys\nwhile True:\n"
            "    ended = subprocess.run(sys.argv[2:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)\n"
            "    if ended.returncode not in (0, 3):\n"  # 3: some documents need a person
            "        sys.exit(1)\n"
            "    open(sys.argv[1], 'a').write('pass\\n')")  # fmt: skip
    told = home / "passes.txt"
    environment = dict(os.environ) | machine.ONE_THREAD | {"FACTURIER_HOME": str(home)}
    process = subprocess.Popen([sys.executable, "-c", loop, str(told), FACTURIER, "process", "--client", "pipeline",
                                *map(str, files)], env=environment, start_new_session=True)  # fmt: skip

    def passed() -> int:
        if process.poll() is not None:
            raise SystemExit("a pass of the pipeline failed: what was measured is not under its load")
        return len(told.read_text().splitlines()) if told.exists() else 0

    try:
        yield passed
    finally:
        if process.poll() is None:
            os.killpg(process.pid, 15)
        process.wait(30)


def first_prices(home: Path) -> float:
    """Seconds until the site's own sweep has priced every document, from when the person is signed in."""
    started = time.perf_counter()
    store = Store(f"sqlite:///{home / 'facturier.db'}")
    while True:
        with store.read() as session:
            if not has_stale(session, now()):
                break
        time.sleep(0.2)
    store.dispose()
    return round(time.perf_counter() - started, 1)


def summary(times: dict[str, list[float]]) -> dict[str, dict[str, float]]:
    """The figures of what was just measured, with the machine's load average of the last minute."""
    load = round(os.getloadavg()[0], 1)
    return {name: {"n": len(one), "p50": round(statistics.median(one), 1), "p95": round(quantile(one), 1), "load": load}
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
            swept = first_prices(home)
            times = {"quiet": summary(walk(person, rounds))}
            with pipeline(home) as passes:
                loaded = walk(person, rounds)
                while not passes():  # at least one whole pass, or the load was none
                    loaded = {name: one + loaded[name] for name, one in walk(person, 1).items()}
                times["pipeline working"], passed = summary(loaded), passes()
            times["chromium"] = summary({"next": in_chromium(base, rounds) if browser else []})
    return {"times": times, "passes": passed, "first prices (s)": swept}


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
    report: dict[str, Any] = {
              "machine": machine.describe(), "documents": wanted.documents, "milliseconds": found["times"],
              "targets": TARGETS, "passes": found["passes"], "first_prices_seconds": found["first prices (s)"],
              "simulation": {name: {"breaches": one.breaches, "cost": one.cost, "settled": one.settled}
                             for name, one in orders.items()}}  # fmt: skip
    if wanted.json:
        print(json.dumps(report))
        return
    for name, value in report["machine"].items():
        print(f"{name:12} {value}")
    print(f"passes of the pipeline that ended well {found['passes']}, first prices {found['first prices (s)']} s")
    for when, rows in found["times"].items():
        for name, row in rows.items():
            told = f"p50 {row['p50']:8.1f} ms  p95 {row['p95']:8.1f} ms  load {row['load']:5.1f}"
            print(f"{when:18} {name:18} n {row['n']:4}  {told}")
    for name, row in report["simulation"].items():
        print(
            f"order by {name:5} {row['settled']} settled, {row['breaches']} time limits missed, {row['cost']:.2f} lost"
        )


if __name__ == "__main__":
    main()
