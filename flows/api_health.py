"""Whether the Prefect server answers, asked without importing Prefect."""

from __future__ import annotations

import os
import urllib.error
import urllib.request


def is_server_up() -> bool:
    """Whether the Prefect server that PREFECT_API_URL names answers; true where none is named."""
    url = os.environ.get("PREFECT_API_URL", "")
    if not url.startswith(("http://", "https://")):
        return True  # Prefect starts one of its own
    try:
        with urllib.request.urlopen(f"{url}/health", timeout=2) as answer:  # noqa: S310 - the scheme was checked
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError, ValueError):
        return False
