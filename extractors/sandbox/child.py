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

PAGES: TypeAdapter[tuple[Page, ...]] = TypeAdapter(tuple[Page, ...])


def run(channel: socket.socket, progress_pipe: int, scratch: str, parent: int, orders: frames.Orders) -> NoReturn:
    """Work on the request that waits in `channel`; `scratch` is an empty directory of its own."""
    try:
        _settle_in(progress_pipe, scratch, parent, orders)
        header, content = frames.receive(channel, body_cap=orders.limits.file_bytes)
        answer, body = _answer(frames.Request.model_validate_json(header), content, orders)
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


def _answer(request: frames.Request, content: bytes, orders: frames.Orders) -> tuple[frames.Answer, bytes]:
    try:
        body = _WORK[request.kind](request, content, orders)
        if request.kind != "render" and len(body) > orders.limits.answer_bytes:
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


def _read(request: frames.Request, content: bytes, orders: frames.Orders) -> bytes:
    from extractors.reader import extract

    reading = extract(Document(content=content, name=request.name), request.reading, orders.limits)
    return reading.model_dump_json().encode()


def _render(request: frames.Request, content: bytes, orders: frames.Orders) -> bytes:
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


def _words(request: frames.Request, content: bytes, orders: frames.Orders) -> bytes:
    from extractors.reader import words

    document = Document(content=content, name=request.name)
    return PAGES.dump_json(words(document, request.media_type, request.reading, orders.limits))


_WORK: dict[str, Callable[[frames.Request, bytes, frames.Orders], bytes]] = {
    "read": _read,
    "render": _render,
    "words": _words,
}
