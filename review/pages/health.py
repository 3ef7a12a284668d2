"""`/health` for whoever watches the site: the database answers, and which schema it has. Tells nothing of clients."""

from __future__ import annotations

from fastapi import APIRouter
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from review.site import site_of

router = APIRouter()


@router.get("/health")
def health(request: Request) -> Response:
    """200 and `ok` where the database answers, else 503."""
    try:
        with site_of(request).store.read() as session:
            revision = session.connection().execute(text("SELECT version_num FROM alembic_version")).scalar()
    except SQLAlchemyError:
        return JSONResponse({"status": "database_down"}, status_code=503)
    return JSONResponse({"status": "ok", "schema": revision})
