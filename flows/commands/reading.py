"""`facturier extract`: reading, with nothing stored and no database."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

from extractors import ReaderPool
from flows.contract_lines import Json, extraction_line, failed_line
from flows.inputs import Input, inputs
from flows.terminal import EXIT_DONE, EXIT_PEOPLE, safe, say, write_json, write_line
from models.errors import FacturierError, InvoiceError
from models.extraction import Reading
from models.settings import ReadingSettings, load_settings

_AHEAD = 4  # documents in hand for each worker: enough to keep it busy, few enough to keep memory flat


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one input: its reading, or the error that stood in its way."""

    name: str
    reading: Reading | None
    error: FacturierError | None
    seconds: float


def read_all(found: Iterator[Input], pool: ReaderPool, reading: ReadingSettings) -> Iterator[Answer]:
    """Read inputs side by side and give the answers in input order."""
    waiting: deque[tuple[Input, float, Future[Reading] | None]] = deque()
    for each in found:
        future = pool.submit(each.document, reading) if each.document else None
        waiting.append((each, time.monotonic(), future))
        while len(waiting) > _AHEAD * pool.workers:
            yield _answer(*waiting.popleft())
    while waiting:
        yield _answer(*waiting.popleft())


def _answer(each: Input, started: float, future: Future[Reading] | None) -> Answer:
    if future is None:
        return Answer(each.name, None, each.error, 0.0)
    try:
        reading = future.result()
    except FacturierError as error:
        return Answer(each.name, None, error, time.monotonic() - started)
    return Answer(each.name, reading, None, time.monotonic() - started)


def run_extract(paths: Sequence[Path], *, as_json: bool, source: str, home: Path | None) -> int:
    """Read files and print one line for each invoice; a file that cannot be read gives a line too."""
    settings = load_settings(home)
    reading = settings.reading.model_copy(update={"source": source})
    people = count = 0
    with ReaderPool(reading, settings.limits) as pool:
        for answer in read_all(inputs(paths, settings), pool, reading):
            count += 1
            for line in answer_lines(answer):
                people += line["decision"] != "auto"
                write_json(line) if as_json else write_line(safe(line_for_people(line)))
    say(f"{count} file{'s' * (count != 1)} read, {people} need a person")
    return EXIT_PEOPLE if people else EXIT_DONE


def answer_lines(answer: Answer) -> list[Json]:
    """The contract's lines of one answer: one for each invoice, or one that says what went wrong."""
    if answer.error is not None or answer.reading is None:
        return [failed_line(answer.name, answer.error or InvoiceError(), answer.seconds)]
    return [extraction_line(answer.name, each, answer.seconds) for each in answer.reading.extractions]


def line_for_people(line: Json) -> str:
    """One readable line: the main values, or why there are none."""
    fields = line["fields"]
    if line["decision"] == "quarantine":
        return f"{line['file']}: quarantine ({line['reasons'][0]}): {line.get('message')}. {line.get('advice')}"
    shown = [str(fields[name]["value"]) for name in _SHOWN if name in fields]
    reasons = f" ({', '.join(line['reasons'])})" if line["reasons"] else ""
    return f"{line['file']}: {line['decision']}{reasons}: {line['document_type']}, {', '.join(shown)}"


_SHOWN = ("seller_name", "invoice_number", "issue_date", "order_reference", "gross_total", "currency")
