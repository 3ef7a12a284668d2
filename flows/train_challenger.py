"""The nightly flow of the learning loop: a challenger from what people corrected, the gate, and the shadow's begin."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from prefect import flow
from prefect.artifacts import acreate_table_artifact
from prefect.client.schemas.objects import State
from prefect.states import Completed

from flows.challenge import Night, learn_by_night
from flows.house import House, open_house


@flow(name="train challenger", flow_run_name="train a challenger", persist_result=False)
async def train_challenger(documents: int = 1000, force: bool = False, home: str | None = None) -> State[None]:
    """Train on the generator and on what people approved, judge, and begin the shadow where it passed.

    Without enough new corrections nothing is trained; `force` trains all the same.
    """
    with open_house(Path(home) if home else None) as house:
        night = await asyncio.to_thread(learn_by_night, house, documents=documents, force=force)
        if night.row is not None:
            await acreate_table_artifact(
                key="challenger", description=f"Challenger {night.row.version}: {_said(night)}", table=table_of(night)
            )
        return Completed(message=summary(house, night))


def table_of(night: Night) -> list[dict[str, Any]]:
    """The comparison as rows: documents wholly right, then each critical field."""
    if night.told is None:
        return []
    contests = [("reader", night.told), *((row.kind, told) for row, told in night.others)]
    return [
        {"kind": kind, "what": name, "won": each["won"], "lost": each["lost"], "of": each["documents"],
         "p": round(each["p"], 4), "loss at most": f"{each['loss_bound']:+.2%}"}
        for kind, contest in contests
        for told in (contest.as_dict(),)
        for name, each in {"document": told["document"], **told["fields"]}.items()
    ]  # fmt: skip


def summary(house: House, night: Night) -> str:
    """The night in one line, for the list of runs."""
    if night.row is None:
        asked = house.settings.learning.new_corrections
        return f"{night.corrections} new corrections, {asked} are asked for: nothing was trained"
    others = "".join(f"; {row.kind} {row.version}: {'passed' if told.verdict.promote else 'refused'}"
                     for row, told in night.others)  # fmt: skip
    spent = f"; trained in {night.seconds[0]:.0f} s, judged in {night.seconds[1]:.0f} s"
    return f"{night.corrections} new corrections; {night.row.version}: {_said(night)}{others}{spent}"


def _said(night: Night) -> str:
    if night.told is None:
        return "the same material as before, nothing new to judge"
    if night.told.verdict.promote:
        return "passed the gate; its shadow begins"
    return "refused: " + ", ".join(ground.reason.replace("_", " ") for ground in night.told.verdict.reasons)
