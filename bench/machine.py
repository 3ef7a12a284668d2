"""What a figure was measured on: processor, cores, how busy they were, and when. Every bench prints it first.

Figures of a busy machine are not comparable with those of an idle one: look at the load before believing a time.
"""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

# One thread for each process, as the product runs (flows/main.py says why).
ONE_THREAD = dict.fromkeys(("OMP_THREAD_LIMIT", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


def describe() -> dict[str, Any]:
    """The machine and the moment.

    >>> sorted(describe())
    ['cores', 'date', 'load', 'memory_gb', 'processor', 'python', 'system']
    """
    return {
        "date": datetime.now(UTC).isoformat(timespec="minutes"),
        "processor": _first("/proc/cpuinfo", "model name") or platform.processor() or platform.machine(),
        "cores": len(os.sched_getaffinity(0)),
        "load": round(os.getloadavg()[0], 2),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
    }


def header() -> str:
    """The same in one line."""
    facts = describe()
    return (
        f"{facts['date']}, {facts['processor']}, {facts['cores']} cores (load {facts['load']}), "
        f"{facts['memory_gb']} GB, {facts['system']}, Python {facts['python']}"
    )


def resident_mb(pid: int, *, peak: bool = True) -> float:
    """The memory of one process, without its children, in MB: at its highest so far, or now."""
    value = _first(f"/proc/{pid}/status", "VmHWM" if peak else "VmRSS")
    return int(value.split()[0]) / 1024 if value else 0.0


def tree_cpu_seconds(pid: int) -> float:
    """CPU seconds of a process and all below it so far, those that ended and were waited for included."""
    ticks: dict[int, int] = {}
    parents: dict[int, int] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except OSError:
            continue  # it ended meanwhile
        number = int(path.parent.name)
        parents[number], ticks[number] = int(fields[1]), sum(map(int, fields[11:15]))
    family = {pid}
    while grown := {child for child, parent in parents.items() if parent in family} - family:
        family |= grown
    return sum(ticks.get(each, 0) for each in family) / os.sysconf("SC_CLK_TCK")


def children_cpu_seconds(pid: int) -> dict[str, float]:
    """CPU seconds of each direct child with all below it, by the module that it runs (`python -m module`)."""
    found: dict[str, float] = {}
    children = Path(f"/proc/{pid}/task/{pid}/children")
    for child in children.read_text(encoding="ascii").split() if children.exists() else ():
        try:
            words = Path(f"/proc/{child}/cmdline").read_text(encoding="utf-8", errors="replace").split("\0")
        except OSError:
            continue  # it ended meanwhile
        name = words[words.index("-m") + 1] if "-m" in words[:-1] else words[0]
        found[name] = found.get(name, 0.0) + tree_cpu_seconds(int(child))
    return found


def _first(path: str, key: str) -> str:
    """The value of the first line that begins with `key`; empty where there is none."""
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(key)), "")
