"""What a batch must fulfil before finance sees it: one row an expectation, by its name in Great Expectations.

The columns are those of the gate's frame: the terms of the invoice as text, amounts also in minor units (integers, so
that sums are exact). A row expectation holds back the invoices that fail it, a table expectation the whole batch.

>>> len({row.name for row in EXPECTATIONS}) == len(EXPECTATIONS)
True
>>> len(suite_hash())
64
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from typing import Any, Literal, NamedTuple

from models.expectation import ClientExpectation
from models.invoice import CREDIT_NOTE_CODES
from validators.codes import INVOICE_CODES, currencies

# The columns as finance knows them, written out: a column that comes or goes must stop the publication until somebody
# has looked at it, so they are not taken from the code that fills them.
COLUMNS: tuple[str, ...] = (
    "document_id", "client_id", "invoice_key", "document_type", "seller_id", "open_rules",
    "invoice_number", "issue_date", "type_code", "currency", "due_date", "buyer_reference", "contract_reference",
    "order_reference", "payment_terms", "preceding_invoice", "seller_name", "seller_legal_id", "seller_vat_id",
    "seller_address", "buyer_name", "buyer_legal_id", "buyer_vat_id", "delivery_date", "remittance", "iban", "bic",
    "sum_of_lines", "allowance_total", "charge_total", "net_total", "tax_total", "gross_total", "prepaid_total",
    "rounding", "payable_total",
)  # fmt: skip
# Added by the gate: amounts in minor units of the currency; whether an amount has more decimals than its currency.
DERIVED: tuple[str, ...] = ("net_minor", "tax_minor", "gross_minor_negated", "has_excess_decimals")

# An IBAN, or a national account number where there are none (BT-84 takes both).
ACCOUNT_SHAPE = r"^(?:[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}|[0-9][0-9/-]{3,33})$"


class Expectation(NamedTuple):
    """One expectation: our name, the class in Great Expectations with its arguments, and what a clerk is told."""

    name: str
    kind: str
    arguments: dict[str, Any]
    message: str
    terms: tuple[str, ...] = ()  # shown with their values beside the message
    scope: Literal["row", "table"] = "row"


def _required(column: str, words: str) -> Expectation:
    return Expectation(f"{column}_present", "ExpectColumnValuesToNotBeNull", {"column": column}, f"{words} is missing")


EXPECTATIONS: tuple[Expectation, ...] = (
    Expectation("columns_unchanged", "ExpectTableColumnsToMatchSet",
                {"column_set": sorted(COLUMNS + DERIVED), "exact_match": True},
                "The table's columns are not those that finance knows", scope="table"),
    Expectation("batch_not_empty", "ExpectTableRowCountToBeBetween", {"min_value": 1},
                "The batch has no rows", scope="table"),
    Expectation("client_known", "ExpectColumnValuesToNotBeNull", {"column": "client_id"},
                "A row belongs to no client", scope="table"),
    Expectation("document_unique", "ExpectColumnValuesToBeUnique", {"column": "document_id"},
                "A document is in the batch twice", scope="table"),
    Expectation("invoice_unique", "ExpectColumnValuesToBeUnique", {"column": "invoice_key"},
                "The batch has this invoice twice", ("invoice_number", "seller_name")),
    Expectation("no_open_error", "ExpectColumnValuesToBeNull", {"column": "open_rules"},
                "A rule speaks against it, and no person has answered for that", ("open_rules",)),
    _required("document_id", "The document's id"),
    _required("invoice_key", "The invoice's key"),
    _required("invoice_number", "The invoice number"),
    _required("issue_date", "The invoice date"),
    _required("type_code", "The type of the document"),
    _required("currency", "The currency"),
    _required("seller_name", "The seller's name"),
    _required("gross_total", "The gross total"),
    Expectation("currency_shape", "ExpectColumnValuesToMatchRegex", {"column": "currency", "regex": "^[A-Z]{3}$"},
                "The currency is not three capital letters", ("currency",)),
    Expectation("currency_known", "ExpectColumnValuesToBeInSet",
                {"column": "currency", "value_set": sorted(currencies())},
                "The currency is not one of ISO 4217", ("currency",)),
    Expectation("type_known", "ExpectColumnValuesToBeInSet",
                {"column": "type_code", "value_set": sorted(INVOICE_CODES | CREDIT_NOTE_CODES)},
                "The type is neither an invoice's nor a credit note's", ("type_code",)),
    Expectation("totals_add_up", "ExpectMulticolumnSumToEqual",
                {"column_list": ["net_minor", "tax_minor", "gross_minor_negated"], "sum_total": 0,
                 "ignore_row_if": "any_value_is_missing"},
                "Net total and VAT do not give the gross total", ("net_total", "tax_total", "gross_total")),
    Expectation("amounts_in_minor_units", "ExpectColumnValuesToBeInSet",
                {"column": "has_excess_decimals", "value_set": ["no"]},
                "An amount has more decimals than its currency", ("net_total", "tax_total", "gross_total", "currency")),
    Expectation("due_after_issue", "ExpectColumnPairValuesAToBeGreaterThanB",
                {"column_A": "due_date", "column_B": "issue_date", "or_equal": True,
                 "ignore_row_if": "either_value_is_missing"},
                "The invoice is due before it was issued", ("issue_date", "due_date")),
    Expectation("account_shape", "ExpectColumnValuesToMatchRegex", {"column": "iban", "regex": ACCOUNT_SHAPE},
                "The bank account is neither an IBAN nor an account number", ("iban",)),
)  # fmt: skip


@cache
def suite_hash(own: tuple[ClientExpectation, ...] = ()) -> str:
    """SHA-256 of all expectations, with a client's own: which suite a batch was held against."""
    rows: list[Any] = [[row.name, row.kind, row.arguments, row.scope] for row in EXPECTATIONS]
    rows += [each.model_dump(mode="json") for each in own]
    return hashlib.sha256(json.dumps(rows, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
