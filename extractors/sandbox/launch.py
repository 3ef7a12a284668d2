"""Starting the warm parent behind the best walls that this machine has.

Bubblewrap gives it an empty network, its own processes, and a file system of nothing but the runtime and this
program's two packages, read-only. Started by root it also becomes nobody, so that limits hold. Where bubblewrap is
missing or forbidden the child's own limits and system-call filter remain (`confine`).

>>> find_jail("none").name
'none'
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from models.errors import SettingsError

PROJECT = Path(__file__).resolve().parents[2]
PACKAGES = ("extractors", "models")
PROGRAM = ("-m", "extractors.sandbox.zygote")
NOBODY = 65534
SCRATCH_BYTES = 512 * 2**20  # for all children together
PROBE_SECONDS = 20

_RUNTIME = ("/usr", "/etc/ld.so.cache", "/etc/alternatives", "/etc/fonts")
_LINKS = ("/bin", "/sbin", "/lib", "/lib32", "/lib64")
_CUT_OFF = ("--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try")


class Jail(NamedTuple):
    """A way of starting a process behind walls."""

    name: str
    prefix: tuple[str, ...] = ()
    uid: int | None = None  # whom the process itself has to become, as its first act
    own_processes: bool = False


def find_jail(wanted: str) -> Jail:
    """The strongest jail that works here; `wanted` is `reading.sandbox`.

    Raises:
        SettingsError: bubblewrap is demanded but does not work.
    """
    if wanted == "none":
        return Jail("none")
    found = _working_jail()
    if found is None and wanted == "bubblewrap":
        raise SettingsError(
            "reading.sandbox is 'bubblewrap', but bwrap is missing or may not make name spaces here:"
            " install bubblewrap, or allow unprivileged user name spaces, or set it to 'auto'"
        )
    return found or Jail("none")


def showing(jail: Jail, folder: Path | None) -> Jail:
    """The jail with one more folder in it, read-only; without walls everything is there anyway."""
    if folder is None or not jail.prefix:
        return jail
    path = folder.resolve()
    return jail._replace(prefix=(*jail.prefix, *_parents(path, []), "--ro-bind-try", str(path), str(path)))


def environment() -> dict[str, str]:
    """All that the warm parent sees of the environment: no secret, one thread for every library."""
    threads = ("OMP_NUM_THREADS", "OMP_THREAD_LIMIT", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")
    kept = {name: os.environ[name] for name in ("TESSDATA_PREFIX", "COVERAGE_PROCESS_START") if name in os.environ}
    return kept | dict.fromkeys(threads, "1") | {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "PYTHONPATH": str(PROJECT),
        "PYTHONDONTWRITEBYTECODE": "1",
    }  # fmt: skip


@cache
def _working_jail() -> Jail | None:
    """Try each jail with a Python that opens one of our files; about 40 ms each."""
    return next((jail for jail in _candidates() if _works(jail)), None)


def _candidates() -> Iterator[Jail]:
    program = shutil.which("bwrap")
    if not program:
        return
    walls = (program, "--die-with-parent", "--new-session", "--cap-drop", "ALL", *_CUT_OFF)
    if os.geteuid() == 0:  # limits on processes do not bind root, not even root of a user name space
        rights = ("--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID")
        yield Jail("bubblewrap", (*walls, *rights, *_file_system()), uid=NOBODY, own_processes=True)
    yield Jail("bubblewrap", (*walls, "--unshare-user-try", *_file_system()), own_processes=True)


def _works(jail: Jail) -> bool:
    become = f"u = {jail.uid}; os.setgroups([]); os.setresgid(u, u, u); os.setresuid(u, u, u)" if jail.uid else ""
    code = f"import os; {become}\nopen({str(Path(__file__).resolve())!r}).close()\nimport pydantic_core"
    try:
        done = subprocess.run(
            [*jail.prefix, sys.executable, "-c", code],
            env=environment(), stdin=subprocess.DEVNULL, capture_output=True, timeout=PROBE_SECONDS, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _file_system() -> tuple[str, ...]:
    """Arguments that build the file system: runtime and packages read-only, the rest empty."""
    arguments = ["--proc", "/proc", "--dev", "/dev", "--size", str(SCRATCH_BYTES), "--perms", "1777", "--tmpfs", "/tmp"]  # noqa: S108 - inside
    for link in map(Path, _LINKS):
        if link.is_symlink():
            arguments += ["--symlink", str(link.readlink()), str(link)]
        elif link.is_dir():
            arguments += ["--ro-bind", str(link), str(link)]
    seen: list[Path] = []
    for path in map(Path, (*_RUNTIME, *_python(), *(str(PROJECT / name) for name in PACKAGES))):
        if not any(path.is_relative_to(other) for other in seen):
            arguments += [*_parents(path, seen), "--ro-bind-try", str(path), str(path)]
            seen.append(path)
    return (*arguments, "--chdir", "/")


def _parents(path: Path, seen: list[Path]) -> Iterator[str]:
    """Make the folders above a path; bubblewrap would make them for its own user only."""
    for parent in reversed(path.parents[:-1]):
        if not any(other.is_relative_to(parent) for other in seen):
            yield from ("--perms", "0755", "--dir", str(parent))


def _python() -> Iterator[str]:
    """Where the interpreter and its libraries lie."""
    yield sys.base_prefix
    yield sys.prefix
    yield str(Path(sys.executable).resolve().parent.parent)
    yield from (sysconfig.get_path(name) for name in ("purelib", "platlib"))
    if tessdata := os.environ.get("TESSDATA_PREFIX"):
        yield tessdata
