"""Fixtures of the site."""

from __future__ import annotations

from tests.browser import painter, settings, stored, visit
from tests.desk import desk, make_document

__all__ = ["desk", "make_document", "painter", "settings", "stored", "visit"]
