"""Which supplier of the master the seller is: by legal id, VAT id, bank account, and only then by name.

A name that looks like a supplier's while the identifiers are another company's is an alert, never a match; one's own
company is never a supplier. Probabilities in [0, 1], set by hand from what each kind of evidence is worth.

>>> from models.invoice import Invoice
>>> from models.order import Supplier
>>> master = (Supplier(seller_id="S1", name="Dupont SARL", legal_id="303265045"),)
>>> match_supplier(Invoice(seller_name="DUPONT", seller_vat_id="FR40303265045"), master).by
'vat_id'
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from matching.identity import are_comparable, identity_keys, legal_keys, own_keys, vat_keys
from matching.names import fold, name_similarity, normalise_name, skeleton, whole_skeleton
from models.finding import Finding, Severity
from models.invoice import Invoice
from models.match import SupplierMatch
from models.order import Supplier
from models.reference import squeeze
from models.settings import MatchingSettings

SURE, SHARED = 0.99, 0.9  # an identifier that one supplier has, or several establishments have
BANK = 0.92
NAMESAKE = 40.0  # below this similarity a name is another name
SAME_COMPANY = 60.0  # from this similarity a bank account speaks for the name beside it
ADDRESS_BONUS = 4.0  # points that an equal address adds to a name
RIVAL_MARGIN = 2.0  # two names closer than this cannot be told apart


class Ranked(NamedTuple):
    """A supplier with the similarity of its name, in [0, 100]."""

    score: float
    supplier: Supplier


@lru_cache(maxsize=65_536)
def _keys(vat_id: str | None, legal_id: str | None) -> frozenset[str]:
    return identity_keys(vat_id, legal_id)


def supplier_keys(supplier: Supplier) -> frozenset[str]:
    """Every identifier key of a supplier."""
    return _keys(supplier.vat_id, supplier.legal_id)


def match_supplier(
    invoice: Invoice,
    suppliers: Sequence[Supplier],
    own_ids: frozenset[str] = frozenset(),
    settings: MatchingSettings = MatchingSettings(),  # noqa: B008 - frozen
) -> SupplierMatch:
    """Find the seller in the master. `own_ids` are the client's own VAT and legal ids, in any notation."""
    own = own_keys(own_ids)
    seller = identity_keys(invoice.seller_vat_id, invoice.seller_legal_id)
    if seller & own:
        return SupplierMatch(findings=(_own_entity(invoice),))
    master = [supplier for supplier in suppliers if not supplier_keys(supplier) & own]
    by_id = _by_identifier(invoice, master)
    if by_id is not None:
        return by_id
    shared = _bank_owner(invoice, master)
    if shared is not None:
        return _by_bank(invoice, seller, shared)
    return _by_name(invoice, seller, master, settings)


def _by_identifier(invoice: Invoice, master: Sequence[Supplier]) -> SupplierMatch | None:
    legal = _owners(legal_keys(invoice.seller_legal_id), master)
    vat = _owners(vat_keys(invoice.seller_vat_id), master)
    if not legal and not vat:
        return None
    hits = legal or vat
    best = _ranked(invoice, hits)[0]
    conflict = (_conflict(invoice, legal[0], vat[0]),) if legal and vat and not _overlap(legal, vat) else ()
    return SupplierMatch(
        seller_id=best.supplier.seller_id,
        by="legal_id" if legal else "vat_id",
        probability=0.5 if conflict else SURE if len(hits) == 1 else SHARED,
        findings=(*conflict, *_other_name(invoice, best), *_foreign_bank(invoice, best.supplier, master)),
    )


def _owners(keys: frozenset[str], master: Sequence[Supplier]) -> list[Supplier]:
    return [supplier for supplier in master if keys & supplier_keys(supplier)] if keys else []


def _overlap(left: Sequence[Supplier], right: Sequence[Supplier]) -> bool:
    return bool({row.seller_id for row in left} & {row.seller_id for row in right})


def _bank_owner(invoice: Invoice, master: Sequence[Supplier]) -> Ranked | None:
    """The supplier that the bank account was verified for; the best name where several share it."""
    iban = squeeze(invoice.iban)
    if not iban:
        return None
    owners = [supplier for supplier in master if iban in map(squeeze, supplier.verified_ibans)]
    ranked = _ranked(invoice, owners)
    if not ranked or (len(ranked) > 1 and (not invoice.seller_name or ranked[0].score < SAME_COMPANY)):
        return None  # a factor's account: it says who collects, not who sold
    return ranked[0]


def _by_bank(invoice: Invoice, seller: frozenset[str], owner: Ranked) -> SupplierMatch:
    has_other_ids = are_comparable(seller, supplier_keys(owner.supplier))
    has_other_name = bool(invoice.seller_name) and owner.score < SAME_COMPANY
    if has_other_ids or has_other_name:
        return SupplierMatch(findings=(_bank_of_another(invoice, owner.supplier),))
    return SupplierMatch(seller_id=owner.supplier.seller_id, by="iban", probability=BANK)


def _by_name(
    invoice: Invoice, seller: frozenset[str], master: Sequence[Supplier], settings: MatchingSettings
) -> SupplierMatch:
    if not invoice.seller_name or not normalise_name(invoice.seller_name):
        return SupplierMatch()
    ranked = _ranked(invoice, master)
    alerts = tuple(_lookalikes(invoice, seller, ranked))
    free = [row for row in ranked if not are_comparable(seller, supplier_keys(row.supplier))]
    if alerts or not free or free[0].score < settings.name_threshold:
        return SupplierMatch(findings=alerts)
    best = free[0]
    if len(free) > 1 and best.score - free[1].score < RIVAL_MARGIN:
        return SupplierMatch(findings=(_namesakes(invoice, best.supplier, free[1].supplier),))
    span = 100.0 - min(settings.name_threshold, 99.0)
    probability = 0.8 + 0.15 * min(1.0, (best.score - settings.name_threshold) / span)
    return SupplierMatch(seller_id=best.supplier.seller_id, by="name", probability=round(probability, 4))


def _ranked(invoice: Invoice, suppliers: Sequence[Supplier]) -> list[Ranked]:
    """Suppliers by similarity of name, best first, the address breaking ties; seller_id makes it deterministic."""
    name, address = invoice.seller_name or "", invoice.seller_address
    rows = [Ranked(name_similarity(name, supplier.name), supplier) for supplier in suppliers]
    if address:
        rows = [_with_address(row, fold(address)) if row.score >= 70.0 else row for row in rows]
    return sorted(rows, key=lambda row: (-row.score, row.supplier.seller_id))


def _with_address(row: Ranked, address: str) -> Ranked:
    if not row.supplier.address:
        return row
    alike = fuzz.token_set_ratio(address, fold(row.supplier.address)) >= 85.0
    return row._replace(score=row.score + ADDRESS_BONUS) if alike else row


def _lookalikes(invoice: Invoice, seller: frozenset[str], ranked: Sequence[Ranked]) -> list[Finding]:
    """Suppliers that the name imitates: other identifiers, or letters that only look the same."""
    name = invoice.seller_name or ""
    for row in ranked:
        if row.score < 50.0 and name.isascii():
            break  # an imitation in plain letters is at least this close
        has_other_ids = are_comparable(seller, supplier_keys(row.supplier))
        if (has_other_ids and _is_imitation(name, row.supplier.name)) or _has_homoglyphs(name, row.supplier.name):
            return [_lookalike(invoice, row.supplier)]
    return []


def _is_imitation(name: str, known: str) -> bool:
    return any(_is_near(view(name), view(known)) for view in (skeleton, whole_skeleton))


def _is_near(seen: str, original: str) -> bool:
    edits = 2 if len(original) >= 10 else 1 if len(original) >= 4 else 0
    return bool(seen) and OSA.distance(seen, original, score_cutoff=edits) <= edits


def _has_homoglyphs(name: str, known: str) -> bool:
    """Equal to the eye, unequal in its letters, and not merely another notation."""
    if normalise_name(name) == normalise_name(known) or skeleton(name) != skeleton(known):
        return False
    return name_similarity(name, known) < 100.0


def _other_name(invoice: Invoice, best: Ranked) -> tuple[Finding, ...]:
    if not invoice.seller_name or best.score >= NAMESAKE:
        return ()
    known = best.supplier.name
    text = f"The identifiers are those of {known}, but the invoice names its seller {invoice.seller_name}."
    return (_finding("AP-SUPPLIER-NAME", Severity.WARNING, ("seller_name",), text, known, invoice.seller_name),)


def _foreign_bank(invoice: Invoice, seller: Supplier, master: Sequence[Supplier]) -> tuple[Finding, ...]:
    iban = squeeze(invoice.iban)
    if not iban or iban in map(squeeze, seller.verified_ibans):
        return ()
    owners = (row for row in master if row.seller_id != seller.seller_id and iban in map(squeeze, row.verified_ibans))
    return tuple(_bank_of_another(invoice, owner) for owner in list(owners)[:1])


def _finding(
    rule: str, severity: Severity, terms: tuple[str, ...], text: str, expected: str | None, actual: str | None
) -> Finding:
    return Finding(rule=rule, severity=severity, terms=terms, message=text, expected=expected, actual=actual)


def _own_entity(invoice: Invoice) -> Finding:
    found = invoice.seller_vat_id or invoice.seller_legal_id
    text = f"The seller's identifier {found} is our own: this is a sales invoice, or buyer and seller were swapped."
    return _finding("AP-OWN-ENTITY", Severity.ERROR, ("seller_vat_id", "seller_legal_id"), text, None, found)


def _bank_of_another(invoice: Invoice, owner: Supplier) -> Finding:
    text = f"The bank account {invoice.iban} is {owner.name}'s ({owner.seller_id}), not that of {invoice.seller_name}."
    return _finding("AP-BANK-SHARED", Severity.HOLD, ("iban", "seller_name"), text, owner.name, invoice.seller_name)


def _lookalike(invoice: Invoice, known: Supplier) -> Finding:
    text = (
        f"{invoice.seller_name} looks like our supplier {known.name} ({known.seller_id}) but is not: "
        f"identifiers {invoice.seller_vat_id or invoice.seller_legal_id or 'missing'} here, "
        f"{known.vat_id or known.legal_id or 'none'} on file."
    )
    actual = invoice.seller_name
    return _finding("AP-SUPPLIER-LOOKALIKE", Severity.HOLD, ("seller_name",), text, known.name, actual)


def _conflict(invoice: Invoice, first: Supplier, second: Supplier) -> Finding:
    text = (
        f"The registration {invoice.seller_legal_id} is {first.name}'s ({first.seller_id}), but the VAT id "
        f"{invoice.seller_vat_id} is {second.name}'s ({second.seller_id})."
    )
    terms = ("seller_legal_id", "seller_vat_id")
    return _finding("AP-SUPPLIER-CONFLICT", Severity.HOLD, terms, text, first.seller_id, second.seller_id)


def _namesakes(invoice: Invoice, first: Supplier, second: Supplier) -> Finding:
    text = f"{invoice.seller_name} may be {first.name} ({first.seller_id}) or {second.name} ({second.seller_id})."
    return _finding("AP-SUPPLIER-AMBIGUOUS", Severity.ERROR, ("seller_name",), text, None, invoice.seller_name)
