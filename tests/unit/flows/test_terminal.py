from __future__ import annotations

import pytest

from flows.terminal import write_table


def test_a_name_cannot_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    write_table("Documents", ("file",), [("evil\x1b[2J\t\nname.pdf",)])
    shown = capsys.readouterr().out
    assert "\x1b" not in shown
    assert shown.splitlines() == ["file", r"evil\x1b[2J\t\nname.pdf"]
