"""The HTML press: one file without any outside part, readable on screen, by keyboard, by screen reader and on paper.

Every text is escaped here and nowhere else. The same pack gives the same bytes.

>>> from reports.content import Words
>>> pack = Pack("A <b>", "Acme", "October", "en", "1 Nov", Words("Contents", "", "Made"), (), ())
>>> "<h1>A &lt;b&gt;</h1>" in as_html(pack)
True
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from importlib.resources import files

from reports.content import Chart, Pack, Section, Table, Tile
from reports.drawing import svg_of

_STYLE = files("reports").joinpath("report.css").read_text(encoding="utf-8")


def as_html(pack: Pack) -> str:
    """The report as one page."""
    title = f"{pack.title} – {pack.client} – {pack.period}"
    head = (
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style>"
    )
    body = "".join(_body(pack))
    return f'<!doctype html>\n<html lang="{escape(pack.language)}"><head>{head}</head>\n<body>{body}</body></html>\n'


def _body(pack: Pack) -> Iterator[str]:
    yield (
        f'<header><p class="client">{escape(pack.client)}</p><h1>{escape(pack.title)}</h1>'
        f'<p class="period">{escape(pack.period)}</p><p class="made">{escape(pack.words.made)}</p></header>\n'
    )
    if pack.sections:
        yield f'<nav aria-label="{escape(pack.words.contents)}"><ol>'
        yield "".join(f'<li><a href="#{escape(one.key)}">{escape(one.title)}</a></li>' for one in pack.sections)
        yield "</ol></nav>\n"
    yield "<main>"
    if pack.tiles:
        yield f'<dl class="tiles">{"".join(map(_tile, pack.tiles))}</dl>\n'
    for number, section in enumerate(pack.sections, 1):
        yield from _section(section, number)
    yield "</main>"


def _tile(tile: Tile) -> str:
    note = f'<dd class="note">{escape(tile.note)}</dd>' if tile.note else ""
    return f"<div><dt>{escape(tile.name)}</dt><dd>{escape(tile.value)}</dd>{note}</div>"


def _section(section: Section, number: int) -> Iterator[str]:
    key = escape(section.key)
    yield f'<section aria-labelledby="{key}"><h2 id="{key}"><span>{number}</span> {escape(section.title)}</h2>'
    yield "".join(f"<p>{escape(one)}</p>" for one in section.paragraphs)
    yield "".join(map(_chart, section.charts))
    yield "".join(map(_table, section.tables))
    yield "".join(f'<p class="note">{escape(one)}</p>' for one in section.notes)
    yield "</section>\n"


def _chart(chart: Chart) -> str:
    caption = f"<strong>{escape(chart.title)}</strong> {escape(chart.says)}"
    return f"<figure>{svg_of(chart)}<figcaption>{caption}</figcaption></figure>"


def _table(table: Table) -> str:
    heads = "".join(f'<th scope="col"{_side(table, at)}>{escape(head)}</th>' for at, head in enumerate(table.heads))
    rows = "".join(f"<tr>{_cells(table, row)}</tr>" for row in table.rows)
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(table.caption)}"><table>'
        f"<caption>{escape(table.caption)}</caption><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _cells(table: Table, row: tuple[str, ...]) -> str:
    first, *others = row
    return f'<th scope="row"{_side(table, 0)}>{escape(first)}</th>' + "".join(
        f"<td{_side(table, at)}>{escape(cell)}</td>" for at, cell in enumerate(others, 1)
    )


def _side(table: Table, at: int) -> str:
    return ' class="number"' if at in table.numeric else ""
