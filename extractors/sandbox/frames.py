r"""What goes over the wire between the controller, the warm parent and a reading child.

One frame = two lengths of four bytes (big-endian: header, body), a JSON header, and a body of plain bytes (the file,
a JSON answer, or a PNG). Never pickle. Whoever receives states beforehand how much it is ready to take.

>>> frame(b"{}", b"%PDF-")
b'\x00\x00\x00\x02\x00\x00\x00\x05{}%PDF-'
>>> incoming = Incoming(header_cap=10, body_cap=10)
>>> incoming.feed(frame(b"{}", b"abc")[:9]), incoming.feed(b"}ab")
(False, False)
>>> incoming.feed(b"c"), incoming.header, incoming.body
(True, b'{}', b'abc')
"""

from __future__ import annotations

import socket
import struct
from typing import Literal

from pydantic import Field, TypeAdapter

from models.invoice import Frozen, Invoice
from models.memory import Sample
from models.settings import LimitSettings, ReadingSettings

_LENGTHS = struct.Struct("!II")
HEADER_CAP = 64 * 1024
QUESTION_CAP = 32 * 1024  # of a fingerprint
MEMORY_CAP = 2**20  # of the samples that answer it
MOST_QUESTIONS = 50  # of one document; more invoices in a file are read without memory
CHUNK = 1 << 18


class FrameTooLargeError(ValueError):
    """The other side announces more than was agreed; nothing of it is read."""


class Request(Frozen):
    """What a child is to do with the bytes that follow."""

    kind: Literal["read", "render", "words", "learn", "attach"]
    name: str = ""
    media_type: str = ""
    number: int = 1  # page, from 1
    dpi: int = 150
    rotation: int = 0  # as the Page says: how it was turned and straightened when it was read
    skew: float = 0.0
    reading: ReadingSettings
    recalls: bool = False  # the controller answers what is remembered of a supplier or layout
    invoice: Invoice | None = None  # what a person confirmed, to be learned
    pages: tuple[int, ...] = ()  # where it stands in the file
    groups: tuple[tuple[int, ...], ...] = ()  # pages of each invoice, as Document has them
    xml_bytes: int = 0  # so many bytes at the end of the body are an XML to be put into the PDF before them
    about: dict[str, str] = Field(default_factory=dict)  # words about that PDF


class Answer(Frozen):
    """What a child found. Without an error the body is the result; with one it is empty.

    With `asks` it is no answer yet: the body is a `Fingerprint`, and what is remembered of it is awaited as a frame.
    """

    asks: bool = False
    error: str | None = None  # reason code of models.errors
    detail: str = ""


SAMPLES: TypeAdapter[tuple[Sample, ...]] = TypeAdapter(tuple[Sample, ...])


class Status(Frozen):
    """How a child ended, as the warm parent saw it; sent after it and all its descendants are gone."""

    exit_code: int | None = None
    signal: int | None = None
    timed_out: bool = False
    peak_bytes: int = 0  # largest resident size over what it inherited


class Orders(Frozen):
    """What the warm parent is told when it starts."""

    channel: int  # file descriptor of the control socket
    reading: ReadingSettings
    limits: LimitSettings
    uid: int | None = None  # become this user first: the parent was started as root
    own_processes: bool = False  # alone in a PID and user name space, so that processes can be counted


def frame(header: bytes, body: bytes = b"") -> bytes:
    """A whole frame as bytes."""
    return _LENGTHS.pack(len(header), len(body)) + header + body


def send(channel: socket.socket, header: bytes, body: bytes = b"") -> None:
    """Write a frame; large bodies are not copied."""
    channel.sendall(_LENGTHS.pack(len(header), len(body)) + header)
    channel.sendall(body)


def receive(channel: socket.socket, *, body_cap: int) -> tuple[bytes, bytes]:
    """Read one frame from a blocking socket: (header, body).

    Raises:
        FrameTooLargeError: announced sizes exceed the caps.
        EOFError: the other side went away before the end.
    """
    incoming = Incoming(HEADER_CAP, body_cap)
    while not incoming.complete:
        chunk = channel.recv(min(CHUNK, incoming.missing))
        if not chunk:
            raise EOFError("the other side closed the connection")
        incoming.feed(chunk)
    return incoming.header, incoming.body


class Incoming:
    """A frame that arrives in pieces."""

    def __init__(self, header_cap: int, body_cap: int) -> None:
        self._caps = (header_cap, body_cap)
        self._data = bytearray()
        self._sizes: tuple[int, int] | None = None

    @property
    def missing(self) -> int:
        """How many bytes are still to come, as far as is known now."""
        wanted = _LENGTHS.size + (sum(self._sizes) if self._sizes else 0)
        return max(0, wanted - len(self._data))

    @property
    def complete(self) -> bool:
        """Whether the whole frame is here."""
        return self._sizes is not None and self.missing == 0

    def feed(self, chunk: bytes) -> bool:
        """Take the next piece; True when the frame is complete. Raises FrameTooLargeError."""
        self._data += chunk
        if self._sizes is None and len(self._data) >= _LENGTHS.size:
            sizes = _LENGTHS.unpack_from(self._data)
            if any(size > cap for size, cap in zip(sizes, self._caps, strict=True)):
                raise FrameTooLargeError(f"announced {sizes}, allowed {self._caps}")
            self._sizes = sizes
        return self.complete

    @property
    def header(self) -> bytes:
        """The JSON header of a complete frame."""
        header, _ = self._sizes or (0, 0)
        return bytes(self._data[_LENGTHS.size : _LENGTHS.size + header])

    @property
    def body(self) -> bytes:
        """The body of a complete frame."""
        header, body = self._sizes or (0, 0)
        start = _LENGTHS.size + header
        return bytes(self._data[start : start + body])
