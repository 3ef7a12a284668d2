"""`facturier train`: examples to the reader's model files, with every figure told on layouts that were not seen.

The folders under `--data` are sets: each has a `truth.jsonl` and its files. Without them the generator teaches, and
with `--from-reviews` what people approved in this home. What comes out is a challenger
of the home, or files in a folder.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from flows.commands.plain import columns, title
from flows.house import open_house
from flows.teaching import Order, gather, make_challenger, make_model
from flows.terminal import EXIT_DONE, say, write_table
from learning.choose import Waiting, choose
from models.settings import load_settings
from models.store.audit import now
from models.store.registry import manifest_of
from models.store.reviewed import waiting_documents

__all__ = ["Order", "run_advice", "run_train"]
PERIOD = timedelta(days=30)  # in which a supplier's documents count
ROUND = 20  # documents of one proposal


def run_train(order: Order, home: Path | None = None) -> int:
    """Train, say how well it does on layouts that were not seen, and register or write what came out."""
    started = time.monotonic()
    if order.out is not None and not order.from_reviews:
        settings = load_settings(home)
        told = make_model(gather(order, settings), order, settings, order.out)
        where = f"written to {order.out}"
    elif order.out is not None:
        with open_house(home) as house:
            told = make_model(gather(order, house.settings, house), order, house.settings, order.out)
        where = f"written to {order.out}"
    else:
        with open_house(home) as house:
            row = make_challenger(house, order, actor="operator")
        told, where = manifest_of(row), f"is a challenger now; judge it with `facturier challenge {row.version}`"
    _tell(told)
    say(f"train: {told['version']} {where}, after {time.monotonic() - started:.0f} s")
    return EXIT_DONE


def run_train_other(kind: str, documents: int, *, seed: int, day: str, home: Path | None) -> int:
    """Train a ranker or a document score on made documents and on what people settled here; it is a challenger."""
    from flows.teaching_matcher import make_matcher
    from flows.teaching_score import make_score

    started = time.monotonic()
    with open_house(home) as house:
        if kind == "matcher":
            row = make_matcher(house, documents, seed=seed, day=day, actor="operator")
        else:
            row = make_score(house, documents, day=day, actor="operator")
    counts = ", ".join(f"{each.get('cases', each.get('documents'))} {name}"
                       for name, each in manifest_of(row)["sets"].items())  # fmt: skip
    say(f"train: {kind} {row.version} of {counts} is a challenger now, after {time.monotonic() - started:.0f} s; "
        f"judge it with `facturier challenge {row.version}`")  # fmt: skip
    return EXIT_DONE


def run_advice(home: Path | None, client_id: str | None) -> int:
    """List the waiting documents from whose label most is learned; what to do with them stays with people."""
    moment = now()
    with open_house(home) as house, house.store.read() as session:
        waiting = waiting_documents(session, client_id, moment - PERIOD)
    offered = [Waiting(each.document.id, each.supplier, each.document.score or 0.0, each.volume, each.labelled)
               for each in waiting]  # fmt: skip
    chosen = choose(offered, ROUND, seed=int(moment.strftime("%G%V")))  # the same list all week
    names = {each.document.id: each.document.name for each in waiting}
    rows = [(each.key, names[each.key], each.supplier, f"{each.gain:.2f}", each.why) for each in chosen]
    write_table("Most worth a look", ("document", "file", "supplier", "gain", "why"), rows)
    return EXIT_DONE


def _tell(manifest: Mapping[str, Any]) -> None:
    for name, heading in (
        ("figures_unseen_groups", "Layout groups not seen"),
        ("figures_generator_only", "Generator only"),
    ):
        if name not in manifest:
            continue
        title(heading)
        head = ("set", "documents", "F1 over groups", "whole", "let through", "wrong", "coverage at 1 % error")
        shown = ("documents", "f1_over_groups", "whole", "auto", "auto_wrong", "coverage_at_1_percent")
        columns([head, *((each, *(figures[key] for key in shown)) for each, figures in manifest[name].items())])
