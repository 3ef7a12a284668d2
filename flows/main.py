"""The script `facturier`: sets what must be set before anything heavy is imported, then hands over to the commands.

Telemetry of Prefect and Great Expectations is off; number libraries get one thread each, because our parallelism is
processes (two threads made a fit on two cores 26 times slower).
"""

from __future__ import annotations

import os
import sys

QUIET: dict[str, str] = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_TELEMETRY_ENABLE_RESOURCE_METRICS": "false",
    "PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY": "false",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    "GX_ANALYTICS_ENABLED": "false",
}

ONE_THREAD: dict[str, str] = {
    "OMP_THREAD_LIMIT": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}


def prepare_environment() -> None:
    """Switch telemetry off and threads to one, for this process and its children."""
    os.environ.update(QUIET)
    for name, value in ONE_THREAD.items():
        os.environ.setdefault(name, value)


def main() -> None:
    """Run the command line."""
    prepare_environment()
    from flows.cli import run

    sys.exit(run())


if __name__ == "__main__":
    main()
