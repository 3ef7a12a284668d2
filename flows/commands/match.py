"""`facturier match`: reading and matching against the imported orders, with nothing stored."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from flows.champion import models_in_use, reader_pool
from flows.commands.reading import Answer, answer_lines, line_for_people, read_all
from flows.contract_lines import Json, extraction_line, match_line
from flows.house import open_house
from flows.inputs import inputs
from flows.judge import Office, match_reading
from flows.terminal import EXIT_DONE, EXIT_PEOPLE, safe, write_json, write_line
from models.extraction import Extraction
from models.settings import Settings
from models.store.engine import Store
from models.tables import ClientRow


def run_match(paths: Sequence[Path], *, client_id: str, as_json: bool, home: Path | None) -> int:
    """Read files and match them against the client's orders; nothing is stored."""
    people = 0
    with open_house(home) as house, reader_pool(house) as pool:
        house.client(client_id)
        for answer in read_all(inputs(paths, house.settings), pool, models_in_use(house).reading):
            for line in _matched(answer, house.store, client_id, house.settings):
                people += line["decision"] != "auto" or line.get("match", {}).get("outcome") != "match"
                write_json(line) if as_json else write_line(safe(_match_for_people(line)))
    return EXIT_PEOPLE if people else EXIT_DONE


def _matched(answer: Answer, store: Store, client_id: str, settings: Settings) -> list[Json]:
    if answer.reading is None:
        return answer_lines(answer)
    with store.read() as session:
        office = Office(session.get_one(ClientRow, client_id), settings)

        def one(extraction: Extraction) -> Json:
            line = extraction_line(answer.name, extraction, answer.seconds)
            return line | {"match": match_line(match_reading(session, office, extraction))}

        return [one(each) for each in answer.reading.extractions]


def _match_for_people(line: Json) -> str:
    match = line.get("match")
    if match is None:
        return line_for_people(line)
    orders = ", ".join(match["orders"]) or "no order"
    return f"{line['file']}: {match['outcome']} ({match['kind']}, {orders}, probability {match['probability']:.0%})"
