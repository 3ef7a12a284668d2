"""The wire format of protocol buffers, as much as rewriting a network file takes.

Source: https://protobuf.dev/programming-guides/encoding/. Only for files whose hash is known: lengths are trusted.

>>> [field.value for field in parse_fields(encode_number(1, 300))]
[300]
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
_FIXED_LENGTHS = {FIXED64: 8, FIXED32: 4}


class Field(NamedTuple):
    """One field: its number, wire type, and content (of a varint: its bytes as they stand)."""

    number: int
    wire: int
    content: bytes

    @property
    def value(self) -> int:
        """The number that a varint field holds."""
        return _read_varint(self.content, 0)[0]


def parse_fields(content: bytes) -> Iterator[Field]:
    """The fields of a message in file order."""
    position = 0
    while position < len(content):
        key, position = _read_varint(content, position)
        wire = key & 7
        if wire == VARINT:
            start, (_, end) = position, _read_varint(content, position)
        elif wire == BYTES:
            length, start = _read_varint(content, position)
            end = start + length
        else:
            start, end = position, position + _FIXED_LENGTHS[wire]
        yield Field(key >> 3, wire, content[start:end])
        position = end


def encode_fields(fields: Iterable[Field]) -> bytes:
    """The message that `parse_fields` reads back as these fields."""
    return b"".join(_encode(field) for field in fields)


def encode_number(number: int, value: int) -> bytes:
    """A varint field."""
    return _encode(Field(number, VARINT, _varint(value)))


def encode_bytes(number: int, content: bytes) -> bytes:
    """A field of bytes, text or a message."""
    return _encode(Field(number, BYTES, content))


def _encode(field: Field) -> bytes:
    key = _varint(field.number << 3 | field.wire)
    length = _varint(len(field.content)) if field.wire == BYTES else b""
    return key + length + field.content


def _varint(value: int) -> bytes:
    encoded = bytearray()
    while value > 0x7F:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)


def _read_varint(content: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = content[position]
        value |= (byte & 0x7F) << shift
        position += 1
        if byte < 0x80:
            return value, position
        shift += 7
