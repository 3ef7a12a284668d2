"""Search by words through the n-gram index: FTS5 on SQLite, pg_trgm on PostgreSQL, nothing where that is missing.

Words match anywhere inside other words. Several texts are asked one after the other, the most telling first; a text
that fills its limit is too common to say anything alone. Nothing is sorted, so that an answer costs milliseconds.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import TextClause, text
from sqlmodel import Session

from models.keys import folded_words, mark

GRAM = 3
_INDEXED = re.compile(r" INDEXED BY \w+")
MOST_GRAMS = 12  # n-grams of one text that are asked for
_SQLITE = text(
    "SELECT t.key FROM search_index JOIN search_text t ON t.id = search_index.rowid "
    "WHERE search_index MATCH :grams AND t.client_id = :client AND t.kind = :kind LIMIT :limit"
)
_POSTGRESQL = (
    "SELECT key FROM search_text WHERE client_id = :client AND kind = :kind AND words LIKE :mark{} LIMIT :limit"
)


@lru_cache(maxsize=64)
def statement(dialect: str, sql: str) -> TextClause:
    """A statement in which `:keys` is a list of any length: one text for the database, however many there are.

    `INDEXED BY` is SQLite's: without statistics, which nothing gathers there, it would go through a client's every row.

    >>> str(statement("postgresql", "SELECT 1 WHERE a IN :keys"))
    'SELECT 1 WHERE a = ANY(CAST(:keys AS VARCHAR[]))'
    """
    listed = "= ANY(CAST(:keys AS VARCHAR[]))" if dialect == "postgresql" else "IN (SELECT value FROM json_each(:keys))"
    return text((sql if dialect == "sqlite" else _INDEXED.sub("", sql)).replace("IN :keys", listed))


def ask(session: Session, sql: str, *, keys: Iterable[str] = (), **values: Any) -> Sequence[Any]:  # noqa: ANN401
    """Rows of a statement with its list of keys."""
    connection = session.connection()
    dialect = connection.dialect.name
    listed = sorted(keys)
    bound = {"keys": listed if dialect == "postgresql" else json.dumps(listed)} if ":keys" in sql else {}
    return connection.execute(statement(dialect, sql), values | bound).all()


def has_search_index(session: Session) -> bool:
    """Whether words can be searched: PostgreSQL may have refused the extension pg_trgm."""
    if session.get_bind().dialect.name == "sqlite":
        return True
    return bool(session.connection().execute(text("SELECT to_regclass('search_index') IS NOT NULL")).scalar())


def search(session: Session, client_id: str, kind: str, texts: Iterable[str], *, limit: int) -> Counter[str]:
    """Keys of the client's rows that hold all words of a text, with how many of the texts they hold."""
    found: Counter[str] = Counter()
    asked = [words for each in texts if (words := [word for word in folded_words(each) if len(word) >= GRAM])]
    if not asked or not has_search_index(session):
        return found
    for words in asked:
        found.update(_holding(session, client_id, kind, words, limit))
    return found


def _holding(session: Session, client_id: str, kind: str, words: Sequence[str], limit: int) -> set[str]:
    values = {"client": client_id, "kind": kind, "limit": limit}
    connection = session.connection()
    own = mark(client_id, kind)
    if connection.dialect.name == "sqlite":
        grams = _grams(own, 2) + _grams_of(words)
        asked = " AND ".join(f'"{gram}"' for gram in dict.fromkeys(grams))  # words hold letters and digits only
        return set(connection.execute(_SQLITE, values | {"grams": asked}).scalars())
    longest = sorted(dict.fromkeys(words), key=len, reverse=True)[: MOST_GRAMS // 2]
    likes = {f"w{number}": f"%{word}%" for number, word in enumerate(longest)}
    statement = text(_POSTGRESQL.format("".join(f" AND words LIKE :{name}" for name in likes)))
    return set(connection.execute(statement, values | likes | {"mark": f"{own}%"}).scalars())


def _grams_of(words: Sequence[str]) -> list[str]:
    """N-grams of the longest words, side by side rather than overlapping: fewer say the same."""
    grams = [gram for word in sorted(dict.fromkeys(words), key=len, reverse=True) for gram in _grams(word, MOST_GRAMS)]
    return grams[:MOST_GRAMS]


def _grams(word: str, most: int) -> list[str]:
    starts = [*range(0, len(word) - GRAM + 1, GRAM), len(word) - GRAM]
    return [word[at : at + GRAM] for at in dict.fromkeys(starts)][:most]
