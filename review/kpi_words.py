"""Figures in words of the reader's language, as reports have them too."""

from __future__ import annotations

from reports.kpi_words import Change, bounds_of, change_of, in_unit, label_text, part_text, value_text
from reports.language import TONGUES

__all__ = ["TONGUES", "Change", "bounds_of", "change_of", "in_unit", "label_text", "part_text", "value_text"]
