"""The generator: facts, locale packs, looks and blocks, channels, e-invoices; a demo's script on top.

The door for training is `generate(seed, count)`, its documents come from `training/`; the demo's files come from
`sample_invoices.make`.
"""

from __future__ import annotations

from sample_invoices.generator.training.noise import noisy
from sample_invoices.generator.training.series import RandomDocument, generate

__all__ = ["RandomDocument", "generate", "noisy"]
