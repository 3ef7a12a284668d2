"""The published stylesheets as they are meant to be run: by Saxon. Slow to start, and the measure for our own engine.

Saxon gives no answer at all where one test cannot be evaluated ("abc" as an amount); that is a finding of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from lxml import etree
from saxonche import PySaxonApiError, PySaxonProcessor

SVRL = "{http://purl.oclc.org/dsdl/svrl}"
BROKEN = "AP-RULES-BROKEN"


@lru_cache(maxsize=1)
def _processor() -> Any:  # noqa: ANN401 - saxonche has no types
    return PySaxonProcessor(license=False)


@lru_cache(maxsize=16)
def compiled(path: Path) -> Any:  # noqa: ANN401 - saxonche has no types
    """The stylesheet of a file, ready to run; seconds the first time."""
    return _processor().new_xslt30_processor().compile_stylesheet(stylesheet_file=str(path))


def failed_asserts(path: Path, root: etree._Element) -> Iterator[tuple[str, str, str]]:
    """Rule id, flag and text of each assertion that fails."""
    try:
        document = _processor().parse_xml(xml_text=etree.tostring(root, encoding="unicode"))
        report = compiled(path).transform_to_string(xdm_node=document)
    except PySaxonApiError as error:
        yield BROKEN, "fatal", f"The rules could not be evaluated: {str(error).splitlines()[0][:200]}"
        return
    for failed in etree.fromstring(report.encode()).iter(f"{SVRL}failed-assert"):
        if failed.get("id"):
            text = failed.find(f"{SVRL}text")
            words = " ".join("".join(map(str, text.itertext())).split()) if text is not None else ""
            yield failed.get("id", ""), (failed.get("flag") or failed.get("role") or "").lower(), words
