"""VAT rates by country and day: the table, and what held when. Rates in per cent; zero is a rate everywhere.

A row: country, first day, last day (`-` where it is open), where it holds (`-` for the whole country), the rates.
Rows of one country add up: what holds in a part of it, or for one trade only, stands in a row of its own.
Sources: European Commission, *VAT rates applied in the member states* (Taxes in Europe Database); CGI art. 278 to
281 nonies, 294, 296 and 297; UStG (DE) § 12, 24 and 28; UStG 1994 (AT) § 10; Ley 37/1992 art. 90, 91 and 161 with
the decrees on food of 2022 to 2024; Ley 4/2012 (IGIC); VAT Act 1994 (GB); MWSTG art. 25 (CH).

>>> sorted(rates_at("DE", date(2020, 9, 1)))[1:3], Decimal(19) in rates_at("DE", date(2021, 1, 1))
([Decimal('5'), Decimal('5.5')], True)
>>> when_held("DE", Decimal(16))[0].last
datetime.date(2020, 12, 31)
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

_TABLE = """
AT 1995-01-01 -          -         20 10 12
AT 2016-01-01 -          -         13
AT 1995-01-01 -          Jungholz  19
AT 2020-07-01 2021-12-31 Covid     5
AT 2026-07-01 -          food      4.9
BE 1996-01-01 -          -         21 12 6
BG 2007-01-01 -          -         20 9 7
CH 2011-01-01 2017-12-31 -         8 3.8 2.5
CH 2018-01-01 2023-12-31 -         7.7 3.7 2.5
CH 2024-01-01 -          -         8.1 3.8 2.6
CY 2004-05-01 2012-02-29 -         15 8 5
CY 2012-03-01 2013-01-13 -         17 8 5
CY 2013-01-14 2014-01-12 -         18 8 5
CY 2014-01-13 -          -         19 9 5
CY 2023-07-21 -          -         3
CZ 2010-01-01 2011-12-31 -         20 10
CZ 2012-01-01 2012-12-31 -         20 14
CZ 2013-01-01 2014-12-31 -         21 15
CZ 2015-01-01 2023-12-31 -         21 15 10
CZ 2024-01-01 -          -         21 12
DE 2007-01-01 2020-06-30 -         19 7
DE 2020-07-01 2020-12-31 -         16 5
DE 2021-01-01 -          -         19 7
DE 2007-01-01 -          forestry  5.5
DE 2007-01-01 2021-12-31 farmers   10.7
DE 2022-01-01 2022-12-31 farmers   9.5
DE 2023-01-01 2024-12-31 farmers   9
DE 2024-12-06 2024-12-31 farmers   8.4
DE 2025-01-01 -          farmers   7.8
DK 1992-01-01 -          -         25
EE 2009-07-01 2023-12-31 -         20 9 5
EE 2024-01-01 2024-12-31 -         22 9 5
EE 2025-01-01 2025-06-30 -         22 13 9
EE 2025-07-01 -          -         24 13 9
ES 2010-07-01 2012-08-31 -         18 8 4
ES 2012-09-01 -          -         21 10 4
ES 2012-09-01 -          surcharge 5.2 1.4 0.5 1.75
ES 2022-07-01 2024-09-30 food      5 0.62
ES 2024-10-01 2024-12-31 food      7.5 2 1 0.26
ES 2012-09-01 -          farmers   12 10.5
ES 2012-07-01 -          Canary    3 5 7 9.5 13.5 15 20 6.5
ES 2012-07-01 -          Ceuta     0.5 1 2 3 4 5 6 7 8 9 10
FI 2010-07-01 2012-12-31 -         23 13 9
FI 2013-01-01 2024-08-31 -         24 14 10
FI 2024-09-01 2025-12-31 -         25.5 14 10
FI 2026-01-01 -          -         25.5 13.5 10
FR 2000-04-01 2013-12-31 -         19.6 5.5 2.1
FR 2012-01-01 2013-12-31 -         7
FR 2014-01-01 -          -         20 10 5.5 2.1
FR 2000-04-01 2013-12-31 Corsica   8 2.1 0.9
FR 2014-01-01 -          Corsica   13 10 2.1 0.9
FR 2000-04-01 -          overseas  8.5 2.1 1.75 1.05
GB 1991-04-01 2008-11-30 -         17.5 5
GB 2008-12-01 2009-12-31 -         15 5
GB 2010-01-01 2011-01-03 -         17.5 5
GB 2011-01-04 -          -         20 5
GB 2021-10-01 2022-03-31 leisure   12.5
GB 2011-01-04 -          flat      4 4.5 6.5 7 7.5 8 8.5 9 9.5 10 10.5 11 12 12.5 13 13.5 14 14.5 16.5
GR 2011-01-01 2015-07-19 -         23 13 6.5
GR 2015-07-20 2016-05-31 -         23 13 6
GR 2016-06-01 -          -         24 13 6
GR 2016-06-01 -          islands   17 9 4
HR 2009-08-01 2012-02-29 -         23 10
HR 2012-03-01 2013-12-31 -         25 10 5
HR 2014-01-01 -          -         25 13 5
HU 2012-01-01 -          -         27 18 5
HU 2009-07-01 2011-12-31 -         25 18 5
IE 2010-01-01 2011-12-31 -         21 13.5 9 4.8
IE 2012-01-01 2020-08-31 -         23 13.5 9 4.8
IE 2020-09-01 2021-02-28 -         21 13.5 9 4.8
IE 2021-03-01 -          -         23 13.5 9 4.8
IE 2010-01-01 -          farmers   5.6 5.5 5.4 5.2 5.1 5 4.5 4.4
IS 2015-01-01 -          -         24 11
IT 1997-10-01 2011-09-16 -         20 10 4
IT 2011-09-17 2013-09-30 -         21 10 4
IT 2013-10-01 -          -         22 10 4
IT 2016-01-01 -          -         5
LT 2009-09-01 2025-12-31 -         21 9 5
LT 2026-01-01 -          -         21 12 5
LU 1992-01-01 2014-12-31 -         15 12 6 3
LU 2015-01-01 2022-12-31 -         17 14 8 3
LU 2023-01-01 2023-12-31 -         16 13 7 3
LU 2024-01-01 -          -         17 14 8 3
LV 2011-01-01 2012-06-30 -         22 12
LV 2012-07-01 -          -         21 12
LV 2018-01-01 -          -         5
MT 2004-01-01 -          -         18 7 5
MT 2024-01-01 -          -         12
NL 2001-01-01 2012-09-30 -         19 6
NL 2012-10-01 2018-12-31 -         21 6
NL 2019-01-01 -          -         21 9
NO 2005-01-01 -          -         25
NO 2007-01-01 2011-12-31 -         14 8
NO 2012-01-01 -          -         15 11.11
NO 2012-01-01 2015-12-31 -         8
NO 2016-01-01 2017-12-31 -         10
NO 2018-01-01 -          -         12
NO 2020-04-01 2021-09-30 -         6
PL 2004-05-01 2010-12-31 -         22 7 3
PL 2011-01-01 -          -         23 8 5
PL 2011-01-01 -          special   7 4
PT 2011-01-01 -          -         23 13 6
PT 2010-07-01 2010-12-31 -         21 13 6
PT 2012-04-01 -          Madeira   22 12 5
PT 2024-10-01 -          Madeira   4
PT 2011-01-01 2021-06-30 Azores    18 16 10 9 5 4
PT 2021-07-01 -          Azores    16 9 4
RO 2010-07-01 2015-12-31 -         24 9 5
RO 2016-01-01 2016-12-31 -         20 9 5
RO 2017-01-01 2025-07-31 -         19 9 5
RO 2025-08-01 -          -         21 11
RO 2025-08-01 2026-07-31 housing   9
SE 1996-01-01 -          -         25 12 6
SI 2002-01-01 2013-06-30 -         20 8.5
SI 2013-07-01 -          -         22 9.5
SI 2020-01-01 -          -         5
SK 2011-01-01 2024-12-31 -         20 10
SK 2023-01-01 2024-12-31 -         5
SK 2025-01-01 -          -         23 19 5
"""
# Whose VAT another country's law is, and other names of the same country in VAT ids.
SAME_AS = {"EL": "GR", "MC": "FR", "XI": "GB", "LI": "CH", "IM": "GB"}
FOREVER = date.max


class Rate(NamedTuple):
    """One rate: where and from which day to which it holds, both inclusive; `place` is empty for a whole country."""

    country: str
    first: date
    last: date
    place: str
    rate: Decimal


@lru_cache(maxsize=1)
def _rates() -> dict[str, tuple[Rate, ...]]:
    """All rates by country."""
    found: dict[str, list[Rate]] = {}
    for line in _TABLE.split("\n"):
        if not line:
            continue
        country, first, last, place, *rates = line.split()
        end = FOREVER if last == "-" else date.fromisoformat(last)
        where = "" if place == "-" else place
        rows = (Rate(country, date.fromisoformat(first), end, where, Decimal(rate)) for rate in rates)
        found.setdefault(country, []).extend(rows)
    return {country: tuple(rows) for country, rows in found.items()}


def country_of(code: str) -> str:
    """The country whose rates hold under a VAT id's prefix or an ISO code; empty where we have no table."""
    code = SAME_AS.get(code, code)
    return code if code in _rates() else ""


def countries() -> frozenset[str]:
    """The countries of the table."""
    return frozenset(_rates())


@lru_cache(maxsize=4096)
def rates_at(country: str, day: date) -> frozenset[Decimal]:
    """Every rate of a country on a day, zero included; nothing but zero where the table does not reach."""
    rows = _rates().get(country_of(country), ())
    return frozenset({Decimal(0), *(row.rate for row in rows if row.first <= day <= row.last)})


def is_covered(country: str, day: date) -> bool:
    """Whether the table says what a country's standard rates were on a day."""
    return any(row.first <= day <= row.last and not row.place for row in _rates().get(country_of(country), ()))


@lru_cache(maxsize=1024)
def when_held(country: str, rate: Decimal) -> tuple[Rate, ...]:
    """Every span in which a rate held in a country, the newest last."""
    rows = (row for row in _rates().get(country_of(country), ()) if row.rate == rate)
    return tuple(sorted(rows, key=lambda row: row.last))
