"""The samples are dropped once: what was received is not dropped again, nor what was refused because it is cut off."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flows.demo import CLIENT, _fresh
from flows.house import House
from models.store.blobs import Blobs


def test_a_sample_is_dropped_until_it_was_received_or_refused(office: Any, some_pdf: Any, tmp_path: Path) -> None:
    source = tmp_path / "files"
    source.mkdir()
    contents = {"whole.pdf": some_pdf("whole"), "cut-off.pdf": some_pdf("cut").removesuffix(b"%%EOF\n")}
    for name, content in contents.items():
        (source / name).write_bytes(content)
    house = House(office.settings, office.store, Blobs(office.home))
    assert [path.name for path in _fresh(house, source)] == ["cut-off.pdf", "whole.pdf"]
    office.add_client(CLIENT)
    office.set(incomplete_seconds=1e-9)
    for name, content in contents.items():
        office.drop(name, content, CLIENT)
    for _ in range(3):
        office.scan(CLIENT)
    assert office.states() == {"stored": 1, "quarantined": 1}
    assert list(_fresh(house, source)) == []
