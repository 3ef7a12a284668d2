"""One reading child: takes one request, works inside its limits, answers once, and is gone.

Whatever goes wrong in here becomes a reason code; a traceback never leaves the child. It is the outermost frame of
its process, so it may catch broadly.
"""

from __future__ import annotations

import errno
import os
import signal
import socket
import tempfile
from collections.abc import Callable
from contextlib import suppress
from typing import NoReturn

from pydantic import TypeAdapter

from extractors import progress
from extractors.sandbox import confine, frames
from models.document import Document, Page
from models.errors import FacturierError, LimitExceededError
from models.invoice import Invoice
from models.memory import Fingerprint, Sample

PAGES: TypeAdapter[tuple[Page, ...]] = TypeAdapter(tuple[Page, ...])


def run(channel: socket.socket, progress_pipe: int, scratch: str, parent: int, orders: frames.Orders) -> NoReturn:
    """Work on the request that waits in `channel`; `scratch` is an empty directory of its own."""
    try:
        _settle_in(progress_pipe, scratch, parent, orders)
        header, content = frames.receive(channel, body_cap=orders.limits.file_bytes)
        request = frames.Request.model_validate_json(header)
        recall = Questions(channel) if request.recalls else None
        answer, body = _answer(request, content, orders, recall)
        frames.send(channel, answer.model_dump_json().encode(), body)
    except (OSError, EOFError, ValueError):
        os._exit(1)  # the controller is gone or speaks another language: nobody to tell
    os._exit(0)


def _settle_in(progress_pipe: int, scratch: str, parent: int, orders: frames.Orders) -> None:
    os.setpgid(0, 0)
    confine.die_with_parent(parent)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    with suppress(OSError):  # a wish, not a wall
        confine.volunteer_for_oom()
    confine.hide_from_siblings()
    os.chdir(scratch)
    os.environ["TMPDIR"] = tempfile.tempdir = scratch
    progress.report_to(progress_pipe, orders.limits.page_seconds)
    confine.limit_resources(orders.limits, own_processes=orders.own_processes)
    confine.refuse_system_calls()


class Questions:
    """Asks the controller what it remembers of a supplier or layout: a frame out, a frame in."""

    def __init__(self, channel: socket.socket) -> None:
        self._channel = channel
        self._left = frames.MOST_QUESTIONS

    def __call__(self, asked: Fingerprint) -> tuple[Sample, ...]:
        """What is remembered; nothing once too many questions were asked."""
        if self._left <= 0:
            return ()
        self._left -= 1
        header = frames.Answer(asks=True).model_dump_json().encode()
        frames.send(self._channel, header, asked.model_dump_json().encode())
        _, body = frames.receive(self._channel, body_cap=frames.MEMORY_CAP)
        return frames.SAMPLES.validate_json(body)


def _answer(
    request: frames.Request, content: bytes, orders: frames.Orders, recall: Questions | None
) -> tuple[frames.Answer, bytes]:
    try:
        body = _WORK[request.kind](request, content, orders, recall)
        if request.kind not in _FILES and len(body) > orders.limits.answer_bytes:
            raise LimitExceededError(f"the result is {len(body)} bytes, {orders.limits.answer_bytes} are allowed")
    except FacturierError as error:
        return frames.Answer(error=error.reason_code, detail=error.detail[:500]), b""
    except MemoryError:
        return frames.Answer(error="resource_limit", detail="the document needs more memory than is allowed"), b""
    except RecursionError:
        return frames.Answer(error="resource_limit", detail="the document is nested too deeply"), b""
    except OSError as error:
        return _environment(error), b""
    except Exception as error:  # noqa: BLE001 - outermost frame of this process; readers' libraries raise anything
        return frames.Answer(error="unreadable", detail=f"{type(error).__name__}: {error}"[:500]), b""
    return frames.Answer(), body


def _environment(error: OSError) -> frames.Answer:
    full = error.errno in {errno.EFBIG, errno.ENOSPC, errno.EMFILE, errno.ENOMEM, errno.EAGAIN}
    code = "resource_limit" if full else "unreadable"
    return frames.Answer(error=code, detail=f"{type(error).__name__}: {error}"[:500])


def _read(request: frames.Request, content: bytes, orders: frames.Orders, recall: Questions | None) -> bytes:
    from extractors.reader import extract

    document = Document(content=content, name=request.name, groups=request.groups)
    reading = extract(document, request.reading, orders.limits, recall)
    return reading.model_dump_json().encode()


def _render(request: frames.Request, content: bytes, orders: frames.Orders, _: Questions | None) -> bytes:
    from extractors.reader import render

    return render(
        content,
        request.media_type,
        request.number,
        request.dpi,
        orders.limits,
        rotation=request.rotation,
        skew=request.skew,
    )


def _words(request: frames.Request, content: bytes, orders: frames.Orders, _: Questions | None) -> bytes:
    from extractors.reader import words

    document = Document(content=content, name=request.name)
    return PAGES.dump_json(words(document, request.media_type, request.reading, orders.limits))


def _learn(request: frames.Request, content: bytes, orders: frames.Orders, _: Questions | None) -> bytes:
    from extractors.reader import learn

    invoice = request.invoice or Invoice()
    document = Document(content=content, name=request.name)
    sample = learn(document, request.pages, invoice, request.reading, orders.limits)
    return sample.model_dump_json().encode()


def _attach(request: frames.Request, content: bytes, orders: frames.Orders, _: Questions | None) -> bytes:  # noqa: ARG001 - one signature
    from extractors.pages.attach import attach_xml

    cut = max(0, len(content) - request.xml_bytes)
    return attach_xml(content[:cut], content[cut:], request.about)


_FILES = frozenset({"render", "attach"})  # answers that are files: whoever asks says how large they may be
_WORK: dict[str, Callable[[frames.Request, bytes, frames.Orders, Questions | None], bytes]] = {
    "read": _read,
    "render": _render,
    "words": _words,
    "learn": _learn,
    "attach": _attach,
}
