"""A proposal for each line: the account by neighbours and classifier together, the rest as the nearest ones had it.

Nothing is proposed where nothing alike was ever posted, or where the probability would be below LEAST: an empty field
costs a clerk a look, a wild one costs the books.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import exp, log

from matching.coding.linear import LinearModel
from matching.coding.neighbours import History, Neighbour, votes
from models.coding import AccountChoice, CodingExample, CodingLine, CodingProposal, LineCoding, Posting

ALIKE = 0.30  # likeness below which a posted line says nothing
LEAST = 0.25
SHOWN = 3
DOUBT = 0.3  # weight of an account that no neighbour had: one example alone proves less than ten
_EDGE = 1e-4  # probabilities stay this far from 0 and 1


@dataclass(frozen=True, slots=True)
class Coder:
    """A client's history with the classifier made from it.

    `blend` is the classifier's part of the mixture; `scale` (intercept, of the log odds, of the likeness) turns the
    mixture's best value into the probability of being right, as later lines of the history showed it.
    """

    history: History
    linear: LinearModel | None
    blend: float
    scale: tuple[float, float, float]
    version: str = ""

    def propose(self, lines: Sequence[CodingLine]) -> CodingProposal:
        """Proposals for the lines of one invoice."""
        found = (self.propose_line(number, line) for number, line in enumerate(lines, 1))
        return CodingProposal(lines=tuple(each for each in found if each is not None),
                              history=len(self.history.lines), version=self.version)  # fmt: skip

    def propose_line(self, number: int, line: CodingLine) -> LineCoding | None:
        """The proposal for one line; None where there is none to make."""
        near = [each for each in self.history.alike(line) if each.likeness >= ALIKE]
        if not near:
            return None
        ranked = self.rank(line, near)
        accounts, share = ranked[0]
        probability = self.probability(doubted(share, near), max(each.likeness for each in near))
        if probability < LEAST:
            return None
        having = [each for each in near if each.line.accounts == accounts]
        rest = (1 - probability) / (1 - share) if share < 1 else 0.0  # what is not the first's is the others', in parts
        others = tuple(AccountChoice(account=name, probability=round(part * rest, 4)) for name, part in ranked[1:SHOWN])
        return LineCoding(
            invoice_line=number, postings=template(having), probability=round(probability, 4),
            choices=(AccountChoice(account=accounts, probability=round(probability, 4)), *others),
            examples=tuple(_example(each) for each in having[:SHOWN]),
        )  # fmt: skip

    def rank(self, line: CodingLine, near: Sequence[Neighbour]) -> list[tuple[str, float]]:
        """Sets of accounts with their part of the mixture, best first."""
        mixed = mix(votes(near), self.linear.probabilities(line) if self.linear else {}, self.blend)
        return sorted(mixed.items(), key=lambda row: (-row[1], row[0]))

    def probability(self, share: float, likeness: float) -> float:
        """The calibrated probability that the best account, by its doubted share, is the right one."""
        start, by_odds, by_likeness = self.scale
        return 1 / (1 + exp(-(start + by_odds * log_odds(share) + by_likeness * likeness)))


def mix(near: dict[str, float], linear: dict[str, float], blend: float) -> dict[str, float]:
    """The mixture of both, over the accounts that neighbours had: without an example nothing is proposed.

    >>> mix({"606": 0.75, "615": 0.25}, {"606": 0.5, "615": 0.5}, 0.5)
    {'606': 0.625, '615': 0.375}
    """
    if not linear or not blend:
        return near
    raw = {name: (1 - blend) * share + blend * linear.get(name, 0.0) for name, share in near.items()}
    total = sum(raw.values())
    return {name: share / total for name, share in raw.items()}


def doubted(share: float, near: Sequence[Neighbour]) -> float:
    """A share of the votes, less what DOUBT takes of it where few or old examples vote."""
    weight = sum(each.weight for each in near)
    return share * weight / (weight + DOUBT)


def log_odds(share: float) -> float:
    """Natural log odds, kept from running away at 0 and 1."""
    kept = min(max(share, _EDGE), 1 - _EDGE)
    return log(kept / (1 - kept))


def template(near: Sequence[Neighbour]) -> tuple[Posting, ...]:
    """The postings that weigh most among lines of the same accounts; shares are those of the heaviest line with it."""
    weights: dict[str, float] = defaultdict(float)
    first: dict[str, tuple[Posting, ...]] = {}
    for each in near:
        key = _key(each.line.postings)
        weights[key] += each.weight
        first.setdefault(key, each.line.postings)
    best = max(weights, key=lambda key: weights[key], default="")
    return _to_hundred(first.get(best, ()))


def _key(postings: Sequence[Posting]) -> str:
    return repr(sorted((row.account, row.cost_centre or "", row.tax_code or "") for row in postings))


def _to_hundred(postings: tuple[Posting, ...]) -> tuple[Posting, ...]:
    """Shares that add up to 100 per cent: the last takes what rounding left."""
    total = sum((row.share for row in postings), Decimal(0))
    if not postings or not total:
        return postings
    shares = [(row.share * 100 / total).quantize(Decimal("0.01")) for row in postings]
    shares[-1] = 100 - sum(shares[:-1], Decimal(0))
    return tuple(row.model_copy(update={"share": share}) for row, share in zip(postings, shares, strict=True))


def _example(near: Neighbour) -> CodingExample:
    line = near.line
    text = " · ".join(part for part in (line.seller_name, line.item_name) if part)
    return CodingExample(document=line.document, at=line.at, text=text[:200], account=line.accounts)
