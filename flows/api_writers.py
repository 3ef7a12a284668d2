"""What the API gives one invoice with as another format; the site finds it by the setting `api.writers`.

The review site cannot see this room, nor this room the site: the name in the settings is all that ties them.

>>> sorted(WRITERS)
['cii', 'facturx', 'ubl']
"""

from __future__ import annotations

from collections.abc import Callable

from flows.exports.confined import Attach
from flows.exports.single import CONFORMING, write_single
from flows.exports.transcription import Origin
from models.store.export_batches import Version
from models.tables import ClientRow

Writer = Callable[[Version, ClientRow, Callable[[str], bytes], Attach], bytes]


def _writer(form: str) -> Writer:
    def write(version: Version, client: ClientRow, original: Callable[[str], bytes], attach: Attach) -> bytes:
        origin = Origin(version.document_id, version.sha256, client.name, client.vat_id)
        return write_single(form, version.invoice, origin, original, version.media_type, attach).content

    return write


WRITERS: dict[str, Writer] = {form: _writer(form) for form in CONFORMING}
