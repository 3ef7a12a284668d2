"""The script `facturier-review`: the review site on the address that the settings name, by default 127.0.0.1:8321."""

from __future__ import annotations

import logging
import sys

import uvicorn

from extractors.sandbox import ReaderPool
from models.errors import SettingsError
from models.migrate import migrate
from models.settings import Settings, load_settings
from models.store.engine import Store
from models.store.people import ensure_first_user
from review.app import create_app
from review.site import Site
from review.sweeping import sweeping


def main() -> None:
    """Serve until a signal comes; exit code 5 where the configuration is wrong."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    try:
        settings = load_settings()
        serve(settings)
    except SettingsError as error:
        sys.stderr.write(f"facturier-review: {error}\n{error.advice}\n")
        sys.exit(5)


def serve(settings: Settings) -> None:
    """Open the database of the settings and serve the site."""
    settings.home.mkdir(parents=True, exist_ok=True)
    store = Store(settings.url)
    migrate(store)
    with store.write() as session:
        first = ensure_first_user(session)
    if first:
        sys.stderr.write(f"First account: login {first[0]}, password {first[1]} (shown this once)\n")
    web = settings.web
    with (
        ReaderPool(settings.reading, settings.limits, workers=1, window=2) as reader,  # words never delay pictures
        sweeping(Site(settings, store, None)),
    ):
        app = create_app(settings, store, reader)
        sys.stderr.write(f"Review site: http://{web.host}:{web.port}\n")
        # No proxy headers: a client could name any address with them, and the throttle counts by address.
        uvicorn.run(app, host=web.host, port=web.port, log_level="warning", access_log=False, server_header=False,
                    proxy_headers=False)  # fmt: skip
    store.dispose()


if __name__ == "__main__":
    main()
