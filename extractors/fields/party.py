"""A party as it stands on a page, and the page as lines. Boxes in points from the top left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from extractors.fields.addresses import loosen, split_address
from extractors.fields.anchors import Anchor
from extractors.fields.layout import Row, Segment
from models.document import Box

Role = Literal["seller", "buyer", "delivery", "contact", "", "other"]


@dataclass(frozen=True)
class Party:
    """One party as it stands somewhere: name line, address lines, and what speaks for its role."""

    name: str | None
    name_box: Box | None
    address: tuple[str, ...]
    address_box: Box | None
    page: int
    box: Box
    role: Role = ""  # what a heading says
    sender_line: bool = False  # one line with name and address: always the sender's
    contacts: bool = False  # telephone, mail or tax number within: businesses print their own
    letterhead: bool = False  # the head of a till receipt
    named_only: bool = False  # no address was found with it
    confidence: float = 1.0
    address_confidence: float | None = None  # that the address is right, where it was found by itself
    remembered: bool = False  # its name is not printed: it is known from confirmed invoices

    @cached_property
    def address_text(self) -> tuple[str, str | None]:
        """The address in one line and its country; a receipt's address stays as it stands."""
        if self.letterhead:
            return loosen(", ".join(line.strip(" ,;") for line in self.address)), None
        return split_address(self.address)


@dataclass(frozen=True)
class PageLines:
    """A page as lines: its rows, segments and section headings."""

    number: int
    width: float
    height: float
    rows: Sequence[Row]
    segments: Sequence[Segment]
    sections: Sequence[Anchor]


def role_of(section: Anchor | None) -> Role:
    """The role that a heading gives; none without a heading."""
    roles: dict[str, Role] = {"seller": "seller", "buyer": "buyer", "delivery": "delivery", "contact": "contact"}
    return roles.get(section.term, "") if section is not None else ""


def sureness(segment: Segment) -> float:
    """The confidence of a segment's weakest word."""
    return min(token.confidence for token in segment.tokens)
