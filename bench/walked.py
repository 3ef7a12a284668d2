"""Made documents walked through reading, matching, rules and gates, each with what was wrong in the end.

What stands on the pages, who the supplier is and which order is meant are known, so a document is right where all that
a payment rests on was read and matched rightly. Layouts are drawn at random: the shipped reader has seen none of them.
Suppliers send several invoices each; the reader remembers the earlier ones as it does at work. Half of the pages have
letters as a recogniser would misread them. What a gate holds is left out: it never comes before the score.

    python -m bench.walked 200 [--seed 31] [--start 0] > evidence.jsonl
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from assurance.evidence import document_evidence
from assurance.score import PRODUCT, score_of
from extractors.fields import ReaderModel, load_model, read_fields
from extractors.fields.remembering import sample_of
from flows.basis import Basis
from flows.decide import decide
from learning.document_score import Judged, wrong_terms
from learning.material import SYNTHETIC, Example
from learning.truth import ours
from matching import match_invoice, match_supplier
from models.extraction import Extraction
from models.invoice import TERMS, Invoice
from models.match import MatchResult
from models.memory import Fingerprint, Sample, is_known
from models.order import PurchaseOrder, Supplier
from models.settings import MatchingSettings, PolicySettings, ReadingSettings
from sample_invoices.generator.training.noise import noisy
from sample_invoices.generator.training.ordered import Ordered, orders_of, supplier_of
from sample_invoices.generator.training.series import RandomDocument, generate
from sample_invoices.generator.truth import known_values
from validators import ValidationContext, validate

SEED, EACH = 31, 5  # invoices of each supplier
MISREAD, LETTERS = 0.5, (0.003, 0.03)  # share of pages with misread letters, and which share of their letters
BESIDE = 12  # other suppliers in the master data
READING, MATCHING = ReadingSettings(), MatchingSettings()
POLICY = PolicySettings(amount_limit=Decimal(10) ** 12)  # how much it is says nothing of how it was read
KINDS = frozenset({"invoice", "credit_note"})  # a receipt from a till has no order


class Office:
    """What a client knows when the next invoice comes: suppliers, orders, remembered layouts."""

    def __init__(self, model: ReaderModel) -> None:
        self.model = model
        self.suppliers: deque[Supplier] = deque(maxlen=BESIDE)
        self.orders: deque[PurchaseOrder] = deque(maxlen=4 * BESIDE)
        self.samples: list[Sample] = []
        self.past = 0

    def begin(self, supplier: Supplier) -> None:
        """Another supplier, of whom nothing is remembered yet."""
        self.suppliers.append(supplier)
        self.samples, self.past = [], 0

    def read(self, example: Example) -> Extraction | None:
        """The reading, helped by what is remembered; None where the pages are not one invoice."""

        def recall(asked: Fingerprint) -> Sequence[Sample]:
            return [each for each in self.samples if is_known(asked, each)]

        found = read_fields(example.pages, READING, self.model, recall if self.samples else None)
        return found[0] if len(found) == 1 else None

    def match(self, extraction: Extraction, own: frozenset[str], orders: Sequence[PurchaseOrder]) -> MatchResult:
        """As the line matches it."""
        invoice = extraction.invoice
        supplier = match_supplier(invoice, tuple(self.suppliers), own, MATCHING)
        told = extraction.evidence.get("order_reference")
        seen = (invoice.order_reference, *(each.value for each in told.alternatives if told)) if told else ()
        numbers = tuple(number for number in seen if number)
        return match_invoice(invoice, supplier, (*orders, *self.orders), MATCHING, numbers)

    def remember(self, example: Example, made: Ordered) -> None:
        """The invoice is approved as it truly is."""
        fields = {term: value for term, value in example.fields.items() if term in TERMS}
        self.samples.append(sample_of(example.pages, Invoice.model_validate(fields), self.model))
        self.orders.extend(made.orders)
        self.past += 1


def walked(count: int, seed: int = SEED, start: int = 0) -> Iterator[Judged | None]:
    """Each of `count` documents as it comes before the score; None for one that a gate holds."""
    office = Office(load_model())
    for document in generate(seed, count, start=start, per_family=EACH):
        deal = document.composed.deal
        rng = Random(f"{seed}:{document.number}:office")  # noqa: S311 - a lot, no secret
        seller = f"S{document.number // EACH}"
        if document.number % EACH == 0 or not office.suppliers:
            office.begin(supplier_of(deal.seller, seller, deal.invoice.currency or ""))
        if deal.kind not in KINDS:
            continue
        example = _example(document, seed)
        made = orders_of(deal, seller, rng)
        own = frozenset(filter(None, (deal.buyer.vat_id, deal.buyer.legal_id)))
        yield _judge(office, example, made, own, seller)
        office.remember(example, made)


def _judge(office: Office, example: Example, made: Ordered, own: frozenset[str], seller: str) -> Judged | None:
    extraction = office.read(example)
    if extraction is None:
        return None
    match = office.match(extraction, own, made.orders)
    known = next((each for each in office.suppliers if each.seller_id == match.supplier.seller_id), None)
    issued = date.fromisoformat(example.fields.get("issue_date", "2026-06-30"))
    context = ValidationContext(today=issued + timedelta(days=4), supplier=known, own_vat_ids=own)
    findings = validate(extraction.invoice, extraction, match, context)
    evidence = document_evidence(extraction, match, findings, past=office.past)
    decision = decide(extraction, match, findings, POLICY, Basis(evidence, score_of(evidence, PRODUCT)))
    if decision.evidence is None or decision.evidence.features["gates"]:
        return None
    wrong = (*wrong_terms(example, extraction), *wrong_match(match, made, seller))
    return Judged(evidence, wrong, example.group, SYNTHETIC, seller)


def wrong_match(match: MatchResult, made: Ordered, seller: str) -> list[str]:
    """The supplier, the order, or what is linked to its lines."""
    found = [] if match.supplier.seller_id == seller else ["seller"]
    if match.orders != (made.order,):
        return [*found, "order"]
    true = set(made.links)
    linked = {(link.invoice_line, link.order_line) for link in match.lines}
    return found + (["links"] if linked and linked != true else [])


def _example(document: RandomDocument, seed: int) -> Example:
    record = document.record()
    rng = Random(f"{seed}:{document.number}:letters")  # noqa: S311
    pages = document.composed.reading()
    true = known_values(document.composed.deal.invoice, TERMS) | ours(record["fields"])
    return Example(
        name=f"{SYNTHETIC}-{seed}-{document.number}",
        pages=noisy(pages, rng.uniform(*LETTERS), rng) if rng.random() < MISREAD else pages,
        fields=true, visible=frozenset(record["visible"]), group=f"{SYNTHETIC}-{record['group']}",
        set=SYNTHETIC, language=record["language"], complete=True,
    )  # fmt: skip


def main(arguments: list[str] | None = None) -> int:
    """Write what came before the score, one JSON object a line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("documents", type=int)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--start", type=int, default=0, help="a multiple of the invoices of each supplier")
    options = parser.parse_args(arguments)
    told: Counter[str] = Counter()
    for judged in walked(options.documents, options.seed, options.start):
        told["held by a gate" if judged is None else " ".join(judged.wrong) or "right"] += 1
        if judged is not None:
            print(judged.to_json(), flush=True)
    print(json.dumps(dict(told.most_common())), file=sys.stderr)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
