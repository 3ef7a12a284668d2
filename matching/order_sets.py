"""The orders that an invoice is matched to: those it names, else the likeliest, and those that explain the rest.

An invoice may bill several orders without naming them all. Where what is open on some orders comes to its net total,
and their lines answer for all of its own, they are taken together; else orders of the same seller are added one by
one, as long as each explains enough of what is still without a link to pay for itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from matching.blocking import PRINTED
from matching.collective import (
    EXTRA_ORDER,
    MOST_SETS,
    POOL,
    is_overdrawn,
    is_split,
    leaves_nothing,
    nearness,
    number_weights,
    open_sum,
    set_weight,
    sums,
    wanted_sums,
)
from matching.comparisons import SAME_SELLER, best_citation, nearest_citation
from matching.line_sides import NO_ALIASES, Target
from matching.lines import ALL, LinkOptions, link_lines, targets_of
from matching.links import Link
from matching.outcome import LIKELY, NEAR
from matching.pricing import is_blanket, open_amount, order_total
from matching.score import Ranker, ScoredCandidate, score_candidate
from matching.small_costs import asks_for_nothing, is_small_cost
from matching.weights import probability_of
from models.aliases import Aliases
from models.invoice import InvoiceLine
from models.order import PurchaseOrder
from models.settings import MatchingSettings

MOST_ORDERS = 8
MOST_ALIKE = 3  # candidates one of which must be likely for a person to be asked
UNNAMED_ORDER = 2.0  # log2 odds that an order costs whose number is not given, though the sum of all is exact
TOLD_APART = 2.0  # log2 odds by their numbers from which orders are told apart without lines
MOST_PAIRS = 40_000  # pairs of lines that may be weighed for sets of orders: about a second
EXPLAINED = 0.9  # share of the invoice's lines that orders which it does not name must explain together


@dataclass(frozen=True, slots=True)
class Linking:
    """How the lines of one invoice are linked, whatever the order."""

    lines: tuple[InvoiceLine, ...]
    aliases: Aliases = NO_ALIASES
    options: LinkOptions = ALL
    is_return: bool = False

    def to(self, *orders: PurchaseOrder) -> tuple[Link, ...]:
        """The links to the lines of one order, or of several together."""
        targets = [target for order in orders for target in targets_of(order.order_number, order.lines)]
        return self._link(self.lines, targets)

    def rest(self, links: Sequence[Link], order: PurchaseOrder) -> tuple[Link, ...]:
        """Links of those lines that have none yet to a further order."""
        linked = {link.invoice_line for link in links}
        numbers = [at for at, _ in enumerate(self.lines, 1) if at not in linked]
        found = self._link([self.lines[at - 1] for at in numbers], targets_of(order.order_number, order.lines))
        return tuple(link._replace(invoice_line=numbers[link.invoice_line - 1]) for link in found)

    def _link(self, lines: Sequence[InvoiceLine], targets: Sequence[Target]) -> tuple[Link, ...]:
        return link_lines(lines, targets, aliases=self.aliases, options=self.options, is_return=self.is_return)

    def explained(self, links: Sequence[Link]) -> float:
        """The share of the invoice's lines, by amount and without freight, that the links cover; 1 without any."""
        amounts = {
            at: abs(float(line.net_amount or 0))
            for at, line in enumerate(self.lines, 1)
            if not asks_for_nothing(line) and not is_small_cost(line)
        }
        total = sum(amounts.values())
        covered = sum(amounts.get(link.invoice_line, 0.0) * link.coverage for link in links)
        return covered / total if total else 1.0


class Found(NamedTuple):
    """Candidates that were chosen, the likeliest first, with the links of the lines to all of them."""

    rows: tuple[ScoredCandidate, ...]
    links: tuple[Link, ...]
    probability: float
    is_certain: bool = True  # False: likely, but a person must say whether it is this one


def choose(scored: Sequence[ScoredCandidate], linking: Linking, settings: MatchingSettings) -> Found | None:
    """The orders that the invoice is matched to; None where no order is likely enough."""
    named = _named(scored)
    if named:
        found = _all_of(named, linking)
    elif scored and scored[0].candidate.probability >= settings.probability_threshold:
        found = _all_of(scored[:1], linking)
    else:
        return _unsure(scored, linking, settings)
    if not _is_explained(found, linking):
        together = _collective(scored, named, linking, settings)
        if together is None or (named and any(row.names_other for row in together.rows)):
            together = _with_rest(found, scored, linking)  # what is named is not doubted for a sum that happens to fit
        found = together
    is_told = not all(row.names_other for row in found.rows) and not _is_by_frame_alone(found)
    is_told = is_told and not _is_moved(found)
    return found._replace(is_certain=found.is_certain and is_told)


def _all_of(rows: Sequence[ScoredCandidate], linking: Linking) -> Found:
    """The lines linked to all of some orders together, the orders in the sequence in which the invoice names them."""
    orders = [row.pair.order for row in sorted(rows, key=_place)]
    links = (rows[0].pair.links or ()) if len(rows) == 1 else linking.to(*orders)
    return Found(tuple(rows), links, min(row.candidate.probability for row in rows))


def _unsure(scored: Sequence[ScoredCandidate], linking: Linking, settings: MatchingSettings) -> Found | None:
    """Where no order is likely enough by itself: several together, or one that a person must confirm."""
    together = _collective(scored, [], linking, settings) or _together(scored, linking, settings)
    if together is not None:
        return together
    likely = [row for row in scored[:MOST_ALIKE] if not _is_of_another(row) and _fits(row)]
    if scored[:1] == likely[:1] and sum(row.candidate.probability for row in likely) >= LIKELY:
        return Found((scored[0],), scored[0].pair.links or (), scored[0].candidate.probability, is_certain=False)
    other = next((row for row in scored if row.is_cited), None)  # the number is another supplier's: said as such
    return None if other is None else Found((other,), other.pair.links or (), other.candidate.probability)


def _is_of_another(row: ScoredCandidate) -> bool:
    return row.seller is not None and row.seller < SAME_SELLER


def _fits(row: ScoredCandidate) -> bool:
    """Whether anything but the seller speaks for an order: a line, or an amount that it has or had."""
    net, order = row.pair.invoice.net_total, row.pair.order
    most = order_total(order) if row.pair.invoice.is_credit_note else open_amount(order)
    return bool(row.pair.links) or (net is not None and abs(net) <= most)


def _is_by_frame_alone(found: Found) -> bool:
    """Whether goods of any kind were put on a frame that the invoice does not name: only a person can know."""
    is_named = any(nearness(row.pair) >= TOLD_APART for row in found.rows)
    return bool(found.links) and not is_named and all(is_blanket(link.target.line) for link in found.links)


def _is_moved(found: Found) -> bool:
    """Whether an order that nobody named takes the lines of a named one, so that the number may be a misread one."""
    linked = {link.target.order for link in found.links}
    is_idle = any(row.is_cited and row.pair.order.order_number not in linked for row in found.rows)
    return bool(linked) and is_idle and not all(row.is_cited for row in found.rows)


def _is_explained(found: Found, linking: Linking) -> bool:
    """Whether the orders answer for all that the invoice asks: line by line, or by its total where it has no lines."""
    invoice = found.rows[0].pair.invoice
    if linking.lines:
        return linking.explained(found.links) >= 1.0 and not is_overdrawn(invoice, found.links)
    net = invoice.net_total
    return net is None or abs(net) <= sum(open_amount(row.pair.order) for row in found.rows)


def _named(scored: Sequence[ScoredCandidate]) -> list[ScoredCandidate]:
    """For each number on the invoice the order that has it, exactly before nearly; named numbers before printed."""
    cited = [row for row in scored if row.is_cited and (row.seller is None or row.seller >= SAME_SELLER)]
    named = [row for row in cited if (row.number or 0.0) > PRINTED] or cited
    best: dict[str, ScoredCandidate] = {}
    for row in sorted(named, key=lambda row: (-(row.number or 0.0), -row.weight)):
        best.setdefault(best_citation(row.pair)[0], row)
    return sorted(best.values(), key=lambda row: -row.weight)


def _place(row: ScoredCandidate) -> int:
    """Where the invoice gives the order's number: lines usually follow in the same sequence."""
    texts = [citation.text for citation in row.pair.citations]
    text = nearest_citation(row.pair)[0]
    return texts.index(text) if text in texts else len(texts)


def _companions(first: ScoredCandidate, scored: Sequence[ScoredCandidate], linking: Linking) -> list[ScoredCandidate]:
    """Open orders of the first one's seller, in its currency, whose lines were compared and fit somewhere."""
    order = first.pair.order
    return [
        row
        for row in scored
        if row is not first
        and (row.pair.links or not linking.lines)
        and row.pair.order.status == "open"
        and row.pair.order.currency == order.currency
        and (row.seller or 0.0) >= SAME_SELLER
        and (row.pair.order.seller_id == order.seller_id)
    ]


def _collective(
    scored: Sequence[ScoredCandidate], named: Sequence[ScoredCandidate], linking: Linking, settings: MatchingSettings
) -> Found | None:
    """The orders, all that are named among them, on which just what the invoice bills is open."""
    if not scored or len(named) > POOL:
        return None
    first = named[0] if named else scored[0]
    pool = [*named, *(row for row in (first, *_companions(first, scored, linking)) if row not in named)][:POOL]
    amounts, fixed = [open_sum(row.pair.order) for row in pool], tuple(range(len(named)))
    if not all(amounts[at] for at in fixed):
        return None  # nothing is open on an order that the invoice names
    sets = {places for wanted in wanted_sums(first.pair.invoice) for places in sums(amounts, wanted, fixed)}
    near = [nearness(row.pair) for row in pool]
    told = sorted(sets, key=lambda places: (-sum(near[at] for at in places), places))
    told = told[: _affordable(len(linking.lines) * sum(len(row.pair.order.lines) for row in pool))]
    found = [each for places in told if (each := _weighed([pool[at] for at in places], linking, settings)) is not None]
    found.sort(key=lambda each: -each[0])
    if not found:
        return None
    is_alone = len(found) == 1 or found[0][0] - found[1][0] >= NEAR
    best = found[0][1]
    return best._replace(is_certain=best.is_certain and is_alone)


def _affordable(pairs: int) -> int:
    """How many sets are compared line by line: fewer where orders are long, but two, so that a rival is seen."""
    return max(2, min(MOST_SETS, MOST_PAIRS // max(1, pairs)))


def _weighed(rows: list[ScoredCandidate], linking: Linking, settings: MatchingSettings) -> tuple[float, Found] | None:
    """A set of orders with what speaks for it; None where its lines do not answer for the invoice's."""
    rows.sort(key=lambda row: -row.weight)
    pairs, orders = [row.pair for row in rows], [row.pair.order for row in sorted(rows, key=_place)]
    links, invoice = linking.to(*orders), rows[0].pair.invoice
    is_answered = linking.explained(links) >= EXPLAINED and not is_overdrawn(invoice, links)
    if linking.lines and not (is_answered and leaves_nothing(invoice, orders, links)):
        return None
    numbers = number_weights(pairs)
    unnamed = sum(weight < TOLD_APART for weight in numbers)
    weight = _weight_as_one(rows, links, settings.ranker) - UNNAMED_ORDER * max(0, unnamed - 1)
    is_told = not unnamed or bool(linking.lines and not is_split(links) and not any(row.names_other for row in rows))
    is_certain = is_told and probability_of(weight) >= settings.probability_threshold
    return set_weight(numbers, links), Found(tuple(rows), links, probability_of(weight), is_certain)


def _with_rest(found: Found, scored: Sequence[ScoredCandidate], linking: Linking) -> Found:
    """Lines without a link go to further orders of the seller; links that are there stay."""
    while len(found.rows) < MOST_ORDERS and linking.explained(found.links) < 1.0:
        others = [row for row in _companions(found.rows[0], scored, linking) if row not in found.rows]
        gains = [(sum(link.weight for link in links), links, row) for row in others
                 if (links := linking.rest(found.links, row.pair.order))]  # fmt: skip
        gains.sort(key=lambda each: -each[0])
        if not gains or gains[0][0] < EXTRA_ORDER:
            break
        if len(gains) > 1 and gains[0][0] - gains[1][0] < NEAR:
            break  # two orders could be meant: a person says which
        gain, links, row = gains[0]
        merged = sorted((*found.links, *links), key=lambda link: link.invoice_line)
        probability = min(found.probability, probability_of(gain - EXTRA_ORDER))
        found = Found((*found.rows, row), tuple(merged), probability)
    return found


def _together(scored: Sequence[ScoredCandidate], linking: Linking, settings: MatchingSettings) -> Found | None:
    """Orders none of which is likely alone, but which explain the invoice together."""
    if not scored or not scored[0].pair.links or (scored[0].seller or 0.0) < SAME_SELLER:
        return None
    rows: tuple[ScoredCandidate, ...] = (scored[0],)
    links, weight = scored[0].pair.links, scored[0].weight
    while len(rows) < MOST_ORDERS and linking.explained(links) < 1.0:
        others = [row for row in _companions(rows[0], scored, linking) if row not in rows]
        tried = [_joined((*rows, row), linking, settings.ranker) for row in others]
        best = max(tried, key=lambda each: each[0], default=None)
        if best is None or best[0] <= weight:
            break
        weight, links, rows = best
    probability = probability_of(weight)
    is_enough = probability >= settings.probability_threshold and linking.explained(links) >= EXPLAINED
    return Found(rows, links, probability) if len(rows) > 1 and is_enough else None


def _weight_as_one(rows: Sequence[ScoredCandidate], links: tuple[Link, ...], ranker: Ranker) -> float:
    """The weight of several orders as one order that has the lines of all."""
    orders = [row.pair.order for row in rows]
    whole = orders[0].model_copy(update={"lines": tuple(line for order in orders for line in order.lines)})
    return score_candidate(replace(rows[0].pair, order=whole, links=links), ranker).weight


def _joined(
    rows: tuple[ScoredCandidate, ...], linking: Linking, ranker: Ranker
) -> tuple[float, tuple[Link, ...], tuple[ScoredCandidate, ...]]:
    """Several orders weighed as one, at the price of each extra order."""
    links = linking.to(*(row.pair.order for row in rows))
    return _weight_as_one(rows, links, ranker) - EXTRA_ORDER * (len(rows) - 1), links, rows
