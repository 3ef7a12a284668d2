"""Tolerances that one supplier or one category of purchase has of its own.

Category over supplier over client over settings, each figure by itself: what a category does not say, the supplier may.

>>> book = ToleranceBook({"S1": Tolerances(price_tolerance_percent=2)}, {"steel": Tolerances(price_tolerance_amount=5)})
>>> found = book.settings_for(MatchingSettings(), "S1", "Steel")
>>> found.price_tolerance_percent, found.price_tolerance_amount, found.small_cost_limit
(Decimal('2'), Decimal('5'), Decimal('25'))
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from pydantic import Field

from models.invoice import Frozen
from models.settings import MatchingSettings

Scope = Literal["supplier", "category"]
SCOPES: tuple[Scope, ...] = ("supplier", "category")


class Tolerances(Frozen):
    """Figures over those of MatchingSettings; None leaves them as they are. Per cent, or amounts of the order."""

    price_tolerance_percent: Decimal | None = Field(None, ge=0)
    price_tolerance_amount: Decimal | None = Field(None, ge=0)
    price_under_percent: Decimal | None = Field(None, ge=0)
    quantity_tolerance_percent: Decimal | None = Field(None, ge=0)
    total_tolerance_percent: Decimal | None = Field(None, ge=0)
    total_tolerance_amount: Decimal | None = Field(None, ge=0)
    small_cost_limit: Decimal | None = Field(None, ge=0)

    @property
    def given(self) -> dict[str, Decimal]:
        """The figures that are stated."""
        return {name: value for name, value in self.__dict__.items() if value is not None}


TOLERANCE_NAMES = tuple(Tolerances.model_fields)


def category_key(category: str | None) -> str:
    """A category's name as it is compared: without case and doubled spaces; empty for None."""
    return " ".join((category or "").split()).casefold()


@dataclass(frozen=True, slots=True)
class ToleranceBook:
    """A client's tolerances by supplier id and by category (its `category_key`)."""

    suppliers: Mapping[str, Tolerances] = field(default_factory=dict)
    categories: Mapping[str, Tolerances] = field(default_factory=dict)

    def settings_for(
        self, settings: MatchingSettings, seller_id: str | None, category: str | None = None
    ) -> MatchingSettings:
        """The settings with what holds for this supplier and this category instead; the same object without any."""
        own = self.suppliers.get(seller_id or "", Tolerances()).given
        own |= self.categories.get(category_key(category), Tolerances()).given if category else {}
        return settings.model_copy(update=own) if own else settings
