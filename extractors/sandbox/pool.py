"""`ReaderPool`: untrusted bytes are read in children; here arrive only checked values.

The controller's process never imports what reads documents (OpenCV, onnxruntime, PDFium ...) and stays small. A warm
parent is started once and forks a child for each document, at most `workers` at a time; pages for the review site have
a lane of their own and do not wait behind a long scan. If the warm parent dies it is started again and its job
repeated once. Thread-safe.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self

from pydantic import TypeAdapter, ValidationError

from extractors.sandbox import frames
from extractors.sandbox.exchange import ParentGoneError, Recall, ask
from extractors.sandbox.keeper import Keeper
from extractors.sandbox.launch import find_jail, showing
from models.document import Document, Page
from models.errors import EngineError, LimitExceededError, UnreadableDocumentError
from models.extraction import Extraction, Reading
from models.invoice import Invoice
from models.memory import Sample
from models.settings import LimitSettings, ReadingSettings

START_SECONDS = 60.0  # what a cold machine may take to import everything
MOST_LINES = 10_000
MOST_WORDS = 1_000  # characters of one text about a PDF
_PAGES: TypeAdapter[tuple[Page, ...]] = TypeAdapter(tuple[Page, ...])


class ReaderPool:
    """Reads documents in confined children; use as a context manager.

    `models` is a folder of trained models beside the shipped one, shown to the children; it must be there already.
    Raises SettingsError when it is made, if `reading.sandbox` demands bubblewrap and it does not work here.
    """

    def __init__(
        self, reading: ReadingSettings, limits: LimitSettings, *, workers: int | None = None, window: int = 1,
        models: Path | None = None,
    ) -> None:  # fmt: skip
        self.workers = workers or reading.workers
        self.jail = showing(find_jail(reading.sandbox), models)
        self._reading = reading
        self._limits = limits
        self._lock = threading.Lock()
        self._slots = threading.BoundedSemaphore(self.workers)
        self._window = threading.BoundedSemaphore(window)
        self._threads = ThreadPoolExecutor(self.workers, thread_name_prefix="facturier-read")
        self._closed = False
        self._keeper = Keeper(reading, limits, self.jail)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def read(self, document: Document, reading: ReadingSettings | None = None, recall: Recall | None = None) -> Reading:
        """Read one document and wait for it; `reading` replaces the pool's settings for this one.

        `recall` answers, in this process, what is remembered of a supplier or layout that the child has found.

        Raises:
            InvoiceError: it cannot be read; `reason_code` says why.
            EngineError: an engine is missing, or the reading process died twice.
        """
        request = frames.Request(
            kind="read", name=document.name, reading=reading or self._reading, recalls=recall is not None,
            groups=document.groups,
        )  # fmt: skip
        with self._slots:
            body = self._ask(request, document.content, self._limits.answer_bytes, recall)
        try:
            answer = Reading.model_validate_json(body, strict=True)
        except ValidationError as error:
            raise UnreadableDocumentError("the reader's answer was refused: it is not a reading") from error
        return _counted(answer, self._limits)

    def submit(
        self, document: Document, reading: ReadingSettings | None = None, recall: Recall | None = None
    ) -> Future[Reading]:
        """Read one document when its turn comes; the future raises as `read` does."""
        return self._threads.submit(self.read, document, reading, recall)

    def learn(self, document: Document, pages: tuple[int, ...], invoice: Invoice) -> Sample:
        """What to remember of a confirmed invoice, which takes these pages of the file. Raises as `read`."""
        header = invoice.model_copy(update={"lines": (), "vat_breakdown": ()})  # the header of a frame is small
        request = frames.Request(kind="learn", name=document.name, reading=self._reading, invoice=header, pages=pages)
        with self._slots:
            body = self._ask(request, document.content, frames.MEMORY_CAP)
        try:
            return Sample.model_validate_json(body, strict=True)
        except ValidationError as error:
            raise UnreadableDocumentError("the reader's answer was refused: this is no sample") from error

    def submit_learn(self, document: Document, pages: tuple[int, ...], invoice: Invoice) -> Future[Sample]:
        """Learn from one document when its turn comes; the future raises as `read` does."""
        return self._threads.submit(self.learn, document, pages, invoice)

    def render(
        self, content: bytes, media_type: str, number: int, dpi: int, *, rotation: int = 0, skew: float = 0.0
    ) -> bytes:
        """Page `number` (from 1) as PNG, drawn in the sandbox; `rotation` and `skew` as its `Page` says.

        Raises as `read`.
        """
        request = frames.Request(
            kind="render",
            media_type=media_type,
            number=number,
            dpi=dpi,
            rotation=rotation,
            skew=skew,
            reading=self._reading,
        )
        with self._window:
            picture = self._ask(request, content, self._limits.page_pixels)
        if not picture.startswith(b"\x89PNG\r\n\x1a\n"):
            raise UnreadableDocumentError("the reader's answer was refused: it is not a PNG")
        return picture

    def words(self, content: bytes, media_type: str = "") -> tuple[Page, ...]:
        """The pages with their words, for showing them. Raises as `read`."""
        request = frames.Request(kind="words", media_type=media_type, reading=self._reading)
        with self._window:
            body = self._ask(request, content, self._limits.answer_bytes)
        try:
            return _PAGES.validate_json(body, strict=True)
        except ValidationError as error:
            raise UnreadableDocumentError("the reader's answer was refused: these are not pages") from error

    def attach(self, pdf: bytes, xml: bytes, about: Mapping[str, str]) -> bytes:
        """The pages of a PDF with an XML inside, as Factur-X wants it; `about` is of `attach_xml`. Raises as `read`."""
        told = {name: text[:MOST_WORDS] for name, text in about.items()}  # the header of a frame is small
        request = frames.Request(kind="attach", reading=self._reading, xml_bytes=len(xml), about=told)
        with self._slots:
            made = self._ask(request, pdf + xml, 2 * self._limits.file_bytes)
        if not made.startswith(b"%PDF-"):
            raise UnreadableDocumentError("the reader's answer was refused: it is not a PDF")
        return made

    def close(self) -> None:
        """Finish what has begun, drop what has not, and end the warm parent."""
        self._threads.shutdown(cancel_futures=True)
        with self._lock:
            self._closed = True
            self._keeper.close()

    def _ask(self, request: frames.Request, content: bytes, body_cap: int, recall: Recall | None = None) -> bytes:
        if len(content) > self._limits.file_bytes:
            raise LimitExceededError(f"{len(content)} bytes, {self._limits.file_bytes} are allowed", code="too_large")
        try:
            return self._ask_once(request, content, body_cap, recall)
        except ParentGoneError:
            pass  # another document may have brought it down: once more with a new one
        try:
            return self._ask_once(request, content, body_cap, recall)
        except ParentGoneError as error:
            raise EngineError(f"the reading process died twice: {error}") from error

    def _ask_once(self, request: frames.Request, content: bytes, body_cap: int, recall: Recall | None) -> bytes:
        patience = START_SECONDS + self._limits.document_seconds + self._limits.parse_seconds
        keeper = self._living()
        try:
            channel, end = keeper.send_job()
            with channel, open(end, closefd=True):  # noqa: PTH123 - a descriptor, not a path
                return ask(
                    channel, end, request, content, body_cap=body_cap, limits=self._limits, patience=patience,
                    recall=recall,
                )  # fmt: skip
        except (ParentGoneError, OSError) as error:
            keeper.kill()
            raise ParentGoneError(f"{error}: {keeper.last_words}") from error

    def _living(self) -> Keeper:
        """The warm parent, started again if it has died."""
        with self._lock:
            if self._closed:
                raise EngineError("the reader pool is closed")
            if not self._keeper.is_alive:
                self._keeper.close()
                self._keeper = Keeper(self._reading, self._limits, self.jail)
            return self._keeper


def _counted(reading: Reading, limits: LimitSettings) -> Reading:
    """Refuse an answer whose counts cannot be; raises UnreadableDocumentError."""
    numbers = {page.number for page in reading.pages}
    if len(reading.pages) > limits.pages or not 1 <= len(reading.extractions) <= max(1, limits.pages):
        raise UnreadableDocumentError("the reader's answer was refused: it counts too many pages or invoices")
    if any(_is_impossible(extraction, numbers) for extraction in (*reading.extractions, *reading.shadow)):
        raise UnreadableDocumentError("the reader's answer was refused: it names pages or lines that are not there")
    return reading


def _is_impossible(extraction: Extraction, numbers: set[int]) -> bool:
    shown = [*extraction.evidence.values(), *extraction.line_evidence]
    named = {*extraction.pages, *(evidence.page for evidence in shown if evidence.page is not None)}
    return not named <= numbers or len(extraction.invoice.lines) > MOST_LINES
