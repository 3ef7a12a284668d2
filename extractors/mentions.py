r"""What the words of an invoice say beside its values: legal mentions, exemptions, reverse charge, withholdings.

Pure. Words are compared without accents, case and line breaks, so that a mention may run over two lines. The patterns
stand in mentions.toml, for eight languages; what a rule makes of it is the rule's affair. Sources of the French ones:
CGI annexe II, art. 242 nonies A; Code de commerce, art. D441-5, L441-9, R123-237 and R123-238; of the others:
directive 2006/112, art. 226 (11) to (15), in the languages of the directive.

>>> find_mentions("Pénalités de retard : 3 fois le taux légal. Indemnité forfaitaire de 40 €.")
('late_rate', 'forty_euros')
>>> find_mentions("Steuerschuldnerschaft des\nLeistungsempfängers")
('reverse_charge',)
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import files

from lxml import etree

from models.document import Page
from models.mentions import MENTIONS
from models.names import fold

MOST_LETTERS = 200_000  # of one invoice; a mention beyond is not looked for


@lru_cache(maxsize=1)
def _compiled() -> dict[str, re.Pattern[str]]:
    table = tomllib.loads(files("extractors").joinpath("mentions.toml").read_text("utf-8"))
    if unknown := table.keys() - MENTIONS.keys():
        raise KeyError(f"no mentions: {sorted(unknown)}")
    return {name: re.compile("|".join(f"(?:{each})" for each in found), re.ASCII) for name, found in table.items()}


def find_mentions(text: str) -> tuple[str, ...]:
    """What a text says, in the order of the table."""
    plain = " ".join(fold(text[:MOST_LETTERS]).replace("\u2019", "'").split())
    return tuple(name for name, pattern in _compiled().items() if pattern.search(plain))


def mentions_on(pages: Iterable[Page]) -> tuple[str, ...]:
    """What the words of pages say."""
    return find_mentions(" ".join(word.text for page in pages for word in page.words))


def mentions_in(root: etree._Element) -> tuple[str, ...]:
    """What the texts of an e-invoice say: notes, payment terms, reasons for an exemption."""
    parts = (str(part).strip() for part in root.itertext())
    found = find_mentions(" ".join(part for part in parts if part))
    also = (name for name, path in _ELEMENTS if name not in found and path(root))
    return (*found, *also)


# What an e-invoice says by an element of its own: BT-6, the frame of the French reform (BT-23: B1, S1, M1 ...), BG-14.
_ELEMENTS = (
    ("other_tax_currency", etree.XPath("boolean(//*[local-name()='TaxCurrencyCode'])")),
    ("operation", etree.XPath(
        "boolean((/*/*[local-name()='ProfileID'] | //*[local-name()='BusinessProcessSpecifiedDocumentContextParameter']"
        "/*[local-name()='ID'])[string-length(normalize-space()) = 2]"
        "[contains('BSM', substring(normalize-space(), 1, 1))])"
    )),
    ("delivery_day", etree.XPath(
        "boolean(//*[local-name()='InvoicePeriod' or local-name()='BillingSpecifiedPeriod'])")),
)  # fmt: skip
