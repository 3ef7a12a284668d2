"""Words of a letterhead as a reader of pictures saw them, put right: torn ones joined, misread ones compared.

Such a reader tears wide letters apart (`PETAL ING`) and takes one sign for another (`FLEOR`). Two pieces become one
word where that is a word of addresses, or where the gap between them is narrower than the row's others and the second
goes on in small letters. A misread word is replaced only by a word of addresses that looks alike. Gaps are measured in
heights of the row. Born-digital text is left as it stands.

>>> mend("Fleor", 0.7), mend("Fleor", 0.99), mend("JIn", 0.99)
('Floor', 'Fleor', 'Jln')
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise

from extractors.fields.layout import WIDE_GAP, Row, Token
from extractors.fields.lexicon import squeeze

NARROW = 0.24  # heights: the gap of a torn word; a space is about 0.33
STEP = 0.12  # heights by which a torn word's gap is narrower than the row's others
SURE = 0.93  # confidence of a word that is not compared
UNSURE = 0.6  # confidence below which a second reader may be right
SHORT = 5  # letters; shorter words have too many neighbours
# Words in small letters that follow a name without being its end.
SMALL = frozenset(
    (
        "of", "and", "the", "at", "by", "in", "on", "to", "for", "der", "die", "das", "den", "dem", "des", "und", "am",
        "an", "im", "bei", "zum", "zur", "von", "vom", "de", "du", "la", "le", "les", "et", "sur", "sous", "en", "di",
        "da", "del", "della", "dei", "do", "dos", "el", "los", "las", "van", "op", "bin", "binti", "bhd", "sdn", "mbh",
        "co", "kg", "ag", "a", "all", "any", "with", "from", "your", "you", "we", "is", "or", "no",
    )
)  # fmt: skip
LOOKALIKE = frozenset(
    map(frozenset, ("eo", "co", "ce", "il", "it", "lt", "ij", "lj", "nh", "hb", "uv", "ft", "gq", "mn"))
)
PAIRS = (("ci", "g"), ("cl", "d"), ("rn", "m"), ("vv", "w"), ("lj", "u"), ("ii", "n"))
_FOLD = str.maketrans("1i0589", "llosbg")
_TO_DIGITS = str.maketrans("OoDQIl|SB", "0000111" + "58")
_CORE = re.compile(r"^(\W*)(.*?)(\W*)$", re.DOTALL)
_SDN = re.compile(r"\bS[A-Z0-9]N\.? ?B ?H ?D\b|\bSDN\.? ?(?:[BDHN80]{1,3} ?){1,2}(?=\.?\s*(?:\(|$))", re.IGNORECASE)


@lru_cache(maxsize=1)
def address_words() -> frozenset[str]:
    """Squeezed words of addresses and shop signs."""
    tables = tomllib.loads((files("extractors.fields") / "places.toml").read_text(encoding="utf-8"))
    return frozenset(squeeze(word) for table in tables.values() for group in table.values() for word in group)


@lru_cache(maxsize=1)
def _by_fold() -> dict[str, str]:
    """The words by what they look like when signs are mixed up."""
    return {word.translate(_FOLD): word for word in sorted(address_words())}


def line_text(row: Row) -> str:
    """A row's words with one space between them; a wide gap is no more than a space."""
    if all(token.confidence >= 1.0 for token in row.tokens):
        return " ".join(token.text for token in row.tokens)
    words = [mend(*piece) for piece in _joined([t for t in row.tokens if not _is_speck(t, row)], row.height)]
    return _SDN.sub(_formed, " ".join(_coded(words)))


def mend(word: str, confidence: float) -> str:
    """A word of addresses for a word that looks like one; else the word itself."""
    before, core, after = _groups(word)
    key = squeeze(core)
    if len(key) < 3 or key in address_words():
        return before + _styled(key, core) + after if re.search(r"\w[.,]\w", core) and len(key) >= SHORT else word
    odd = bool(re.search(r"[^\W\d_][01|][^\W\d_]|[A-Za-z]I[a-z]", core))
    folded = _by_fold().get(key.translate(_FOLD))
    if folded and (odd or (confidence < SURE and len(key) >= SHORT)):
        return before + _styled(folded, core) + after
    if confidence >= SURE or len(key) < SHORT or not core.isalpha():
        return word
    near = _near(key)
    return before + _styled(near, core) + after if near else word


@lru_cache(maxsize=4096)
def _near(key: str) -> str | None:
    """The one word that differs by letters that look alike."""
    words = address_words()
    swapped = {key.replace(pair, sign) for pair, sign in PAIRS if pair in key} & words
    found = swapped | {
        word
        for word in words
        if len(word) == len(key)
        and sum(a != b for a, b in zip(word, key, strict=True)) == 1
        and all(a == b or frozenset((a, b)) in LOOKALIKE for a, b in zip(word, key, strict=True))
    }
    return next(iter(found)) if len(found) == 1 else None


def _joined(tokens: Sequence[Token], height: float) -> Iterator[tuple[str, float]]:
    """The words of a row with their confidences, torn ones joined."""
    gaps = [(b.box.x0 - a.box.x1) / height for a, b in pairwise(tokens)]
    spaces = sorted(gap for gap in gaps if gap < WIDE_GAP)
    usual = spaces[len(spaces) // 2] if len(spaces) > 1 else 0.0
    text, confidence = "", 1.0
    spelled = _spelled(tokens, gaps)
    for i, token in enumerate(tokens):
        own = _likelier(token)
        following = tokens[i + 1].text if i + 1 < len(tokens) else ""
        if text and (spelled[i] or (gaps[i - 1] < WIDE_GAP and _is_torn(text, own, gaps[i - 1], usual, following))):
            text, confidence = text + own, min(confidence, token.confidence)
            continue
        if text:
            yield text, confidence
        text, confidence = own, token.confidence
    if text:
        yield text, confidence


def _is_torn(left: str, right: str, gap: float, usual: float, following: str) -> bool:
    """Whether two pieces are one word."""
    narrow = gap < NARROW and usual - gap > STEP
    if left.isdigit() and right.isdigit():
        return narrow and len(left) + len(right) == 5 and len(following) > 2 and following.isalpha()  # a postal code
    if not left.isalpha() or not right[0].isalpha():
        return False
    head = _groups(right)[1]
    words = address_words()
    key = squeeze(left + head)
    if len(key) >= SHORT - 1 and key in words:
        return not (squeeze(left) in words and squeeze(head) in words)
    goes_on = head.isalpha() and head.islower() and left[0].isupper() and left[1:] == left[1:].lower()
    if goes_on and not {head, squeeze(left)} & SMALL and squeeze(left) not in words:
        return narrow or (len(left) == 1 and gap < usual + STEP)
    return narrow and len(left) == 1 and len(head) > 2 and head.isalpha() and left.isupper() == head.isupper()


def _spelled(tokens: Sequence[Token], gaps: Sequence[float]) -> list[bool]:
    """For each token whether it goes on a word that is set in single letters: `F I VE` before a wide gap."""
    found = [False] * len(tokens)
    start = 0
    for i in range(1, len(tokens) + 1):
        if i == len(tokens) or gaps[i - 1] >= WIDE_GAP:
            run = tokens[start:i]
            if len(run) > 2 and all(t.text.isalpha() and len(t.text) < 3 for t in run):
                found[start + 1 : i] = [True] * (len(run) - 1)
            start = i
    return found


def _coded(words: Sequence[str]) -> Iterator[str]:
    """The words; a postal code before its town gets its digits back."""
    for word, following in pairwise([*words, ""]):
        digits = sum(map(str.isdigit, word))
        if len(word) == 5 and digits in (3, 4) and squeeze(following) in address_words():
            plain = word.translate(_TO_DIGITS)
            yield plain if plain.isdigit() else word
        else:
            yield word


def _likelier(token: Token) -> str:
    """The word as it is likelier meant.

    A doubtful Y or 8 alone is the `&` between two words; the second reader is believed where the first was unsure and
    put a letter among digits.
    """
    if token.text in ("Y", "8") and token.confidence < UNSURE:
        return "&"
    mixed = re.compile(r"\d[lI|]|[lI|]\d")
    doubtful = token.alternative and token.confidence < UNSURE and mixed.search(token.text)
    return token.alternative if doubtful and not mixed.search(token.alternative) else token.text


def _is_speck(token: Token, row: Row) -> bool:
    """One sign that the reader was unsure of, far from the row's other words: dirt."""
    if len(token.text) > 1 or token.confidence > UNSURE or len(row.tokens) < 2:
        return False
    others = [other.box for other in row.tokens if other is not token]
    return min(max(b.x0 - token.box.x1, token.box.x0 - b.x1) for b in others) > WIDE_GAP * row.height


def _formed(form: re.Match[str]) -> str:
    """A torn or misread `SDN BHD`; one that is right stays."""
    if squeeze(form[0]) == "sdnbhd" and " " not in form[0].rsplit(" ", 1)[-1] and len(form[0].split()) == 2:
        return form[0]
    return "Sdn Bhd" if any(c.islower() for c in form[0]) else "SDN BHD"


def _groups(word: str) -> tuple[str, str, str]:
    m = _CORE.match(word)
    return (m[1], m[2], m[3]) if m else ("", word, "")


def _styled(word: str, like: str) -> str:
    """In capitals, with a capital, or small, as the misread word was."""
    letters = [c for c in like if c.isalpha()]
    if sum(c.isupper() for c in letters) > len(letters) / 2 and len(letters) > 1 and letters[-1].isupper():
        return word.upper()
    return word.capitalize() if letters and letters[0].isupper() else word
