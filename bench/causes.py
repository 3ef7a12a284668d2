"""How often the cause of a correction is told rightly, with and without the words of the page.

    python -m bench.causes [--documents 150] [--json]

Corrections are made from the generator's documents, whose causes are known because we made the mistakes: a misread
letter on the page, another value of the page taken, a date or an amount understood otherwise, a value that only the
master data know, a supplier who prints it wrongly.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from random import Random

from learning.causes import Seen, propose, squeezed
from learning.material import Example, synthetic
from models.store.seen import texts_of
from sample_invoices.generator.training.noise import confuse

SEED = 77
CODES = ("invoice_number", "order_reference", "seller_vat_id", "iban")
AMOUNTS = ("gross_total", "net_total", "tax_total")
DATES = ("issue_date", "due_date")
Words = tuple[str, ...]


def printed(example: Example, term: str) -> str:
    """What stands at a value's first place; empty where it is not marked or is many words."""
    number, box = next(iter(example.marks.get(term, ())), (0, None))
    if box is None:
        return ""
    inside = [
        word.text
        for page in example.pages
        if page.number == number
        for word in page.words
        if box.y0 - 1 <= word.box.middle <= box.y1 + 1 and box.x0 - 1 <= word.box.x0 and word.box.x1 <= box.x1 + 1
    ]
    return " ".join(inside)


def ocr(example: Example, words: Words, rng: Random) -> Seen | None:
    """A letter of a number was misread, everywhere where it stands."""
    term = rng.choice([*CODES, *AMOUNTS])
    true, raw = example.fields.get(term), printed(example, term)
    wrong = confuse(raw, 0.12, rng)
    if not true or not raw or wrong == raw or squeezed(wrong) == squeezed(raw):
        return None
    changed = tuple(part for word in words for part in ([word] if word not in raw.split() else []))
    return Seen(term, squeezed(wrong), true, wrong, "ppocr", (), (*changed, *wrong.split()))


def label(example: Example, words: Words, rng: Random) -> Seen | None:
    """Another value of the page was taken."""
    kind = rng.choice([AMOUNTS, DATES, CODES[:2]])
    there = [term for term in kind if example.fields.get(term) and printed(example, term)]
    if len(there) < 2:
        return None
    term, other = rng.sample(there, 2)
    before, after = example.fields[other], example.fields[term]
    reader = rng.choice(["text", "ppocr"])
    return None if before == after else Seen(term, before, after, printed(example, other), reader, (), words)


def parse(example: Example, words: Words, rng: Random) -> Seen | None:
    """Day and month, or the marks of an amount, were taken for each other."""
    term = rng.choice([*DATES, *AMOUNTS])
    true, raw = example.fields.get(term), printed(example, term)
    if not true or not raw:
        return None
    if term in DATES:
        year, month, day = true.split("-")
        plain = any(char.isalpha() for char in raw)
        return (
            None
            if plain or month == day or int(day) > 12
            else Seen(term, f"{year}-{day}-{month}", true, raw, "text", (), words)
        )
    if "." not in true or not true.endswith(raw[-2:]):
        return None
    return Seen(term, true.replace(".", ""), true, raw, "text", (), words)


def master_data(example: Example, words: Words, rng: Random) -> Seen | None:
    """The right account is known, and not printed."""
    known = f"DE{rng.randrange(10**19, 10**20)}"
    before = example.fields.get("iban")
    return Seen(
        "iban", before, known, printed(example, "iban"), "text" if before else "", (), words, frozenset({known})
    )


def supplier_fault(example: Example, words: Words, rng: Random) -> Seen | None:
    """The page says what was read; the person asked the supplier."""
    term, reader = rng.choice(AMOUNTS + CODES[:2]), rng.choice(["text", "ppocr"])
    before, raw = example.fields.get(term), printed(example, term)
    after = f"{rng.randrange(10**5, 10**6)}.77" if term in AMOUNTS else f"ZX{rng.randrange(10**6, 10**7)}"
    return Seen(term, before, after, raw, reader, (), words) if before and raw else None


MISTAKES: dict[str, Callable[[Example, Words, Random], Seen | None]] = {
    "ocr": ocr, "label": label, "parse": parse, "master_data": master_data, "supplier_fault": supplier_fault,
}  # fmt: skip


def corrections(documents: int) -> Iterator[tuple[str, Seen]]:
    """Each made correction with its cause."""
    for example in synthetic(SEED, documents, misread=0.0):
        words = texts_of(example.pages)
        for cause, make in MISTAKES.items():
            made = make(example, words, Random(f"{example.name}:{cause}"))  # noqa: S311 - a lot, no secret
            if made is not None:
                yield cause, made


def measure(documents: int) -> dict[str, object]:
    """The share told rightly, over all and by cause, and what was said instead."""
    told: dict[str, object] = {}
    found = list(corrections(documents))
    for name, words in (("with_words", True), ("without_words", False)):
        said = [(cause, propose(seen if words else replace(seen, words=()))) for cause, seen in found]
        by_cause = {
            cause: round(sum(one == other for one, other in said if one == cause) / max(1, count), 3)
            for cause, count in Counter(cause for cause, _ in found).items()
        }
        wrong = Counter(f"{one} as {other}" for one, other in said if one != other)
        told[name] = {"corrections": len(said), "right": round(sum(a == b for a, b in said) / max(1, len(said)), 4),
                      "by_cause": by_cause, "wrong": dict(wrong.most_common(6))}  # fmt: skip
    return told


def main() -> int:
    """Run the bench."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=150, help="of the generator")
    parser.add_argument("--json", action="store_true", help="figures alone")
    options = parser.parse_args()
    print(json.dumps(measure(options.documents), indent=None if options.json else 1))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
