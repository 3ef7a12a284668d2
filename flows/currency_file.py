"""The file of exchange rates: how many units of a currency one euro bought on a day, and who says so.

CSV, UTF-8: day (ISO date), currency (ISO 4217), per_euro, source. No rate is shipped but those that are law
(`models.currency`): whoever runs the office enters those of the central bank, with their source.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from models.currency import EURO, FIXED, CurrencyRate

COLUMNS = ("day", "currency", "per_euro", "source")
MOST_BYTES, HIGHEST, MOST_DECIMALS = 20 * 2**20, Decimal(10) ** 12, 6
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class Problem(NamedTuple):
    """A row that cannot be taken."""

    line: int
    reason: str


def read_rates(content: bytes, today: date) -> tuple[list[CurrencyRate], list[Problem]]:
    r"""The rates of a file, and what is wrong with the others; a rate of a day to come is wrong.

    >>> good, bad = read_rates(b"day,currency,per_euro,source\n2026-05-04,USD,1.10,ECB\n2026-05-04,usd,1,\n",
    ...                        date(2026, 6, 30))
    >>> good[0].per_euro, bad
    (Decimal('1.10'), [Problem(line=3, reason='usd is no currency (ISO 4217)')])
    """
    if len(content) > MOST_BYTES:
        return [], [Problem(1, "the file is too big")]
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return [], [Problem(1, "the file is not UTF-8")]
    rows = csv.DictReader(io.StringIO(text), delimiter=";" if ";" in text.partition("\n")[0] else ",")
    good: dict[tuple[str, date], CurrencyRate] = {}
    bad: list[Problem] = []
    try:
        if missing := [name for name in COLUMNS if name not in (rows.fieldnames or ())]:
            return [], [Problem(1, f"there is no column {', '.join(missing)}")]
        for row in rows:
            try:
                rate = _rate(row, today)
            except ValueError as error:
                bad.append(Problem(rows.line_num, str(error)))
                continue
            if (rate.currency, rate.day) in good:
                bad.append(Problem(rows.line_num, f"{rate.currency} has a rate of {rate.day} already"))
                continue
            good[rate.currency, rate.day] = rate
    except csv.Error as error:
        bad.append(Problem(rows.line_num + 1, f"the file is no CSV from here on: {error}"))
    return list(good.values()), bad


def _rate(row: Mapping[str, str | None], today: date) -> CurrencyRate:
    cells = {name: (row.get(name) or "").strip() for name in COLUMNS}
    code, written = cells["currency"], cells["per_euro"]
    if not _CURRENCY.fullmatch(code):
        raise ValueError(f"{code[:20]} is no currency (ISO 4217)")
    if code == EURO or code in FIXED:
        raise ValueError(f"the rate of {code} is fixed by law")
    if not cells["source"]:
        raise ValueError("a rate without its source is not taken")
    try:
        per_euro = Decimal(written.replace(",", "."))
    except InvalidOperation:
        raise ValueError(f"{written[:20]} is no number") from None
    if not per_euro.is_finite() or not 0 < per_euro < HIGHEST:
        raise ValueError(f"{written[:20]} is no rate")
    if -int(per_euro.normalize().as_tuple().exponent) > MOST_DECIMALS:
        raise ValueError(f"{written[:20]} has more than {MOST_DECIMALS} decimals")
    if not _DAY.fullmatch(cells["day"]):
        raise ValueError(f"{cells['day'][:20]} is no day (YYYY-MM-DD)")
    day = date.fromisoformat(cells["day"])
    if day > today:
        raise ValueError(f"{day} has not come yet")
    return CurrencyRate(currency=code, day=day, per_euro=per_euro, source=cells["source"][:200])
