"""A PostgreSQL server that lives as long as a `with` block, where its programs are installed. For measuring only.

Without passwords, on a port of this machine alone, and with fsync off: writing is faster than a real server's.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_PLACES = Path("/usr/lib/postgresql")
_OPTIONS = "-c fsync=off -c shared_buffers=512MB -c maintenance_work_mem=256MB -c max_wal_size=4GB"


@contextmanager
def throwaway_server() -> Iterator[str]:
    """Start a server and give its URL.

    Raises:
        FileNotFoundError: The programs of PostgreSQL are not installed.
    """
    programs = _programs()
    folder = Path(tempfile.mkdtemp())
    user = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())  # it refuses to run as root
    os.chown(folder, user.pw_uid, user.pw_gid)
    options: dict[str, Any] = {"cwd": folder, "stdout": subprocess.DEVNULL}
    if os.geteuid() == 0:
        options |= {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    data = folder / "data"
    try:
        subprocess.run([programs / "initdb", "-D", data, "-U", "office", "-A", "trust", "-N"], check=True, **options)
        start = f"-p {port} -h 127.0.0.1 -k {folder} {_OPTIONS}"
        subprocess.run([programs / "pg_ctl", "-D", data, "-w", "-o", start, "-l", folder / "log", "start"], check=True,
                       **options)  # fmt: skip
        yield f"postgresql+psycopg://office@127.0.0.1:{port}/postgres"
    finally:
        subprocess.run([programs / "pg_ctl", "-D", data, "-m", "immediate", "stop"], check=False,
                       stderr=subprocess.DEVNULL, **options)  # fmt: skip
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path:
    found = sorted(_PLACES.glob("*/bin/initdb"))
    named = shutil.which("initdb")
    if not found and named is None:
        raise FileNotFoundError("PostgreSQL is not installed: give the --url of a server instead")
    return found[-1].parent if found else Path(str(named)).parent
