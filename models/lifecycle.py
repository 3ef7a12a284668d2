"""Where an invoice stands in the words of the French reform: statuses 200 to 213 and the reasons that go with them.

A transcription of our states for whoever sends them (the accredited platform does); nothing is sent from here. Sources:
AFNOR XP Z12-012 (statuses, roles), the rules BR-FR-CDV-CL-09 of its message (which reasons a status takes).

>>> lifecycle_of("rejected", "DUPLICATE look-alike")
Lifecycle(code='210', name_fr='Refusée', name_en='Refused', reasons=('DOUBLON',))
>>> lifecycle_of("held", "AP-BANK-NEW").code, lifecycle_of("approved").code, lifecycle_of("exported", paid=True).code
('208', '205', '211')
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from models.status import Status


class Lifecycle(NamedTuple):
    """A status of the reform with its names, and the codes of the reasons that it is sent with."""

    code: str
    name_fr: str
    name_en: str
    reasons: tuple[str, ...] = ()


class Step(NamedTuple):
    """One status: its names, whether the law asks for it, and who says it."""

    name_fr: str
    name_en: str
    is_mandatory: bool
    by: str  # platform, buyer, seller


STATUSES: Mapping[str, Step] = MappingProxyType({
    "200": Step("Déposée", "Deposited", is_mandatory=True, by="platform"),
    "201": Step("Émise par la plateforme", "Issued by the platform", is_mandatory=False, by="platform"),
    "202": Step("Reçue par la plateforme", "Received by the platform", is_mandatory=False, by="platform"),
    "203": Step("Mise à disposition", "Made available", is_mandatory=False, by="platform"),
    "204": Step("Prise en charge", "In hand", is_mandatory=False, by="buyer"),
    "205": Step("Approuvée", "Approved", is_mandatory=False, by="buyer"),
    "206": Step("Approuvée partiellement", "Partially approved", is_mandatory=False, by="buyer"),
    "207": Step("En litige", "Disputed", is_mandatory=False, by="buyer"),
    "208": Step("Suspendue", "Suspended", is_mandatory=False, by="buyer"),
    "209": Step("Complétée", "Completed", is_mandatory=False, by="seller"),
    "210": Step("Refusée", "Refused", is_mandatory=True, by="buyer"),
    "211": Step("Paiement transmis", "Payment sent", is_mandatory=False, by="buyer"),
    "212": Step("Encaissée", "Cashed", is_mandatory=True, by="seller"),
    "213": Step("Rejetée", "Rejected", is_mandatory=True, by="platform"),
})  # fmt: skip

# Reason -> French, English. Codes of the data element MDT-113.
REASONS: Mapping[str, tuple[str, str]] = MappingProxyType({
    "JUSTIF_ABS": ("Justificatif absent ou insuffisant", "Supporting document missing or insufficient"),
    "ROUTAGE_ERR": ("Erreur de routage", "Routing error"),
    "AUTRE": ("Autre", "Other"),
    "COORD_BANC_ERR": ("Erreur de coordonnées bancaires", "Wrong bank details"),
    "TX_TVA_ERR": ("Taux de TVA erroné", "Wrong VAT rate"),
    "MONTANTTOTAL_ERR": ("Montant total erroné", "Wrong total amount"),
    "CALCUL_ERR": ("Erreur de calcul de la facture", "Calculation error"),
    "NON_CONFORME": ("Mention légale manquante", "Mandatory statement missing"),
    "DOUBLON": ("Facture en doublon", "Duplicate invoice"),
    "DEST_INC": ("Destinataire inconnu", "Unknown addressee"),
    "DEST_ERR": ("Erreur de destinataire", "Wrong addressee"),
    "TRANSAC_INC": ("Transaction inconnue", "Unknown transaction"),
    "EMMET_INC": ("Émetteur inconnu", "Unknown sender"),
    "CONTRAT_TERM": ("Contrat terminé", "Contract ended"),
    "DOUBLE_FACT": ("Double facture", "Invoiced twice"),
    "CMD_ERR": ("Numéro de commande incorrect ou manquant", "Order number wrong or missing"),
    "ADR_ERR": ("Adresse de facturation erronée", "Wrong billing address"),
    "SIRET_ERR": ("SIRET erroné ou absent", "SIRET wrong or missing"),
    "CODE_ROUTAGE_ERR": ("Code routage absent ou erroné", "Routing code wrong or missing"),
    "REF_CT_ABSENT": ("Référence contractuelle manquante", "Contract reference missing"),
    "REF_ERR": ("Référence incorrecte", "Wrong reference"),
    "PU_ERR": ("Prix unitaires incorrects", "Wrong unit prices"),
    "REM_ERR": ("Remise erronée", "Wrong discount"),
    "QTE_ERR": ("Quantité facturée incorrecte", "Wrong invoiced quantity"),
    "ART_ERR": ("Article facturé incorrect", "Wrong invoiced item"),
    "MODPAI_ERR": ("Modalités de paiement incorrectes", "Wrong payment terms"),
    "QUALITE_ERR": ("Qualité d'article livré incorrecte", "Wrong quality of delivered item"),
    "LIVR_INCOMP": ("Problème de livraison", "Delivery problem"),
})  # fmt: skip

_ORDER = ("CMD_ERR", "SIRET_ERR", "CODE_ROUTAGE_ERR", "REF_CT_ABSENT", "REF_ERR")
_GOODS = ("PU_ERR", "REM_ERR", "QTE_ERR", "ART_ERR", "MODPAI_ERR", "QUALITE_ERR", "LIVR_INCOMP")
_REFUSAL = ("TX_TVA_ERR", "MONTANTTOTAL_ERR", "CALCUL_ERR", "NON_CONFORME", "DOUBLON", "DEST_ERR", "TRANSAC_INC",
            "EMMET_INC", "CONTRAT_TERM", "DOUBLE_FACT", "CMD_ERR", "ADR_ERR", "REF_CT_ABSENT")  # fmt: skip
# Status -> the reasons that it may be sent with; any other status goes without.
ALLOWED: Mapping[str, frozenset[str]] = MappingProxyType({
    "206": frozenset(("AUTRE", *_ORDER, *_GOODS)),
    "207": frozenset(("AUTRE", "COORD_BANC_ERR", "DEST_INC", *_REFUSAL, *_ORDER, *_GOODS)),
    "208": frozenset(("JUSTIF_ABS", "COORD_BANC_ERR", *_ORDER)),
    "210": frozenset(_REFUSAL),
})  # fmt: skip

# The codes of our review page -> the reform's.
REJECTIONS: Mapping[str, str] = MappingProxyType({
    "DUPLICATE": "DOUBLON", "COORD_BANC_ERR": "COORD_BANC_ERR", "TX_TVA_ERR": "TX_TVA_ERR",
    "TOTAL_AMOUNT_ERR": "MONTANTTOTAL_ERR", "CALCUL_ERR": "CALCUL_ERR", "ROUTING_ERR": "DEST_ERR",
    "JUSTIF_ABS": "JUSTIF_ABS", "OTHER": "AUTRE",
})  # fmt: skip

# How a rule's id begins -> reason; the longest that fits wins, NON_CONFORME is for every other rule of a standard.
RULES: Mapping[str, str] = MappingProxyType({
    "AP-DUPLICATE": "DOUBLON", "AP-MATCH-INVOICED": "DOUBLE_FACT", "AP-CREDIT": "MONTANTTOTAL_ERR",
    "AP-BANK": "COORD_BANC_ERR", "AP-SUPPLIER": "EMMET_INC", "AP-FIRST-INVOICE": "EMMET_INC",
    "AP-OWN-ENTITY": "DEST_ERR", "AP-BUYER": "DEST_ERR", "AP-MATCH-SELLER": "CMD_ERR", "AP-MATCH": "CMD_ERR",
    "AP-MATCH-PRICE": "PU_ERR", "AP-MATCH-QUANTITY": "QTE_ERR", "AP-MATCH-CLOSED": "CONTRAT_TERM",
    "AP-PAGE": "NON_CONFORME", "AP-XML": "NON_CONFORME", "AP-PDF": "NON_CONFORME", "AP-READ": "AUTRE",
    "AP-LAYOUT": "AUTRE", "AP-BUNDLE": "AUTRE", "AP-AUDIT": "AUTRE", "AP-PAGES": "AUTRE", "AP-RULES": "AUTRE",
    "AP-VAT": "TX_TVA_ERR", "AP-VAT-BASE": "CALCUL_ERR", "AP-LINE": "CALCUL_ERR", "AP-AMOUNT": "MONTANTTOTAL_ERR",
    "AP-SIRET": "SIRET_ERR", "AP-SIREN": "SIRET_ERR", "AP-LEGAL": "SIRET_ERR", "AP-TERMS": "MODPAI_ERR",
    "AP-DUE": "MODPAI_ERR", "AP-SPLIT": "AUTRE", "AP-CURRENCY": "MODPAI_ERR",
    "BR-CO": "CALCUL_ERR", "BR-S": "TX_TVA_ERR", "BR-Z": "TX_TVA_ERR", "BR-E": "TX_TVA_ERR", "BR-AE": "TX_TVA_ERR",
    "BR-IC": "TX_TVA_ERR", "BR-G": "TX_TVA_ERR", "BR-O": "TX_TVA_ERR", "BR-DEC": "CALCUL_ERR",
})  # fmt: skip
OTHER_RULE = "NON_CONFORME"
_PREFIXES = tuple(sorted(RULES, key=len, reverse=True))

# Our own reasons of a decision -> reason; what is our doubt alone is AUTRE and no fault of the invoice.
DECISIONS: Mapping[str, str] = MappingProxyType({
    "missing_field": "NON_CONFORME", "arithmetic": "CALCUL_ERR", "rule_failed": "NON_CONFORME",
    "page_xml_differ": "NON_CONFORME", "xml_broken": "NON_CONFORME", "xml_doubtful": "NON_CONFORME",
    "tampered": "NON_CONFORME", "damaged_file": "NON_CONFORME", "no_invoice_found": "NON_CONFORME",
    "not_payable": "NON_CONFORME", "unknown_supplier": "EMMET_INC", "lookalike_supplier": "EMMET_INC",
    "foreign_account": "COORD_BANC_ERR",
    "new_bank_account": "COORD_BANC_ERR", "invalid_bank_account": "COORD_BANC_ERR", "duplicate": "DOUBLON",
    "already_invoiced": "DOUBLE_FACT", "no_order": "CMD_ERR", "ambiguous_order": "CMD_ERR",
    "seller_mismatch": "CMD_ERR", "closed_order": "CONTRAT_TERM", "price_variance": "PU_ERR",
    "quantity_variance": "QTE_ERR",
})  # fmt: skip
FALLBACK = "AUTRE"
# Where a status does not take the exact reason, the nearest one that it takes.
NEAREST: Mapping[str, Mapping[str, str]] = MappingProxyType({
    "210": MappingProxyType({
        "AUTRE": "NON_CONFORME", "COORD_BANC_ERR": "NON_CONFORME", "JUSTIF_ABS": "NON_CONFORME",
        "SIRET_ERR": "NON_CONFORME", "MODPAI_ERR": "NON_CONFORME", "ROUTAGE_ERR": "DEST_ERR", "DEST_INC": "DEST_ERR",
        "CODE_ROUTAGE_ERR": "DEST_ERR", "REF_ERR": "CMD_ERR", "PU_ERR": "CMD_ERR", "REM_ERR": "CMD_ERR",
        "QTE_ERR": "CMD_ERR", "ART_ERR": "CMD_ERR", "QUALITE_ERR": "CMD_ERR", "LIVR_INCOMP": "CMD_ERR",
    }),
    "207": MappingProxyType({"JUSTIF_ABS": "AUTRE", "ROUTAGE_ERR": "DEST_ERR"}),
})  # fmt: skip

# For SQL: our code of a rejection -> the reason that a refusal is sent with.
REFUSED_AS: Mapping[str, str] = MappingProxyType(
    {ours: NEAREST["210"].get(code, code) for ours, code in REJECTIONS.items()}
)

# State -> status. What stands before a person's word is in hand; a quarantined file has no status of an invoice yet.
STATES: Mapping[str, str] = MappingProxyType({
    Status.RECEIVED.value: "202", Status.EXTRACTED.value: "203", Status.MATCHED.value: "203",
    Status.IN_REVIEW.value: "204", Status.HELD.value: "208", Status.DUPLICATE.value: "207",
    Status.QUARANTINED.value: "208", Status.APPROVED.value: "205", Status.EXPORTED.value: "205",
    Status.REJECTED.value: "210",
})  # fmt: skip


def lifecycle_of(
    state: str, reason: str = "", *, asked: bool = False, part: bool = False, paid: bool = False
) -> Lifecycle:
    """The status of a document, with the reason that goes with it.

    Args:
        state: of `models.status.Status`.
        reason: the reason of the last move, a code of the review page, a rule or a reason of a decision.
        asked: an open question waits for the supplier's answer, so that the invoice is suspended.
        part: only a part of it was approved.
        paid: the finance system has said that it was paid.
    """
    code = STATES[state]
    if paid and state == Status.EXPORTED:
        code = "211"
    elif part and code == "205":
        code = "206"
    elif asked and state in _OPEN:
        code = "208"
    step = STATUSES[code]
    return Lifecycle(code, step.name_fr, step.name_en, _reasons(code, "JUSTIF_ABS" if asked and not reason else reason))


_OPEN = frozenset({Status.IN_REVIEW, Status.HELD})


def _reasons(code: str, reason: str) -> tuple[str, ...]:
    """The reason as this status takes it; a status that needs one is never without."""
    allowed = ALLOWED.get(code)
    if allowed is None:
        return ()
    exact = reason_code(reason)
    if exact in allowed:
        return (exact,)
    nearest = NEAREST.get(code, {}).get(exact, FALLBACK)
    return (nearest,) if nearest in allowed else (_LAST[code],)


_LAST: Mapping[str, str] = MappingProxyType(
    {"206": "AUTRE", "207": "AUTRE", "208": "JUSTIF_ABS", "210": "NON_CONFORME"}
)


def reason_code(reason: str) -> str:
    """The reform's code for a reason of ours: a rejection, a rule, a decision's reason; AUTRE where none fits.

    >>> reason_code("TOTAL_AMOUNT_ERR too high"), reason_code("BR-CO-15"), reason_code("quantity_variance")
    ('MONTANTTOTAL_ERR', 'CALCUL_ERR', 'QTE_ERR')
    """
    first = reason.split(maxsplit=1)[0].rstrip(":,") if reason.strip() else ""
    if first in REASONS:
        return first
    known = REJECTIONS.get(first) or DECISIONS.get(first)
    if known:
        return known
    is_rule = first.isupper() and "-" in first
    return next((RULES[each] for each in _PREFIXES if first.startswith(each)), OTHER_RULE) if is_rule else FALLBACK
