"""A roll of paper in a till: rows come one after the other, labels left, values right."""

from __future__ import annotations

from sample_invoices.generator.sheet import Align
from sample_invoices.generator.training.pen import Pen

SIZES = (7.5, 8.5, 9.5, 10.5)


class Roll:
    """A roll of paper on which rows come one after the other."""

    def __init__(self, pen: Pen, x0: float, x1: float) -> None:
        """Between two x of the pen's paper."""
        self.pen, self.x0, self.x1, self.y = pen, x0, x1, 24.0
        self.size = SIZES[pen.speech.seed % 4]
        self.upper = pen.habit_share("upper", 0.35)

    def say(self, text: str) -> str:
        """A text as this till prints it."""
        return text.upper() if self.upper else text

    def down(self, rows: float = 1.0) -> None:
        """Feed the paper."""
        self.y += self.size * 1.25 * rows

    def row(self, text: str, *, term: str = "", align: Align = "left", size: float = 0.0, bold: bool = False) -> None:
        """One row of text."""
        x = {"left": self.x0, "right": self.x1, "centre": (self.x0 + self.x1) / 2}[align]
        self.down((size or self.size) / self.size)
        self.pen.text(
            x, self.y, text, term=term, align=align, room=self.x1 - self.x0, size=size or self.size, bold=bold
        )

    def pair(
        self, label: str, value: str, *, term: str = "", size: float = 0.0, bold: bool = False, near: bool = False
    ) -> None:
        """Label on the left, value flush right or right behind it."""
        size = size or self.size
        self.down(size / self.size)
        colon = ":" if self.pen.speech.seed % 3 else ""
        text = f"{self.say(label)}{colon}" if label else ""
        room = self.x1 - self.x0
        wide = self.pen.paper.width_of(value, size, bold=bold)
        at = self.pen.text(self.x0, self.y, text, size=size, bold=bold, room=max(20.0, room - wide - 6))
        if near:
            self.pen.text(
                self.x0 + at + (4 if at else 0),
                self.y,
                value,
                term=term,
                size=size,
                bold=bold,
                room=max(20.0, room - at - 4),
            )
        else:
            self.pen.text(
                self.x1, self.y, value, term=term, size=size, bold=bold, align="right", room=max(20.0, room - at - 4)
            )

    def stroke(self) -> None:
        """A row of dashes or stars, or a gap."""
        sign = ("-", "=", "*", "", ".")[self.pen.speech.seed % 5]
        if not sign:
            self.down(0.6)
            return
        self.row(sign * int((self.x1 - self.x0) / self.pen.paper.width_of(sign, self.size)))
