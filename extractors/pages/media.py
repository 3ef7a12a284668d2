"""The media types that have pages, and what Pillow calls them.

>>> PICTURE_TYPES["image/png"]
'PNG'
"""

from __future__ import annotations

PDF = "application/pdf"
PICTURE_TYPES: dict[str, str] = {
    "image/png": "PNG",
    "image/jpeg": "JPEG",
    "image/tiff": "TIFF",
    "image/heic": "HEIF",
    "image/heif": "HEIF",
    "image/webp": "WEBP",
    "image/bmp": "BMP",
    "image/gif": "GIF",
}
