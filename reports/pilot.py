"""The report of a pilot for a client: does the promised saving hold, what would go through, what people changed.

`facts` are those of `flows.pilot.report_pilot`: shares in [0, 1], times in seconds. The proof compares the time of the
recorded manual baseline with the time here, invoice by invoice where the same files were timed, with its interval.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from reports.content import Bar, Chart, Pack, Section, Table, Tile
from reports.governance import press_words
from reports.language import TONGUES, Tongue

Facts = Mapping[str, Any]
_NONE = "–"
_MINUTE = 60.0
_MODES = ("as_piloted", "with_automation")
_ASSUMPTIONS = ("open_time", "learned", "same_labels")


class _Writer(NamedTuple):
    """The language and the facts."""

    tongue: Tongue
    facts: Facts

    def t(self, key: str, **values: object) -> str:
        return self.tongue.t(f"pilot.{key}", n=None, **values)

    def share(self, row: Facts | None) -> str:
        """A share with its interval of 95 %."""
        if row is None:
            return _NONE
        told = self.tongue.percent(row["share"])
        if row["low"] is None:
            return f"{told} ({self.t('no_interval')})"
        low, high = self.tongue.percent(row["low"]), self.tongue.percent(row["high"])
        return f"{told} ({self.tongue.t('pack.between', low=low, high=high)})"

    def minutes(self, seconds: float) -> str:
        return f"{self.tongue.number(seconds / _MINUTE)} min"

    def table(self, caption: str, heads: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> Table:
        return Table(self.t(caption), tuple(self.t(f"head.{head}") for head in heads), rows,
                     frozenset(range(1, len(heads))))  # fmt: skip


def pilot_pack(facts: Facts, client: str, language: str, at: datetime) -> Pack:
    """The pilot as a report in one language."""
    tongue = TONGUES[language]
    writer = _Writer(tongue, facts)
    since = facts["since"]
    period = writer.t("since", day=tongue.date(datetime.fromisoformat(since).date())) if since else writer.t("whole")
    made = tongue.t("pack.made", at=tongue.date(at.date()))
    parts = (_proof, _automation, _certificates, _kept, _rests)
    return Pack(writer.t("title"), client, period, language, made, press_words(tongue.words, made),
                tuple(_tiles(writer)), tuple(part(writer) for part in parts))  # fmt: skip


def _tiles(writer: _Writer) -> Iterator[Tile]:
    number, facts = writer.tongue.number, writer.facts
    best = facts["saving"]["with_automation"] or facts["saving"]["as_piloted"]
    yield Tile(writer.t("saved"), writer.tongue.percent(best["share"]) if best else _NONE,
               writer.t("claim", share=writer.tongue.percent(facts["claim"])))  # fmt: skip
    yield Tile(
        writer.t("settled"), number(facts["settled"], 0), writer.t("received", count=number(facts["received"], 0))
    )
    passed = facts["would_pass"]
    yield Tile(writer.t("would_pass"), writer.tongue.percent(passed["share"]) if passed else _NONE)


def _proof(writer: _Writer) -> Section:
    facts = writer.facts
    verdict = writer.t(f"verdict_{facts['verdict']}", share=writer.tongue.percent(facts["claim"]))
    known = [(mode, saving) for mode in _MODES if (saving := facts["saving"][mode]) is not None]
    if not known:
        return Section("proof", writer.t("proof"), (verdict, writer.t("no_baseline")))
    rows = tuple((writer.t(mode), writer.minutes(one["manual_mean"]), writer.minutes(one["system_mean"]),
                  writer.share(one), str(one["documents"])) for mode, one in known)  # fmt: skip
    by_hand = known[0][1]["manual_mean"]
    bars = (Bar(writer.t("by_hand"), by_hand, writer.minutes(by_hand)),
            *(Bar(writer.t(mode), one["system_mean"], writer.minutes(one["system_mean"]))
              for mode, one in known))  # fmt: skip
    method = writer.t(f"method_{known[0][1]['method']}")
    return Section("proof", writer.t("proof"), (verdict, method),
                   (writer.table("times", ("way", "by_hand", "here", "saved", "documents"), rows),),
                   (Chart(writer.t("chart"), writer.t("chart_says"), bars),))  # fmt: skip


def _automation(writer: _Writer) -> Section:
    rows = tuple(
        (writer.t(name), writer.share(rate), f"{rate['count']} / {rate['of']}")
        for name in ("documents_right", "would_pass", "wrong_among_would_pass")
        if (rate := writer.facts[name]) is not None
    )  # fmt: skip
    if not rows:
        return Section("automation", writer.t("automation"), (writer.t("nothing"),))
    return Section("automation", writer.t("automation"),
                   tables=(writer.table("rates", ("what", "share", "counted"), rows),))  # fmt: skip


def _certificates(writer: _Writer) -> Section:
    tongue, facts = writer.tongue, writer.facts
    rows = tuple(
        (tongue.t(f"segment.{name.replace('/', '_')}"),
         _NONE if one["threshold"] is None else tongue.number(one["threshold"], 4),
         f"{one['accepted']} / {one['labelled']}", str(one["errors"]),
         _NONE if one["bound"] is None else f"{tongue.number(100 * one['bound'])} %",
         writer.t("missing", count=str(one["missing"])) if one["threshold"] is None else writer.t("given"))
        for name, one in facts["certificates"].items()
    )  # fmt: skip
    if not rows:
        return Section("certificates", writer.t("certificates"), (writer.t("nothing"),))
    heads = ("segment", "threshold", "labels", "wrong", "bound", "state")
    said = writer.t("limit", limit=tongue.percent(facts["error_limit"]), sure=tongue.percent(1 - facts["error_risk"]))
    return Section("certificates", writer.t("certificates"), (said,),
                   (writer.table("certificates_table", heads, rows),))  # fmt: skip


def _kept(writer: _Writer) -> Section:
    tongue = writer.tongue
    rows = tuple((tongue.t(f"field.{one['term']}"), writer.share(one), f"{one['right']} / {one['seen']}")
                 for one in writer.facts["agreement"])  # fmt: skip
    if not rows:
        return Section("kept", writer.t("kept"), (writer.t("nothing"),))
    return Section("kept", writer.t("kept"), tables=(writer.table("kept_table", ("term", "share", "counted"), rows),))


def _rests(writer: _Writer) -> Section:
    return Section("rests", writer.t("rests"), tuple(writer.t(f"rests_{name}") for name in _ASSUMPTIONS))
