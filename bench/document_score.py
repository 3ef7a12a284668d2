"""The document score: how well it tells right documents from wrong ones, what it would certify, and its file.

    python -m bench.document_score [--documents 3000] [--evidence FILE] [--data DIR] [--pages DIR] [--ship] [--out FILE]

Made documents are walked through the stages (`bench.walked`), which takes a tenth of a second each; `--evidence` keeps
them, or takes those that were kept. Scores are out of fold by layout group. Real sets (`--data`) are only scored: they
are read by models without their layout group and have no orders. `--ship` writes the file that decisions use, if the
trained score beats the product of the confidences on made documents; if it does not, the bench says so and writes none.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from random import Random
from typing import Any

from assurance import certify
from assurance.score import FILE, FOLDER, PRODUCT, score_of
from bench.folded import Trial, examples_of, load
from bench.walked import SEED, walked
from learning import document_score
from learning.document_score import Judged, judged_documents
from learning.material import synthetic
from learning.train import cross_fit, out_of_fold, studies_of
from models.certificate import Label
from models.settings import ReadingSettings

SETS = ("smartap", "hybrid_misc", "hybrid_ferd", "hybrid_scans")
READERS, READER_SEED = 400, 1  # made documents that the readers of real sets learn from beside them
LIMITS, RISK = (0.01, 0.02, 0.05), 0.05
LABELS = (500, 2000, 10000)
LEARNED = (0.25, 0.5, 1.0)  # shares of the suppliers, for the learning curve
FEWEST_WRONG = 20
Json = dict[str, Any]


def gather(documents: int, kept: Path | None) -> list[Judged]:
    """Made documents that came before the score, or those of a file."""
    if kept is not None and kept.is_file():
        return [Judged.from_json(line) for line in kept.read_text(encoding="utf-8").splitlines()]
    found = [judged for judged in walked(documents) if judged is not None]
    if kept is not None:
        kept.write_text("".join(f"{judged.to_json()}\n" for judged in found), encoding="utf-8")
    return found


def real(data: Path, pages: Path | None) -> list[Judged]:
    """Documents of real sets, read by models without their layout group."""
    found = examples_of(load(Trial(data, SETS, READERS, pages)))
    cross = cross_fit(studies_of([*synthetic(READER_SEED, READERS), *found], READER_SEED), READER_SEED)
    return judged_documents(out_of_fold(cross, found, ReadingSettings()))


def measure(made: Sequence[Judged], others: Sequence[Judged]) -> Json:
    """Figures of the line, of trees and of the product."""
    scores = {
        "line": document_score.out_of_fold(made),
        "trees": document_score.out_of_fold(made, document_score.by_trees),
        "product": [score_of(each.evidence, PRODUCT) for each in made],
    }
    told: Json = {
        name: document_score.figures(found, made) | {"certified": certified(found, made)}
        for name, found in scores.items()
    }
    told |= {
        "wrong": dict(Counter(term for each in made for term in each.wrong).most_common()),
        "learned": learned(made),
    }
    if others:
        by_line = document_score.by_line(made)(others)
        told["real"] = {
            "line": document_score.figures(by_line, others),
            "product": document_score.figures([PRODUCT.read_rightly(each.evidence) for each in others], others),
        }
    return told


def learned(made: Sequence[Judged]) -> Json:
    """The line's area by how many suppliers it learns from: whether more documents would help."""
    sellers = sorted({each.seller for each in made})
    Random(SEED).shuffle(sellers)  # noqa: S311 - a lot, no secret
    found = {}
    for share in LEARNED:
        chosen = set(sellers[: round(share * len(sellers))])
        some = [each for each in made if each.seller in chosen]
        found[str(len(some))] = document_score.area(
            list(zip(document_score.out_of_fold(some), (each.right for each in some), strict=True))
        )
    return found


def certified(scores: Sequence[float], judged: Sequence[Judged]) -> Json:
    """The share let through under a certificate, by limit and number of labels, if documents came as these do.

    Labels are drawn with replacement, seeded, from the documents; suppliers are not capped.
    """
    found: Json = {}
    for limit in LIMITS:
        for count in LABELS:
            said = certify(_labels(scores, judged, count), alpha=limit, delta=RISK, supplier_share=1.0)
            found.setdefault(f"{limit:.0%}", {})[str(count)] = round(said.accepted / count, 3)
    return found


def _labels(scores: Sequence[float], judged: Sequence[Judged], count: int) -> list[Label]:
    rng, at = Random(SEED), datetime(2026, 1, 1, tzinfo=UTC)  # noqa: S311
    drawn = rng.choices(range(len(judged)), k=count)
    return [
        Label(key=str(number), segment="digital/new", seller=judged[index].seller, score=scores[index],
              wrong=not judged[index].right, source="history", score_version="", at=at)
        for number, index in enumerate(drawn)
    ]  # fmt: skip


def beats(told: Json, wrong: int) -> bool:
    """Whether the line is the better score: in order and in honesty, on documents of which enough are wrong."""
    line, product = told["line"], told["product"]
    return wrong >= FEWEST_WRONG and bool(line["auc"] > product["auc"] and line["brier"] < product["brier"])


def file_of(made: Sequence[Judged], told: Json) -> Json:
    """The shipped file: weights, and where they come from."""
    line = document_score.fit(made)
    return {
        "weights": dict(line.weights), "shift": line.shift,
        "manifest": {
            "day": datetime.now(UTC).date().isoformat(), "seed": SEED, "documents": len(made),
            "suppliers": len({each.seller for each in made}), "sets": sorted({each.set for each in made}),
            "figures_unseen_groups": told,
        },
    }  # fmt: skip


def main(arguments: list[str] | None = None) -> int:
    """Run the bench."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=3000, help="of the generator, before the gates")
    parser.add_argument("--evidence", type=Path, help="where they are kept; read if it is there")
    parser.add_argument("--data", type=Path, help="folder of sets with a truth.jsonl")
    parser.add_argument("--pages", type=Path, help="where the words of files are kept for the next time")
    parser.add_argument("--ship", action="store_true", help="write the file if it beats the product")
    parser.add_argument("--out", type=Path, default=Path(str(files("assurance"))) / FOLDER / FILE)
    options = parser.parse_args(arguments)
    made = gather(options.documents, options.evidence)
    told = measure(made, real(options.data, options.pages) if options.data else [])
    print(json.dumps(told, indent=1))
    if not beats(told, sum(not each.right for each in made)):
        print("the trained score does not beat the product of the confidences: no file is written")
    elif options.ship:
        options.out.parent.mkdir(exist_ok=True)
        options.out.write_text(json.dumps(file_of(made, told), indent=1) + "\n", encoding="utf-8")
        print(f"written to {options.out}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
