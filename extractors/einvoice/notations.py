"""Whether a value is printed on a page, in any of the notations that people use for it.

The test is generous on purpose: what it cannot find in any notation is really not there. Words are put into lines
first, because numbers and dates may be several words (`1 234,56`, `5. März 2024`).

>>> page = PrintedText.of_lines(["Rechnung Nr. RE-2024/17 vom 5. März 2024", "Gesamt 1.234,50 EUR"])
>>> page.has_number(Decimal("1234.5")), page.has_date(date(2024, 3, 5)), page.has_identifier("RE 2024-17")
(True, True, True)
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from models.document import Page, Word

# Folded, in English, French, German, Spanish, Italian, Dutch, Portuguese, Polish; one line a month.
MONTHS = tuple(
    tuple(names.split())
    for names in """
january janvier januar janner enero gennaio januari janeiro stycznia styczen jan ene gen janv
february fevrier februar feber febrero febbraio februari fevereiro lutego luty feb fev fevr
march mars marz maerz marzo maart marco marca marzec mar mrz mrt
april avril abril aprile kwietnia kwiecien apr avr abr
may mai mayo maggio mei maio maja maj mag
june juin juni junio giugno junho czerwca czerwiec jun giu
july juillet juli julio luglio julho lipca lipiec jul juil lug
august aout agosto augustus sierpnia sierpien aug ago
september septembre septiembre settembre setembro wrzesnia wrzesien sep sept set
october octobre oktober octubre ottobre outubro pazdziernika pazdziernik oct okt ott out
november novembre noviembre novembro listopada listopad nov
december decembre dezember diciembre dicembre dezembro grudnia grudzien dec dez dic
""".strip().splitlines()
)
_NO_DECOMPOSITION = str.maketrans({"ß": "ss", "ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "æ": "ae", "Æ": "AE", "œ": "oe"})
_THOUSANDS = " .,'’"
# Digits, or digits set off in threes (in India also in twos) by one and the same separator.
_GROUPED = re.compile(rf"\d+|\d{{1,3}}([{_THOUSANDS}])(?:\d{{2,3}}\1)*\d{{3}}")
_NUMBER_RUN = re.compile(r"\d[\d.,'’]*")
_SPACED_NUMBER = re.compile(r"(?<![\d.,])\d{1,3}(?: \d{3})+(?:[.,]\d{1,4})?(?!\d)")
_GAP = "[^A-Z0-9]{0,3}"
_SEPARATOR = r"\s?[./\-–\s,]\s?"
LONGEST_IDENTIFIER = 64
LONGEST_NUMBER = 40


def fold(text: str) -> str:
    """Lower case letters without accents, digits; every run of other characters is one space."""
    plain = unicodedata.normalize("NFKD", text.translate(_NO_DECOMPOSITION))
    return " ".join(re.findall(r"[^\W_]+", "".join(c for c in plain if not unicodedata.combining(c)).lower()))


def read_number(text: str) -> set[Decimal]:
    """Every magnitude that digits with separators can mean: `1.234` is 1234 in Berlin and 1.234 in London."""
    compact = text.strip(_THOUSANDS)
    readings: set[Decimal] = set()
    if len(compact) > LONGEST_NUMBER:
        return readings
    for mark in ".,":
        whole, _, fraction = compact.rpartition(mark)
        if fraction.isdecimal() and _GROUPED.fullmatch(whole):
            readings.add(Decimal(f"{_without_thousands(whole)}.{fraction}"))
    if _GROUPED.fullmatch(compact):
        readings.add(Decimal(_without_thousands(compact)))
    return readings


def _without_thousands(text: str) -> str:
    return re.sub(f"[{_THOUSANDS}]", "", text)


@dataclass(frozen=True)
class PrintedText:
    """The lines of a document's pages, top to bottom."""

    lines: tuple[str, ...]

    @classmethod
    def of_pages(cls, pages: Iterable[Page]) -> PrintedText:
        """Words to lines by height; what a second reader saw in place of a word is a line of its own."""
        lines: list[str] = []
        for page in pages:
            lines += [" ".join(word.text for word in line) for line in group_lines(page.words)]
            lines += [word.alternative for word in page.words if word.alternative]
        return cls(tuple(lines))

    @classmethod
    def of_lines(cls, lines: Iterable[str]) -> PrintedText:
        """The text itself."""
        return cls(tuple(lines))

    @cached_property
    def upper(self) -> str:
        """All lines in capitals, for identifiers."""
        return "\n".join(self.lines).upper()

    @cached_property
    def folded(self) -> str:
        """All lines folded, with a space at either end."""
        return f" {fold(' '.join(self.lines))} "

    @cached_property
    def words(self) -> frozenset[str]:
        """The folded words."""
        return frozenset(self.folded.split())

    @cached_property
    def numbers(self) -> frozenset[Decimal]:
        """Every magnitude that stands on the pages, in every reading."""
        texts = (unicodedata.normalize("NFKC", line) for line in self.lines)
        found = {text for line in texts for kind in (_NUMBER_RUN, _SPACED_NUMBER) for text in kind.findall(line)}
        return frozenset(number for text in found for number in read_number(text))

    @cached_property
    def lone_numbers(self) -> frozenset[Decimal]:
        """Magnitudes of words that are a number and nothing else, a per cent sign or brackets aside."""
        words = (word.strip("()%") for line in self.lines for word in line.split())
        return frozenset(number for word in words if _NUMBER_RUN.fullmatch(word) for number in read_number(word))

    @cached_property
    def _dates(self) -> str:
        plain = unicodedata.normalize("NFKD", "\n".join(self.lines).translate(_NO_DECOMPOSITION))
        return "".join(c for c in plain if not unicodedata.combining(c)).lower()

    def has_number(self, number: Decimal) -> bool:
        """Whether the magnitude is printed; signs are not compared, since credit notes print them either way."""
        return abs(number) in self.numbers

    def has_date(self, day: date) -> bool:
        """Whether the day is printed in figures or words, in any order of its parts."""
        return bool(_date_pattern(day).search(self._dates))

    def has_identifier(self, identifier: str) -> bool:
        """Whether letters and digits of the identifier stand there in order, at most three others between."""
        characters = re.findall(r"[A-Z0-9]", identifier.upper())[:LONGEST_IDENTIFIER]
        if not characters:
            return fold(identifier) in self.folded
        before, after = (r"\d" if end.isdigit() else "[A-Z]" for end in (characters[0], characters[-1]))
        pattern = rf"(?<!{before}){_GAP.join(characters)}(?!{after})"
        return bool(re.search(pattern, self.upper))

    def coverage(self, name: str) -> float:
        """The share of the name's words that are printed, in [0, 1]; 1 where the name stands as it is."""
        folded = fold(name)
        words = folded.split()
        if not words or f" {folded} " in self.folded or folded.replace(" ", "") in self.folded.replace(" ", ""):
            return 1.0
        return sum(word in self.words for word in words) / len(words)


def _date_pattern(day: date) -> re.Pattern[str]:
    d, m, y = f"0?{day.day}", f"0?{day.month}", f"(?:{day.year // 100})?{day.year % 100:02}"
    names = "|".join(sorted(MONTHS[day.month - 1], key=len, reverse=True))
    word = rf"(?:{names})\.?"
    ordinal = r"(?:\.|st|nd|rd|th|er|º|o)?"
    between = r"[\s./\-,]{0,3}(?:de |d'|of )?"
    alternatives = (
        rf"(?<!\d){d}{_SEPARATOR}{m}{_SEPARATOR}{y}(?!\d)",
        rf"(?<!\d){m}{_SEPARATOR}{d}{_SEPARATOR}{y}(?!\d)",
        rf"(?<!\d){y}{_SEPARATOR}{m}{_SEPARATOR}{d}(?!\d)",
        rf"(?<!\d){day:%Y%m%d}(?!\d)",
        rf"(?<!\d){day:%d%m%Y}(?!\d)",
        rf"(?<!\d){d}{ordinal}{between}{word}{between}{y}(?!\d)",
        rf"(?<![a-z]){word}{between}{d}{ordinal}{between}{y}(?!\d)",
        rf"(?<!\d){y}{between}{word}{between}{d}(?!\d)",
    )
    return re.compile("|".join(alternatives))


def group_lines(words: Sequence[Word]) -> list[list[Word]]:
    """Words in lines: a word belongs to a line when its middle lies within the line's last word's height."""
    lines: list[list[Word]] = []
    for word in sorted(words, key=lambda w: (w.box.middle, w.box.x0)):
        last = lines[-1][0].box if lines else None
        if last is not None and abs(word.box.middle - last.middle) <= max(last.height, word.box.height) * 0.4:
            lines[-1].append(word)
        else:
            lines.append([word])
    return [sorted(line, key=lambda w: w.box.x0) for line in lines]
