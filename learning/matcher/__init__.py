"""Training of the order ranker: cases of a book of orders to a `MatcherModel`, its files, and how well it does.

Doors: `train_matcher` for a model, `cross_fit` for a model with figures on suppliers that it has not seen, `train` for
both and the files. `load` and `save` keep a model in a folder.
"""

from __future__ import annotations

from learning.matcher.figures import Ranked, figures, ranked
from learning.matcher.rows import MatchCase, Study, studies_of
from learning.matcher.ship import save, train
from learning.matcher.train import CrossFit, cross_fit, train_matcher
from matching.ranker import MatcherModel, load

__all__ = [
    "CrossFit",
    "MatchCase",
    "MatcherModel",
    "Ranked",
    "Study",
    "cross_fit",
    "figures",
    "load",
    "ranked",
    "save",
    "studies_of",
    "train",
    "train_matcher",
]
