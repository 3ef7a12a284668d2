"""`facturier pilot`: the report of a client's pilot, for people, as JSON, or as a page to print."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from html import escape
from pathlib import Path
from typing import Any

from flows.house import House
from flows.judge import Office
from flows.pilot import report_pilot
from flows.terminal import EXIT_DONE, EXIT_USAGE, complain, safe, say, write_json, write_line
from models.durable import write_atomic
from models.tables import ClientRow

Facts = dict[str, Any]

_NOTHING = (
    "nothing yet",
    "no document was settled by a person: reviewers approve, correct or reject as they will later",
)
VERDICTS = {
    "proved": "PROVED: the interval lies wholly above the claim.",
    "refuted": "REFUTED: the interval lies wholly below the claim.",
    "open": "OPEN: the interval holds the claim, or too few invoices and suppliers were timed.",
}
_STYLE = (
    "body{font:11pt/1.45 sans-serif;max-width:46rem;margin:2rem auto;color:#111}table{border-collapse:collapse;"
    "width:100%}td,th{border-bottom:1px solid #999;padding:.25rem .5rem;text-align:left;vertical-align:top}"
    "th{font-weight:400;width:45%}h1{font-size:1.4rem}h2{font-size:1.1rem}"
)


def run_pilot(
    house: House, client_id: str, *, since: datetime | None, claim: float, as_json: bool, page: Path | None
) -> int:
    """Report on a client's pilot."""
    with house.store.read() as session:
        client = session.get(ClientRow, client_id)
        if client is None:
            complain(f"facturier pilot: there is no client {safe(client_id)}")
            return EXIT_USAGE
        facts = report_pilot(session, client_id, Office(client, house.settings).policy, since=since, claim=claim)
    if page is not None:
        write_atomic(page, _page(facts).encode())
        say(f"The report is in {page}")
    if as_json:
        write_json(facts)
    elif page is None:
        for title, rows in sections(facts):
            write_line(f"\n{title}")
            for name, value in rows:
                write_line(f"  {name:<34} {value}")
    return EXIT_DONE


def sections(facts: Facts) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """The report as titles with rows of a name and a value: one source for terminal and page."""
    since = f" since {facts['since'][:10]}" if facts["since"] else ""
    yield f"Pilot of {facts['client']}{since}", [
        ("documents received", str(facts["received"])), ("settled by people", str(facts["settled"])),
    ]  # fmt: skip
    yield "Does the saving hold?", list(_time(facts))
    yield "What would have gone through", list(_automation(facts)) or [_NOTHING]
    yield "Certificates that these labels give", list(_certificates(facts)) or [("none", "no labels yet")]
    yield "Values that people left as they were read", [
        (row["term"].replace("_", " "), f"{_share(row)}  ({row['right']} of {row['seen']})")
        for row in facts["agreement"]
    ] or [_NOTHING]  # fmt: skip
    yield "What this rests on", [("assumption", each) for each in facts["assumptions"]]


def _time(facts: Facts) -> Iterator[tuple[str, str]]:
    for name, title in (("as_piloted", "every document reviewed"), ("with_automation", "with the certificate")):
        saving = facts["saving"][name]
        if saving is not None:
            yield f"minutes by hand, {title}", f"{saving['manual_mean'] / 60:.2f}"
            yield f"minutes here, {title}", f"{saving['system_mean'] / 60:.2f}"
            yield f"saved, {title}", f"{_share(saving)}  ({saving['documents']} documents)"
            yield "how it was compared", saving["how"]
    if facts["saving"]["as_piloted"] is None:
        yield "no comparison", "time some invoices by hand: facturier import manual-baseline FILE.csv (file, seconds)"
    yield f"claim: at least {facts['claim']:.0%} less", VERDICTS[facts["verdict"]]


def _automation(facts: Facts) -> Iterator[tuple[str, str]]:
    for name, title in (
        ("documents_right", "read and matched wholly right"), ("would_pass", "would have been let through"),
        ("wrong_among_would_pass", "wrong among these"),
    ):  # fmt: skip
        if (rate := facts[name]) is not None:
            yield title, f"{_share(rate)}  ({rate['count']} of {rate['of']})"


def _certificates(facts: Facts) -> Iterator[tuple[str, str]]:
    for segment, row in facts["certificates"].items():
        if row["threshold"] is None:
            yield (
                segment,
                f"none yet: at least {row['missing']} more right labels ({row['labelled']} so far)",
            )
        else:
            yield (
                segment,
                (
                    f"score above {row['threshold']:.3f}: {row['accepted']} of {row['labelled']} labels, "
                    f"{row['errors']} wrong, at most {row['bound']:.2%} wrong (limit {facts['error_limit']:.2%})"
                ),
            )


def _share(row: Facts) -> str:
    """A share with its interval of 95 %."""
    if row["low"] is None:
        return f"{row['share']:.1%} (too few suppliers for an interval)"
    return f"{row['share']:.1%} [{row['low']:.1%}, {row['high']:.1%}]"


def _page(facts: Facts) -> str:
    """The report as one page without any outside part; names of strangers are escaped."""
    parts: list[str] = []
    for title, rows in sections(facts):
        body = "".join(f"<tr><th scope='row'>{escape(name)}</th><td>{escape(value)}</td></tr>" for name, value in rows)
        level = 1 if not parts else 2
        parts.append(f"<h{level}>{escape(title)}</h{level}><table>{body}</table>")
    title = f"<title>Pilot {escape(facts['client'])}</title>"
    head = f"<meta charset='utf-8'><meta name='viewport' content='width=device-width'>{title}<style>{_STYLE}</style>"
    return f"<!doctype html><html lang='en'><head>{head}</head><body>{''.join(parts)}</body></html>\n"
