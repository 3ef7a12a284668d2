"""What is done with a document, and why: reasons are an enumeration, shown to people."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from models.certificate import DocumentEvidence
from models.invoice import Frozen


class Outcome(StrEnum):
    """Where a document goes after validation."""

    APPROVE = "approve"  # straight through, no human act
    REVIEW = "review"  # a person looks
    HOLD = "hold"  # nothing leaves until a second person releases it
    DUPLICATE = "duplicate"  # held as a suspected duplicate


class Reason(StrEnum):
    """Why a document needs a person. The text that people read is in REASON_TEXTS."""

    LOW_CONFIDENCE = "low_confidence"
    MISSING_FIELD = "missing_field"
    ARITHMETIC = "arithmetic"
    RULE_FAILED = "rule_failed"
    REPAIRED_VALUE = "repaired_value"
    PAGE_XML_DIFFER = "page_xml_differ"
    UNKNOWN_SUPPLIER = "unknown_supplier"
    FIRST_INVOICE = "first_invoice"
    LOOKALIKE_SUPPLIER = "lookalike_supplier"
    NEW_BANK_ACCOUNT = "new_bank_account"
    FOREIGN_ACCOUNT = "foreign_account"  # an employee's, or other sellers' too
    INVALID_BANK_ACCOUNT = "invalid_bank_account"
    DUPLICATE = "duplicate"
    NO_ORDER = "no_order"
    PRICE_VARIANCE = "price_variance"
    QUANTITY_VARIANCE = "quantity_variance"
    CLOSED_ORDER = "closed_order"
    SELLER_MISMATCH = "seller_mismatch"
    ALREADY_INVOICED = "already_invoiced"
    AMBIGUOUS_ORDER = "ambiguous_order"
    OVER_LIMIT = "over_limit"
    NOT_PAYABLE = "not_payable"  # pro forma, reminder, statement, order, delivery note
    BUNDLE = "bundle"  # one file held several invoices
    DAMAGED_FILE = "damaged_file"
    NO_INVOICE_FOUND = "no_invoice_found"
    XML_BROKEN = "xml_broken"
    XML_DOUBTFUL = "xml_doubtful"  # a value that is none, or an e-invoice that hides or has a rival
    PAGE_NOT_COMPARED = "page_not_compared"
    TAMPERED = "tampered"  # text that nobody sees, or a change after signing
    NEW_LAYOUT = "new_layout"  # a known supplier's page looks like none of its confirmed ones
    NOT_CERTIFIED = "not_certified"  # the labels do not prove yet that it may go through


REASON_TEXTS: dict[Reason, tuple[str, str]] = {  # English, French
    Reason.LOW_CONFIDENCE: ("a value was hard to read", "une valeur est difficile à lire"),
    Reason.MISSING_FIELD: ("a mandatory value was not found", "une mention obligatoire manque"),
    Reason.ARITHMETIC: ("the sums do not agree", "les totaux ne concordent pas"),
    Reason.RULE_FAILED: ("a rule did not pass", "une règle n'est pas respectée"),
    Reason.REPAIRED_VALUE: ("a value was repaired by arithmetic", "une valeur a été corrigée par calcul"),
    Reason.PAGE_XML_DIFFER: ("the page and its embedded XML differ", "la page et son XML diffèrent"),
    Reason.UNKNOWN_SUPPLIER: ("the supplier is not in the master data", "le fournisseur est inconnu"),
    Reason.FIRST_INVOICE: ("the supplier's first invoice", "première facture de ce fournisseur"),
    Reason.LOOKALIKE_SUPPLIER: ("looks like another supplier", "ressemble à un autre fournisseur"),
    Reason.NEW_BANK_ACCOUNT: ("the bank account is not verified", "le compte bancaire n'est pas vérifié"),
    Reason.FOREIGN_ACCOUNT: ("the bank account is somebody else's", "le compte bancaire est celui d'un autre"),
    Reason.INVALID_BANK_ACCOUNT: ("the bank account's check digits are wrong", "l'IBAN est invalide"),
    Reason.DUPLICATE: ("this invoice seems to be here already", "cette facture semble déjà reçue"),
    Reason.NO_ORDER: ("no purchase order was found", "aucune commande trouvée"),
    Reason.PRICE_VARIANCE: ("a price differs from the order", "un prix diffère de la commande"),
    Reason.QUANTITY_VARIANCE: ("a quantity differs from the order or receipt", "une quantité diffère"),
    Reason.CLOSED_ORDER: ("the order is closed", "la commande est close"),
    Reason.SELLER_MISMATCH: ("the order is another supplier's", "la commande vise un autre fournisseur"),
    Reason.ALREADY_INVOICED: ("the order is invoiced already", "la commande est déjà facturée"),
    Reason.AMBIGUOUS_ORDER: ("several orders fit", "plusieurs commandes conviennent"),
    Reason.OVER_LIMIT: ("the amount is over the limit", "le montant dépasse le plafond"),
    Reason.NOT_PAYABLE: ("this is not an invoice to pay", "ce n'est pas une facture à payer"),
    Reason.BUNDLE: ("the file held several invoices", "le fichier contient plusieurs factures"),
    Reason.DAMAGED_FILE: ("the file is damaged; a mended copy was read", "fichier abîmé, lu sur une copie réparée"),
    Reason.NO_INVOICE_FOUND: ("no invoice was found in it", "aucune facture n'y a été trouvée"),
    Reason.XML_BROKEN: ("its e-invoice cannot be read", "sa facture électronique est illisible"),
    Reason.XML_DOUBTFUL: ("its e-invoice holds something doubtful", "sa facture électronique contient un doute"),
    Reason.PAGE_NOT_COMPARED: ("the page could not be compared with its XML", "la page n'a pu être comparée au XML"),
    Reason.TAMPERED: ("the PDF seems to have been tampered with", "le PDF semble avoir été altéré"),
    Reason.NEW_LAYOUT: ("the supplier's page has a new layout", "la mise en page de ce fournisseur a changé"),
    Reason.NOT_CERTIFIED: ("the client's certificate does not cover it yet", "le certificat ne le couvre pas encore"),
}


class Decision(Frozen):
    """The decision on one document under a client's policy. `details` hold rule ids and figures."""

    outcome: Outcome
    reasons: tuple[Reason, ...] = ()
    details: tuple[str, ...] = ()
    score: float = 0.0  # the document's probability of being wholly right, in [0, 1]
    policy_version: str = "1"
    segment: str = ""  # of models.certificate; "" for a person's decision
    certificate_id: str | None = None  # under which the score was judged
    evidence: DocumentEvidence | None = None
    versions: dict[str, str] = Field(default_factory=dict)  # version of each model that had a say
    passes: bool | None = None  # in a pilot: whether it would have gone through
