"""What a view of the output tables is made of, and the statements that make and read it on either database.

>>> net = ViewColumn("net", "amount", "i.net", "BT-109")
>>> shown = View("v1_x", (net,), "i", ("net",), "An example", signed=("net",))
>>> [*create_statements("postgresql", (shown,))][0]
'CREATE VIEW v1_x AS SELECT i.net * p.sign AS "net" FROM i'
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, NamedTuple

from models.invoice import Term
from models.money import MINOR_UNITS

ColumnKind = Literal["text", "date", "amount", "number", "instant", "integer", "share"]

KINDS: dict[str, ColumnKind] = {"date": "date", "amount": "amount", "number": "number"}  # all other terms are text


class ViewColumn(NamedTuple):
    """A column: its name, what it holds, the expression it comes from, and what it means."""

    name: str
    kind: ColumnKind
    source: str
    comment: str


class View(NamedTuple):
    """A view: its columns, what follows FROM, and the columns by which its rows are ordered for a reader."""

    name: str
    columns: tuple[ViewColumn, ...]
    origin: str
    order: tuple[str, ...]
    comment: str
    signed: tuple[str, ...] = ()  # columns that are multiplied by `p.sign`

    @property
    def names(self) -> frozenset[str]:
        """The names of its columns."""
        return frozenset(column.name for column in self.columns)


def term_columns(terms: Mapping[str, Term], alias: str) -> tuple[ViewColumn, ...]:
    """A column for each business term, with its number as the comment."""
    return tuple(
        ViewColumn(name, KINDS.get(term.kind, "text"), f"{alias}.{name}", term.bt) for name, term in terms.items()
    )


def plain_columns(alias: str, *rows: tuple[str, ColumnKind, str]) -> tuple[ViewColumn, ...]:
    """Columns that are called as in their table."""
    return tuple(ViewColumn(name, kind, f"{alias}.{name}", comment) for name, kind, comment in rows)


def cases(source: str, answers: Mapping[str, str | int], other: str | int) -> str:
    """CASE as an expression: which answer a value has.

    >>> cases("c", {"JPY": 0}, 2)
    "CASE c WHEN 'JPY' THEN 0 ELSE 2 END"
    """
    whens = " ".join(f"WHEN '{value}' THEN {_literal(answer)}" for value, answer in answers.items())
    return f"CASE {source} {whens} ELSE {_literal(other)} END"


def minor_units(source: str) -> str:
    """How many decimals the currency in a column has (ISO 4217)."""
    return cases(source, MINOR_UNITS, 2)


def in_minor_units(amount: str, currency: str) -> str:
    """An amount as a whole number of cents: exact up to 90 trillion, also where the database sums in floats."""
    factors = {code: 10**digits for code, digits in MINOR_UNITS.items()}
    return f"CAST(round({amount} * {cases(currency, factors, 100)}) AS BIGINT)"


def create_statements(dialect: str, views: Iterable[View]) -> Iterator[str]:
    """The statements that create the views on `sqlite` or `postgresql`, with comments where the database keeps them."""
    for view in views:
        chosen = ", ".join(f'{_expression(view, column, dialect)} AS "{column.name}"' for column in view.columns)
        yield f"CREATE VIEW {view.name} AS SELECT {chosen} FROM {view.origin}"  # noqa: S608 - names of our own
        if dialect == "postgresql":
            yield f"COMMENT ON VIEW {view.name} IS '{escaped(view.comment)}'"
            for column in view.columns:
                yield f"COMMENT ON COLUMN {view.name}.\"{column.name}\" IS '{escaped(column.comment)}'"


def _expression(view: View, column: ViewColumn, dialect: str) -> str:
    """What a column shows. On SQLite amounts are text: their sign is turned as text, so that no cent is lost."""
    source = column.source
    if column.name not in view.signed:
        return source
    if dialect == "postgresql" or column.kind == "integer":
        return f"{source} * p.sign"
    return (
        f"CASE WHEN p.sign > 0 OR CAST({source} AS REAL) = 0 THEN {source} "
        f"WHEN {source} LIKE '-%' THEN substr({source}, 2) ELSE '-' || {source} END"
    )


def select_statement(view: View) -> str:
    """All columns of a view in their order, for one client (`:client`, all where it is null) from `:after` on."""
    chosen = ", ".join(f'"{column.name}"' for column in view.columns)
    order = ", ".join(f'"{name}"' for name in view.order)
    client = "client_id = :client" if "client_id" in view.names else "CAST(:client AS VARCHAR) IS NOT NULL"
    after = " AND change_seq > :after" if "change_seq" in view.names else ""
    where = f"({client} OR CAST(:client AS VARCHAR) IS NULL){after}"
    return f"SELECT {chosen} FROM {view.name} WHERE {where} ORDER BY {order}"  # noqa: S608 - names of our own


def escaped(text: str) -> str:
    """A text as it stands between the quotes of a statement."""
    return text.replace("'", "''")


def _literal(value: str | int) -> str:
    return str(value) if isinstance(value, int) else f"'{escaped(value)}'"
