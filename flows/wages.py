"""The file of wage floors: what an hour must pay at least, by region and from which day, with where it is written.

CSV, UTF-8: region (ISO 3166, e.g. FR or TN-11), valid_from (ISO date), hourly, currency (ISO 4217), source. No wage is
shipped: whoever runs the office enters those that hold, with their source.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from models.tables import WageFloorRow

COLUMNS = ("region", "valid_from", "hourly", "currency", "source")
MOST_BYTES, HIGHEST = 2**20, Decimal(100_000)
_REGION, _CURRENCY = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?"), re.compile(r"[A-Z]{3}")


class Problem(NamedTuple):
    """A row that cannot be taken."""

    line: int
    reason: str


def read_floors(content: bytes, *, actor: str, at: datetime) -> tuple[list[WageFloorRow], list[Problem]]:
    r"""The rows of a file, and what is wrong with the others.

    >>> good, bad = read_floors(b"region,valid_from,hourly,currency,source\nXA,2026-01-01,12,EUR,law 1\nX,,,,\n",
    ...                         actor="a", at=datetime(2026, 1, 1))
    >>> good[0].hourly, bad
    (Decimal('12'), [Problem(line=3, reason='X is no region (ISO 3166)')])
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return [], [Problem(1, "the file is not UTF-8")]
    if len(content) > MOST_BYTES:
        return [], [Problem(1, "the file is too big")]
    rows = csv.DictReader(io.StringIO(text), delimiter=";" if ";" in text.partition("\n")[0] else ",")
    if missing := [name for name in COLUMNS if name not in (rows.fieldnames or ())]:
        return [], [Problem(1, f"there is no column {', '.join(missing)}")]
    good: dict[tuple[str, date], WageFloorRow] = {}
    bad = []
    try:
        for row in rows:
            try:
                floor = _floor(row, actor, at)
            except ValueError as error:
                bad.append(Problem(rows.line_num, str(error)))
                continue
            if (floor.region, floor.valid_from) in good:
                bad.append(Problem(rows.line_num, f"{floor.region} has a wage from {floor.valid_from} already"))
                continue
            good[floor.region, floor.valid_from] = floor
    except csv.Error as error:
        bad.append(Problem(rows.line_num + 1, f"the file is no CSV from here on: {error}"))
    return list(good.values()), bad


def _floor(row: Mapping[str, str | None], actor: str, at: datetime) -> WageFloorRow:
    cells = {name: (row.get(name) or "").strip() for name in COLUMNS}
    if not _REGION.fullmatch(cells["region"]):
        raise ValueError(f"{cells['region'][:20]} is no region (ISO 3166)")
    if not _CURRENCY.fullmatch(cells["currency"]):
        raise ValueError(f"{cells['currency'][:20]} is no currency (ISO 4217)")
    if not cells["source"]:
        raise ValueError("a wage without its source is not taken")
    try:
        hourly = Decimal(cells["hourly"].replace(",", "."))
    except InvalidOperation:
        raise ValueError(f"{cells['hourly'][:20]} is no amount") from None
    if not hourly.is_finite() or not 0 < hourly < HIGHEST:
        raise ValueError(f"{cells['hourly'][:20]} is no hourly wage")
    try:
        since = date.fromisoformat(cells["valid_from"])
    except ValueError:
        raise ValueError(f"{cells['valid_from'][:20]} is no date (YYYY-MM-DD)") from None
    return WageFloorRow(region=cells["region"], valid_from=since, hourly=hourly, currency=cells["currency"],
                        source=cells["source"][:500], actor=actor, at=at)  # fmt: skip
