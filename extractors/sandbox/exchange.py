"""One question to one child: send the bytes, wait for the answer or for the news of its end, say which it was.

The answer is hostile until checked: sizes are capped before anything is read, JSON is checked strictly, text for
people loses its control characters.

>>> blame(frames.Status(signal=11), LimitSettings()).reason_code
'unreadable'
>>> blame(frames.Status(timed_out=True, signal=9), LimitSettings()).reason_code
'timeout'
"""

from __future__ import annotations

import os
import re
import select
import signal
import socket
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

from pydantic import ValidationError

from extractors.sandbox import frames
from models.errors import (
    EngineError,
    FacturierError,
    InvoiceError,
    LimitExceededError,
    SettingsError,
    UnreadableDocumentError,
    invoice_error,
)
from models.memory import Fingerprint, Sample
from models.settings import LimitSettings

Recall = Callable[[Fingerprint], Sequence[Sample]]

_CRASHES = {signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGILL, signal.SIGSYS}
_ADDRESS = re.compile(r"<[\w.]+ object at 0x[0-9a-f]+>")  # how Python shows what has no text of its own
_OURS: dict[str, type[FacturierError]] = {"engine": EngineError, "settings": SettingsError}


class ParentGoneError(Exception):
    """The warm parent died or hangs; the document may not be to blame."""


def ask(
    channel: socket.socket,
    end: int,
    request: frames.Request,
    content: bytes,
    *,
    body_cap: int,
    limits: LimitSettings,
    patience: float,
    recall: Recall | None = None,
) -> bytes:
    """Send one request and return the body of its answer; closes neither descriptor.

    `recall` answers the child's questions about what is remembered; without it a question is refused.

    Raises:
        FacturierError: what the child says, or what its end means.
        ParentGoneError: no news within `patience` seconds, or none ever.
    """
    until = time.monotonic() + patience
    channel.settimeout(patience)
    with suppress(ConnectionError):  # the child died while it read: the news of its end will follow
        try:
            frames.send(channel, request.model_dump_json().encode(), content)
        except TimeoutError as error:
            raise ParentGoneError("takes no work") from error
    for _ in range(1 + (frames.MOST_QUESTIONS if recall is not None else 0)):
        incoming = frames.Incoming(frames.HEADER_CAP, body_cap)
        try:
            status = _await(channel, end, incoming, until)
        except frames.FrameTooLargeError as error:
            raise LimitExceededError(f"the reader's answer is too large: {error}") from error
        if not incoming.complete:
            raise ParentGoneError("died") if status is None else blame(status, limits)
        answer = _header(incoming)
        if not answer.asks:
            return _checked(answer, incoming)
        if recall is not None:
            _remind(channel, incoming.body, recall, until)
    raise UnreadableDocumentError("the reader's answer was refused: it asks instead of answering")


def _remind(channel: socket.socket, question: bytes, recall: Recall, until: float) -> None:
    """Answer one question of the child; what it asks is checked like any answer."""
    if len(question) > frames.QUESTION_CAP:
        raise LimitExceededError("the reader's question is too large")
    try:
        asked = Fingerprint.model_validate_json(question, strict=True)
    except ValidationError as error:
        raise UnreadableDocumentError("the reader's question was refused: it does not hold") from error
    body = _capped(recall(asked))
    channel.settimeout(max(0.1, until - time.monotonic()))
    with suppress(ConnectionError, TimeoutError):  # the child died or does not listen: the news of its end will follow
        frames.send(channel, b"{}", body)


def _capped(samples: Sequence[Sample]) -> bytes:
    """As many samples as fit, the first ones first."""
    while samples:
        body = frames.SAMPLES.dump_json(tuple(samples), exclude_defaults=True)
        if len(body) <= frames.MEMORY_CAP:
            return body
        samples = samples[: len(samples) // 2]
    return b"[]"


def _await(channel: socket.socket, end: int, incoming: frames.Incoming, until: float) -> frames.Status | None:
    """Read until the answer is complete or the end is told; None when the parent is gone."""
    channel.setblocking(False)  # noqa: FBT003 - the library's signature
    poll = select.poll()
    poll.register(channel, select.POLLIN)
    poll.register(end, select.POLLIN)
    while not incoming.complete:
        ready = dict(poll.poll(max(0.0, until - time.monotonic()) * 1000))
        if not ready:
            raise ParentGoneError("hangs")
        if channel.fileno() in ready and not _take(channel, incoming):
            poll.unregister(channel)  # closed: only the news of the end is still to come
        if end in ready and not incoming.complete:
            while _take(channel, incoming):
                pass
            return _status(os.read(end, 4096))
    return None


def _take(channel: socket.socket, incoming: frames.Incoming) -> bool:
    """Take what is there; False when nothing is, now or ever."""
    if incoming.complete:
        return False
    try:
        chunk = channel.recv(min(frames.CHUNK, incoming.missing))
    except (BlockingIOError, ConnectionError):
        return False
    incoming.feed(chunk)
    return bool(chunk)


def _status(raw: bytes) -> frames.Status | None:
    return frames.Status.model_validate_json(raw) if raw else None


def _header(incoming: frames.Incoming) -> frames.Answer:
    try:
        return frames.Answer.model_validate_json(incoming.header, strict=True)
    except ValidationError as error:
        raise UnreadableDocumentError("the reader's answer was refused: its header does not hold") from error


def _checked(answer: frames.Answer, incoming: frames.Incoming) -> bytes:
    if answer.error is None:
        return incoming.body
    detail = printable(answer.detail)
    if kind := _OURS.get(answer.error):
        raise kind(detail)
    raise invoice_error(answer.error, detail)


def printable(text: str, most: int = 500) -> str:
    r"""Text from a child for a person: one line, no control characters.

    >>> printable("a\x1b[31m\nb")
    'a [31m b'
    """
    text = _ADDRESS.sub("the file", text[:most])
    return "".join(letter if letter.isprintable() else " " for letter in text).strip()


def blame(status: frames.Status, limits: LimitSettings) -> InvoiceError:
    """What the end of a child without an answer says about its document."""
    if status.timed_out or status.signal == signal.SIGXCPU:
        return LimitExceededError("reading took longer than is allowed", code="timeout")
    if status.signal in {signal.SIGKILL, signal.SIGXFSZ}:
        return LimitExceededError("reading took more memory or disk than is allowed")
    if status.signal in _CRASHES and status.peak_bytes > limits.child_memory_bytes // 2:
        return LimitExceededError("the reader ran out of memory")  # C libraries abort where Python raises MemoryError
    if status.signal is not None:
        return UnreadableDocumentError(f"the reader crashed on it ({signal.Signals(status.signal).name})")
    return UnreadableDocumentError(f"the reader gave up without an answer (exit {status.exit_code})")
