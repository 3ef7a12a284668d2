"""Which orders are worth comparing with an invoice, among millions, in milliseconds: the union of small blocks.

Each block is a question that one index answers, with a limit; what they bring is weighed by a cheap score, and only the
best are loaded with their lines. Where the near blocks settle the matter, the far ones are not asked.

| block | finds |
|---|---|
| number | the number, one edit away, or with something run into it |
| seller and amount | no number needed |
| seller's newest | neither number nor amount |
| seller's numbers | up to three edits away, or cut, among the supplier's newest open orders |
| amount | no supplier needed |
| cut | the number without its beginning or its end |
| two digits | two wrong digits, and no supplier |
| words | what the lines say, through the n-gram index |
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import OSA
from sqlmodel import Session

from models.lookup import OrderQuery
from models.number_edits import number_parts, number_variants, two_digit_variants
from models.order import PurchaseOrder
from models.store.master import load_orders
from models.store.search import ask, search

LIMIT, LIMIT_SETTLED = 60, 25  # orders that are loaded, and those where one fits in every respect
EXACT, VARIANTS, CUT, NEAREST, RECENT, WORDS = 40, 150, 40, 40, 30, 60  # rows of one block
OWN_NUMBERS = 3000  # newest open orders of a supplier whose numbers are compared one by one
SHORTEST_CUT = 4  # characters of a number that is looked up by its beginning or its end
SURE_KEYS = 3  # numbers of the invoice, the surest first, that are varied
EDITS = 3
AMOUNT_SHARE = 0.02
FEW = 3  # orders of one supplier and amount
_LAST = "\U0010ffff"
_OWN_KEY = "sqlite_autoindex_purchase_order_1"  # of the primary key
_ORDERS = (
    "SELECT order_number, canonical_number, seller_id, net_cents, status, order_date "
    "FROM purchase_order INDEXED BY {} WHERE client_id = :client AND {} LIMIT :limit"
)


class Found(NamedTuple):
    """What is known of an order before its lines are loaded."""

    order_number: str
    canonical: str
    seller_id: str | None
    net_cents: int | None
    status: str
    order_date: date | None


def candidate_orders(
    session: Session, client_id: str, query: OrderQuery, *, limit: int = LIMIT
) -> tuple[PurchaseOrder, ...]:
    """The client's orders that an invoice may belong to, with their lines, the likeliest first; at most `limit`."""
    book = _Book(session, client_id)
    found = {row.order_number: row for block in _NEAR for row in block(book, query)}
    votes: Counter[str] = Counter()
    is_settled = _is_settled(found.values(), query)
    if not is_settled:
        found |= {row.order_number: row for block in _FAR for row in block(book, query)}
        votes = search(session, client_id, "order", _texts(query), limit=WORDS)
        missing = [number for number, _ in votes.most_common(WORDS) if number not in found]
        found |= {row.order_number: row for row in book.ask(_OWN_KEY, "order_number IN :keys", WORDS, keys=missing)}
    ranked = sorted(found.values(), key=lambda row: (-_score(row, query, votes), row.order_number))
    best = ranked[: min(limit, LIMIT_SETTLED) if is_settled else limit]
    return load_orders(session, client_id, [row.order_number for row in best])


class _Book:
    """One client's orders, asked through their indexes."""

    def __init__(self, session: Session, client_id: str) -> None:
        self._session, self._client_id = session, client_id

    def ask(self, index: str, where: str, limit: int, *, keys: Iterable[str] = (), **values: Any) -> list[Found]:  # noqa: ANN401
        """At most `limit` orders, by one index; `where` is a text of this module, never of a document."""
        sql = _ORDERS.format(index, where)
        rows = ask(self._session, sql, keys=keys, client=self._client_id, limit=limit, **values)
        return [Found(row[0], row[1], row[2], row[3], row[4], _day(row[5])) for row in rows]

    def numbered(self, keys: Iterable[str], limit: int) -> list[Found]:
        """Orders with one of these canonical numbers."""
        wanted = frozenset(keys)
        return self.ask("order_canonical", "canonical_number IN :keys", limit, keys=wanted) if wanted else []

    def nearest(self, cents: int, index: str, where: str = "", **values: Any) -> list[Found]:  # noqa: ANN401
        """Orders of about this net amount, the nearest on either side."""
        slack = max(1, abs(cents) * 2 // 100)
        within = f"{where}net_cents BETWEEN :low AND :high ORDER BY net_cents"
        above = self.ask(index, within, NEAREST, low=cents, high=cents + slack, **values)
        return above + self.ask(index, f"{within} DESC", NEAREST, low=cents - slack, high=cents - 1, **values)


def _day(value: Any) -> date | None:  # noqa: ANN401 - text on SQLite, a date on PostgreSQL
    return date.fromisoformat(value) if isinstance(value, str) else value


def _exact(book: _Book, query: OrderQuery) -> list[Found]:
    return book.numbered(query.keys, EXACT)


def _near_numbers(book: _Book, query: OrderQuery) -> list[Found]:
    """One edit away, or what is left without what ran into the number."""
    near = (variants(key) for key in query.keys[:SURE_KEYS] for variants in (number_variants, number_parts))
    return book.numbered(frozenset[str]().union(*near), VARIANTS)


def _seller_and_amount(book: _Book, query: OrderQuery) -> list[Found]:
    if query.seller_id is None or query.net_cents is None:
        return []
    return book.nearest(query.net_cents, "order_seller_amount", "seller_id = :seller AND ", seller=query.seller_id)


def _sellers_newest(book: _Book, query: OrderQuery) -> list[Found]:
    """The supplier's newest open orders, and a few of those that are closed: to be told so is better than nothing."""
    if query.seller_id is None:
        return []
    where = "seller_id = :seller AND status = :status ORDER BY order_date DESC"
    return [row for status, count in (("open", RECENT), ("closed", RECENT // 3), ("cancelled", RECENT // 3))
            for row in book.ask("order_seller", where, count, seller=query.seller_id, status=status)]  # fmt: skip


def _sellers_numbers(book: _Book, query: OrderQuery) -> list[Found]:
    """The supplier's orders whose numbers are up to three edits away, or hold or are held by one of the invoice's."""
    if query.seller_id is None or not query.keys:
        return []
    newest = "seller_id = :seller AND status = 'open' ORDER BY order_date DESC"
    rows = book.ask("order_seller", newest, OWN_NUMBERS, seller=query.seller_id)
    numbers = [row.canonical for row in rows]
    near: dict[int, None] = {}
    for key in query.keys[:SURE_KEYS]:
        hits = process.extract(key, numbers, scorer=OSA.distance, score_cutoff=min(EDITS, len(key) // 2), limit=NEAREST)
        near |= dict.fromkeys(at for _, _, at in hits)
        near |= dict.fromkeys(at for at, number in enumerate(numbers) if _holds(key, number) or _holds(number, key))
    return [rows[at] for at in near][: 4 * NEAREST]


def _holds(long: str, short: str) -> bool:
    return len(short) >= SHORTEST_CUT and short in long


def _amount_alone(book: _Book, query: OrderQuery) -> list[Found]:
    return book.nearest(query.net_cents, "order_amount") if query.net_cents is not None else []


def _cut(book: _Book, query: OrderQuery) -> list[Found]:
    """The number without its beginning or its end."""
    return [
        row
        for key in query.keys[:2] if len(key) >= SHORTEST_CUT
        for index, column, start in (("order_canonical", "canonical_number", key),
                                     ("order_reversed", "reversed_number", key[::-1]))
        for row in book.ask(index, f"{column} >= :start AND {column} < :stop", CUT, start=start, stop=start + _LAST)
    ]  # fmt: skip


def _two_digits(book: _Book, query: OrderQuery) -> list[Found]:
    """For want of a supplier among whose orders to look."""
    if query.seller_id is not None or not query.keys:
        return []
    return book.numbered(two_digit_variants(query.keys[0]), CUT)


Block = Callable[[_Book, OrderQuery], list[Found]]
_NEAR: tuple[Block, ...] = (_exact, _near_numbers, _seller_and_amount, _sellers_newest)
_FAR: tuple[Block, ...] = (_sellers_numbers, _amount_alone, _cut, _two_digits)


def _is_settled(found: Iterable[Found], query: OrderQuery) -> bool:
    """Whether an order fits in number, supplier and amount, and not one of so many that others may be hidden.

    Where the paper has no number, supplier and amount are enough if few orders share them.
    """
    if query.seller_id is None:
        return False
    fitting = [row for row in found if row.seller_id == query.seller_id and _amount_fit(row, query) >= 1.0]
    if not query.keys:
        return 0 < len(fitting) <= FEW
    named = [row for row in fitting if any(_number_fit(key, row.canonical) > 0 for key in query.keys)]
    return bool(named) and (len(fitting) < NEAREST // 2 or any(row.canonical in query.keys for row in named))


def _texts(query: OrderQuery) -> tuple[str, ...]:
    """What to search for: each line beside the seller's name, then each line alone."""
    lines = query.texts[:4]
    seller = query.seller_name or ""
    return (*(f"{seller} {line}" for line in lines if seller), *lines) if lines else (seller,) if seller else ()


def _score(row: Found, query: OrderQuery, votes: Counter[str]) -> float:
    """How much speaks for an order before its lines are known: number, amount, supplier, words, state and date."""
    number = max((_number_fit(key, row.canonical) for key in query.keys), default=0.0)
    seller = 0.0 if query.seller_id is None or row.seller_id is None else 3.0 if _is_seller(row, query) else -3.0
    is_later = query.issue_date is not None and row.order_date is not None and row.order_date > query.issue_date
    return (5.0 * number + 4.0 * _amount_fit(row, query) + seller + min(votes[row.order_number], 4) * 0.75
            + 0.5 * (row.status == "open") - 1.0 * is_later)  # fmt: skip


def _is_seller(row: Found, query: OrderQuery) -> bool:
    return row.seller_id == query.seller_id


def _amount_fit(row: Found, query: OrderQuery) -> float:
    """1 for an amount within two per mille, falling to 0 at two per cent."""
    if row.net_cents is None or query.net_cents is None:
        return 0.0
    gap = abs(row.net_cents - query.net_cents) / max(1, abs(query.net_cents))
    return max(0.0, 1.0 - max(0.0, gap - AMOUNT_SHARE / 10) / AMOUNT_SHARE)


def _number_fit(key: str, canonical: str) -> float:
    if key == canonical:
        return 1.0
    short, long = sorted((key, canonical), key=len)
    if len(short) >= SHORTEST_CUT and (long.startswith(short) or long.endswith(short)):
        return 0.8
    if len(short) > SHORTEST_CUT and short in long:
        return 0.7
    edits = OSA.distance(key, canonical, score_cutoff=EDITS)
    return max(0.0, 1.0 - edits / max(5, len(long))) * 0.9 if edits <= EDITS else 0.0
