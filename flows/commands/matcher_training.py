"""`facturier train --kind matcher`: generated books of orders to the files of the order ranker, with its figures told.

Figures are of suppliers that the trees have not seen. The files go where matching looks for them, or into a folder.
"""

from __future__ import annotations

import time
from pathlib import Path

from flows.commands.plain import columns, title
from flows.terminal import EXIT_DONE, say
from learning.matcher import train


def run_train_matcher(invoices: int, *, seed: int, day: str, out: Path | None = None) -> int:
    """Train the ranker on about so many generated invoices; `day` is the ISO date of its version."""
    from sample_invoices.generator.book import cases
    from sample_invoices.generator.book.cases import CASES_EACH

    started, books = time.monotonic(), max(10, invoices // CASES_EACH)
    say(f"train: weighing {books * CASES_EACH} invoices on {books} books of orders")
    manifest = train(cases(seed, books), seed=seed, day=day, out=out)
    title("Suppliers not seen")
    columns([(name.replace("_", " "), figure) for name, figure in manifest["figures_unseen_suppliers"].items()])
    say(f"train: {manifest['version']} written after {time.monotonic() - started:.0f} s")
    return EXIT_DONE
