"""The commands of the learning loop: train, challenge, promote, rollback, models."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Optional

import typer

from flows.options import AnyClient, AsJson, Home

Version = Annotated[Optional[str], typer.Argument(help="A version; default the newest challenger.")]  # noqa: UP045
By = Annotated[Optional[str], typer.Option("--by", help="The login of who does it.")]  # noqa: UP045


class Kind(StrEnum):
    """What `train` makes."""

    READER = "reader"
    MATCHER = "matcher"
    SCORE = "score"


def train(  # noqa: PLR0913, PLR0917 - one argument an option
    data: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(help="A folder of sets with truth.jsonl to learn from beside the generator."),
    ] = None,
    out: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(help="Write the files into this folder; without it a challenger is registered in the home."),
    ] = None,
    pages: Annotated[Optional[Path], typer.Option(help="Keep the words of the files here for the next time.")] = None,  # noqa: UP045
    from_reviews: Annotated[bool, typer.Option(help="Learn from what people approved in this home too.")] = False,
    client: AnyClient = None,
    advice: Annotated[bool, typer.Option(help="Train nothing; list which documents are most worth a look.")] = False,
    documents: Annotated[int, typer.Option(min=50, help="Documents of the generator.")] = 1000,
    seed: Annotated[int, typer.Option(help="The same seed and data give the same model.")] = 1,
    day: Annotated[str, typer.Option(help="ISO date for the manifest; default today.")] = "",
    unclear: Annotated[bool, typer.Option(help="Use sets whose own terms are not stated with them.")] = True,
    kind: Annotated[
        Kind, typer.Option(help="What to train: the reader, the ranker of orders, or the document score.")
    ] = Kind.READER,
    home: Home = None,
) -> None:
    """Train a reader on generator, data folders and reviews, with figures on layouts not seen; it is a challenger."""
    from datetime import UTC, date, datetime

    from flows.commands.training import Order, run_advice, run_train

    if advice:
        raise typer.Exit(run_advice(home, client))
    when = date.fromisoformat(day) if day else datetime.now(UTC).date()
    if kind is Kind.SCORE or (kind is Kind.MATCHER and from_reviews):
        from flows.commands.training import run_train_other

        raise typer.Exit(run_train_other(kind.value, documents, seed=seed, day=when.isoformat(), home=home))
    if kind is Kind.MATCHER:
        from flows.commands.matcher_training import run_train_matcher

        raise typer.Exit(run_train_matcher(documents, seed=seed, day=when.isoformat(), out=out))
    order = Order(when.isoformat(), data, out, pages, documents, seed, unclear, from_reviews, client)
    raise typer.Exit(run_train(order, home))


def challenge(
    version: Version = None,
    kind: Annotated[Kind, typer.Option(help="Whose newest challenger, where no version is named.")] = Kind.READER,
    data: Annotated[Optional[Path], typer.Option(help="Sets with truth.jsonl to judge on too.")] = None,  # noqa: UP045
    pages: Annotated[Optional[Path], typer.Option(help="Keep the words of their files here.")] = None,  # noqa: UP045
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Judge a challenger against the model in use; where it passes, its shadow begins."""
    from flows.commands.models import run_challenge

    raise typer.Exit(run_challenge(version, kind=kind.value, data=data, pages=pages, as_json=as_json, home=home))


def promote(
    version: Annotated[str, typer.Argument(help="The challenger that is put into use.")],
    override: Annotated[str, typer.Option(help="Why, although gate or shadow speak against it; audited.")] = "",
    by: By = None,
    home: Home = None,
) -> None:
    """Put a challenger into use; refused unless its gate and its shadow are passed."""
    from flows.commands.models import run_promote

    raise typer.Exit(run_promote(version, override=override, login=by, home=home))


def rollback(
    kind: Annotated[str, typer.Argument(help="reader, matcher or score.")],
    reason: Annotated[str, typer.Option(help="Why; audited.")] = "by command",
    by: By = None,
    home: Home = None,
) -> None:
    """Put the previous model back into use, from the next document on."""
    from flows.commands.models import run_rollback

    raise typer.Exit(run_rollback(kind, reason=reason, login=by, home=home))


def models(as_json: AsJson = False, home: Home = None) -> None:
    """The trained versions of this home: which is in use, which challenges it, and how it fared."""
    from flows.commands.models import run_models

    raise typer.Exit(run_models(home, as_json=as_json))


def add_commands(app: typer.Typer) -> None:
    """Register them."""
    for command in (train, challenge, promote, rollback, models):
        app.command()(command)
