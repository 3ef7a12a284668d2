"""How alike records and descriptions are, as columns that a model learns from. Pure; schema-agnostic.

Doors: `text_features` for some descriptions against others (invoice lines against order lines), with a `Corpus` where
one is at hand; `Table` and `Likeness` for two whole tables with their rivals; `standing` for scored pairs among
themselves.
"""

from __future__ import annotations

from matching.likeness.corpus import Corpus
from matching.likeness.rivals import RIVAL_COLUMNS, standing
from matching.likeness.tables import Features, Likeness, Table
from matching.likeness.texts import TEXT_COLUMNS, text_features

__all__ = ["RIVAL_COLUMNS", "TEXT_COLUMNS", "Corpus", "Features", "Likeness", "Table", "standing", "text_features"]
