"""A linear classifier over hashed marks: scores are sums of weights, so that one line costs microseconds.

`kind` says how scores become probabilities: `softmax` (multinomial naive Bayes) or `sigmoid` (one against the rest).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from matching.coding.words import features_of
from models.coding import CodingLine

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class LinearModel:
    """Weights by mark and class, and an intercept for each class."""

    kind: Literal["softmax", "sigmoid"]
    classes: tuple[str, ...]
    weights: Floats  # (FEATURES, classes)
    intercepts: Floats  # (classes,)

    def probabilities(self, line: CodingLine) -> dict[str, float]:
        """Probability of each class; they add up to 1."""
        import numpy as np

        scores = self.intercepts + self.weights[features_of(line)].sum(axis=0)
        if self.kind == "softmax":
            found = np.exp(scores - scores.max())
        else:
            found = 1.0 / (1.0 + np.exp(-np.clip(scores, -30, 30)))
        return dict(zip(self.classes, (found / found.sum()).tolist(), strict=True))
