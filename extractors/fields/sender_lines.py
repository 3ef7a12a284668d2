"""Letterheads in one line: name, street and town parted by dots, bars, dashes, commas or gaps."""

from __future__ import annotations

from collections.abc import Sequence

from extractors.fields.addresses import country_of, is_postal_line, is_street_line, parts_of
from extractors.fields.layout import Segment, around, segments_of
from extractors.fields.names import is_company, is_name, tidy_name
from extractors.fields.party import Party, sureness

RUN_GAP = 3.0  # heights between the parts of a letterhead in one line


def sender_line(segment: Segment) -> Party | None:
    """A letterhead in one line: name, street and town parted by dots, bars, dashes or gaps."""
    run = _run_of(segment)
    parts = [part for piece in run for part in parts_of(piece.text)]
    if len(parts) < 3:
        parts = [parts[0], *_comma_parts(parts[1])] if len(parts) == 2 else _comma_parts(segment.text)
    parts = _name_whole(parts)
    if len(parts) > 1 and " & " in parts[1] and any(map(str.isdigit, parts[1])):
        return None  # a name with a comma that has grown into its street
    postal = next((i for i in range(len(parts) - 1, -1, -1) if is_postal_line(parts[i])), None)
    if postal is None or postal < 2 or not is_name(parts[0]) or any(map(str.isdigit, parts[0])):
        return None
    if not is_street_line(", ".join(parts[1:postal])):
        return None
    rest = parts[1 : postal + 1] + [p for p in parts[postal + 1 : postal + 2] if country_of(p)]
    box = around(piece.box for piece in run)
    return Party(
        tidy_name(parts[0]),
        box,
        tuple(rest),
        box,
        segment.row.page,
        box,
        sender_line=True,
        confidence=min(sureness(piece) for piece in run),
    )


def _name_whole(parts: Sequence[str]) -> list[str]:
    """The parts, a name put together again that holds a comma itself: `Hill, Lake & Partner`."""
    for last in range(1, min(3, len(parts) - 2)):
        if is_company(parts[0]) or any(any(map(str.isdigit, part)) for part in parts[: last + 1]):
            break
        if " & " in parts[last] or is_company(parts[last]):
            return [", ".join(parts[: last + 1]), *parts[last + 1 :]]
    return list(parts)


def _comma_parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",")]


def _run_of(segment: Segment) -> list[Segment]:
    """The segments of a row around one that stand near to each other: where dots between them were not read."""
    run = [segment]
    for other in segments_of(segment.row):
        if other.first > run[-1].last and other.box.x0 - run[-1].box.x1 < RUN_GAP * segment.height:
            run.append(other)
    for other in reversed(list(segments_of(segment.row))):
        if other.last < run[0].first and run[0].box.x0 - other.box.x1 < RUN_GAP * segment.height:
            run.insert(0, other)
    alike = all(abs(piece.height - segment.height) < 0.35 * segment.height for piece in run)
    return run if alike else [segment]
