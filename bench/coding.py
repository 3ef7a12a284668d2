"""Posting proposals on made-up histories: how often the first and the first three accounts are right, by client size.

    python -m bench.coding [--seed 1] [--sizes 200 1000 5000 20000]

Suppliers sell one to four things that go to accounts of their own; wordings vary, a part of the invoices has no line
text, a tenth of the suppliers changes its account during the second half (drift), new suppliers come all the time, and
one line in fifty was posted wrongly. The history is cut at four fifths; later lines are coded in order, without
learning on the way. The rival is the account that the supplier had most often.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from learning.coding import train_coder
from matching.coding.words import seller_of
from models.coding import LineCoding, PostedLine, Posting

ITEMS = (
    "copy paper", "toner cartridge", "office chair", "desk lamp", "mobile plan", "landline rental", "data line",
    "electricity supply", "gas supply", "water supply", "office rent", "parking space", "cleaning service",
    "window cleaning", "security guard", "software licence", "cloud hosting", "domain name", "consulting day",
    "legal advice", "audit fee", "courier parcel", "pallet freight", "train ticket", "hotel night", "flight",
    "rental car", "fuel card", "vehicle repair", "tyre change", "machine repair", "spare part", "safety shoes",
    "work clothes", "training course", "trade fair stand", "printed flyer", "online advertising", "coffee beans",
    "insurance premium",
)  # fmt: skip
EXTRA = ("monthly", "contract", "north site", "south site", "standard", "premium", "basic", "delivery", "service", "")
FIRST_DAY = date(2024, 1, 1)
DAYS = 730


def make_history(count: int, seed: int) -> list[PostedLine]:
    """A client's posted lines over two years, in order of time."""
    rng = random.Random(f"{seed}:{count}")  # noqa: S311 - made-up data
    accounts = {item: f"6{number // 3:02}{rng.randrange(3)}00" for number, item in enumerate(ITEMS)}
    sellers = [_seller(rng, accounts, number) for number in range(max(8, count // 40))]
    lines = []
    for day in sorted(rng.randrange(DAYS) for _ in range(count)):
        known = sellers[: max(4, int(len(sellers) * (0.5 + day / DAYS / 2)))]  # new suppliers come in
        lines.append(_line(rng, rng.choice(known), day, len(lines), list(accounts.values())))
    return lines


def _seller(rng: random.Random, accounts: dict[str, str], number: int) -> dict[str, object]:
    things = rng.sample(ITEMS, rng.choice((1, 1, 1, 2, 2, 3, 4)))
    own = {item: accounts[item] if rng.random() < 0.8 else f"6{rng.randrange(15):02}{rng.randrange(3)}00"
           for item in things}  # fmt: skip
    drifts = rng.random() < 0.1
    return {"id": f"S{number}", "own": own, "change": rng.randrange(DAYS // 2, DAYS) if drifts else DAYS,
            "after": f"6{rng.randrange(15):02}900", "centre": f"C{rng.randrange(6)}", "mute": rng.random() < 0.2,
            "price": {item: rng.lognormvariate(4, 1) for item in things}}  # fmt: skip


def _line(rng: random.Random, seller: dict, day: int, number: int, accounts: Sequence[str]) -> PostedLine:  # type: ignore[type-arg]
    item = rng.choice(list(seller["own"]))
    account = seller["after"] if day >= seller["change"] else seller["own"][item]
    account = rng.choice(accounts) if rng.random() < 0.02 else account
    words = [item, rng.choice(EXTRA), f"{rng.randrange(1, 13):02}/{2024 + day // 365}"]
    rng.shuffle(words)
    return PostedLine(
        document=f"D{number}", at=FIRST_DAY + timedelta(days=day), seller_id=seller["id"],
        item_name=None if seller["mute"] else " ".join(words).upper() if rng.random() < 0.3 else " ".join(words),
        net_amount=Decimal(str(round(seller["price"][item] * rng.uniform(0.8, 1.25), 2))), vat_rate=Decimal(20),
        postings=(Posting(account=account, cost_centre=seller["centre"]),),
    )  # fmt: skip


def measure(history: Sequence[PostedLine]) -> dict[str, object]:
    """Figures on the last fifth, at most 2,000 lines of it."""
    cut = len(history) * 4 // 5
    begun = time.process_time()
    coder = train_coder(history[:cut])
    trained = time.process_time() - begun
    usual: dict[str, Counter[str]] = defaultdict(Counter)
    for line in history[:cut]:
        usual[seller_of(line)][line.accounts] += 1
    later = history[cut :: max(1, (len(history) - cut) // 2000)]
    begun = time.process_time()
    said = [(line, coder.propose_line(1, line)) for line in later]
    spent = time.process_time() - begun
    made = [(line, found) for line, found in said if found]
    right = sum(found.choices[0].account == line.accounts for line, found in made)
    third = sum(line.accounts in [choice.account for choice in found.choices] for line, found in made)
    rival = [usual[seller_of(line)].most_common(3) for line in later]
    rival_right = sum(bool(top) and top[0][0] == line.accounts for line, top in zip(later, rival, strict=True))
    rival_third = sum(line.accounts in [name for name, _ in top] for line, top in zip(later, rival, strict=True))
    return {
        "lines": len(history), "coded": len(later), "proposed": round(len(made) / len(later), 4),
        "top1": round(right / len(later), 4), "top3": round(third / len(later), 4),
        "top1_of_proposed": round(right / max(1, len(made)), 4),
        "usual_top1": round(rival_right / len(later), 4), "usual_top3": round(rival_third / len(later), 4),
        "calibration_error": round(calibration_error(made), 4), "train_seconds": round(trained, 2),
        "line_ms": round(1000 * spent / len(later), 2), "classifier": coder.linear.kind if coder.linear else "none",
        "blend": coder.blend,
    }  # fmt: skip


def calibration_error(made: Sequence[tuple[PostedLine, LineCoding]]) -> float:
    """Mean difference of stated probability and share of right answers over ten equal groups, weighed by size."""
    ranked = sorted(((found.probability, found.choices[0].account == line.accounts) for line, found in made))
    size = max(1, len(ranked) // 10)
    groups = [ranked[start : start + size] for start in range(0, len(ranked), size)]
    return sum(abs(sum(p for p, _ in each) - sum(is_right for _, is_right in each)) for each in groups) / len(ranked)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sizes", type=int, nargs="+", default=[200, 1000, 5000, 20_000])
    options = parser.parse_args()
    for size in options.sizes:
        print(json.dumps(measure(make_history(size, options.seed))))


if __name__ == "__main__":
    main()
