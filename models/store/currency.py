"""Rates of exchange in the store: entered with their source, looked up by day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from sqlmodel import Session, col, select

from models.currency import EURO, FIXED, CurrencyRate
from models.store.audit import Act, record_all
from models.tables import CurrencyRateRow


def put_rates(session: Session, rates: Sequence[CurrencyRate], *, actor: str, at: datetime) -> int:
    """Keep rates; the same currency and day again replaces what stood there. Returns how many are new or other."""
    acts = []
    for rate in rates:
        known = session.get(CurrencyRateRow, (rate.currency, rate.day))
        after = {"per_euro": str(rate.per_euro), "source": rate.source}
        before = {"per_euro": str(known.per_euro), "source": known.source} if known else None
        if before == after:
            continue
        session.merge(CurrencyRateRow(currency=rate.currency, day=rate.day, per_euro=rate.per_euro, source=rate.source,
                                      actor=actor, at=at))  # fmt: skip
        acts.append(Act("currency_rate", f"currency:{rate.currency}:{rate.day}", None, before, after))
    record_all(session, acts, actor=actor, at=at)
    return len(acts)


def rates_for(session: Session, currencies: Iterable[str | None], day: date | None) -> tuple[CurrencyRate, ...]:
    """The newest rate of each currency that is not after a day; the euro and fixed currencies need none."""
    if day is None:
        return ()
    wanted = sorted({code for code in currencies if code and code != EURO and code not in FIXED})
    found = (_newest(session, code, day) for code in wanted)
    return tuple(rate for rate in found if rate is not None)


def _newest(session: Session, currency: str, day: date) -> CurrencyRate | None:
    query = select(CurrencyRateRow).where(CurrencyRateRow.currency == currency, col(CurrencyRateRow.day) <= day)
    row = session.exec(query.order_by(col(CurrencyRateRow.day).desc()).limit(1)).first()
    if row is None or row.per_euro is None:
        return None
    return CurrencyRate(currency=row.currency, day=row.day, per_euro=row.per_euro, source=row.source)
