"""Pages that were tampered with in ways that nothing was tuned on: pale, shrunk, faint, clipped text at any place.

>>> sorted(OTHER_CHANGES)[:2]
['behind a window', 'faint']
"""

from __future__ import annotations

from random import Random

from pikepdf import Dictionary

from bench.forged_pages import Forge, drawn_on, secret, shown


def _anywhere(rng: Random) -> tuple[float, float]:
    return rng.uniform(30, 300), rng.uniform(20, 780)


def _near_white(content: bytes, rng: Random) -> bytes:
    return drawn_on(content, shown(secret(rng), at=_anywhere(rng), how="0.96 0.97 0.98 rg"))


def _like_its_bar(content: bytes, rng: Random) -> bytes:
    x, y = _anywhere(rng)
    bar = f"q 0.1 0.2 0.5 rg {x - 4:.1f} {y - 4:.1f} 260 16 re f Q"
    return drawn_on(content, f"{bar} {shown(secret(rng), at=(x, y), how='0.12 0.2 0.52 rg')}")


def _shrunk(content: bytes, rng: Random) -> bytes:
    x, y = _anywhere(rng)
    return drawn_on(content, f"q 0.08 0 0 0.08 {x:.1f} {y:.1f} cm {shown(secret(rng), at=(0, 0))} Q")


def _faint(content: bytes, rng: Random) -> bytes:
    state = {"Faint": Dictionary(ca=0.05, CA=0.05)}
    return drawn_on(content, shown(secret(rng), at=_anywhere(rng), how="/Faint gs"), states=state)


def _only_clip(content: bytes, rng: Random) -> bytes:
    return drawn_on(content, shown(secret(rng), at=_anywhere(rng), how="7 Tr"))


def _behind_a_window(content: bytes, rng: Random) -> bytes:
    x, y = _anywhere(rng)
    return drawn_on(content, f"q {x + 20:.1f} {y + 30:.1f} 90 12 re W n {shown(secret(rng), at=(x, y))} Q")


OTHER_CHANGES: dict[str, Forge] = {
    "near white": _near_white,
    "like its bar": _like_its_bar,
    "shrunk": _shrunk,
    "faint": _faint,
    "only a clip": _only_clip,
    "behind a window": _behind_a_window,
}
