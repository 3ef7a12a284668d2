"""The tables, one module for each part of the house; all names are to be had from here.

Every row of a client carries its client_id; values that travel are kept whole as JSON text beside the columns that
somebody queries. Decisions, extractions, events and audit rows are only ever added.
"""

from models.tables.acts import AuditRow, CounterRow, EventRow, TouchRow
from models.tables.certainty import (
    AlarmRow,
    AliasRow,
    AuditSampleRow,
    CertificateRow,
    CodingProposalRow,
    CodingRow,
    LabelRow,
    ManualBaselineRow,
    ModelRow,
    ShadowRow,
    ToleranceRow,
)
from models.tables.delivery import (
    AckRow,
    ApiKeyRow,
    DeliveryRow,
    ExportBatchRow,
    IdempotentRow,
    WebhookMessageRow,
    WebhookRow,
    WebhookTryRow,
)
from models.tables.fraud import (
    AccountUseRow,
    CurrencyRateRow,
    DuplicateKeyRow,
    GuardedAccountRow,
    PagePictureRow,
    ReusedNumberRow,
)
from models.tables.intake import BlobRow, ClientRow, DocumentRow, JobRow, ReceiptRow
from models.tables.master import (
    GoodsReceiptRow,
    OrderLineRow,
    OrderRow,
    SearchTextRow,
    SupplierBankRow,
    SupplierKeyRow,
    SupplierRow,
)
from models.tables.micro import MicroAnswerRow, MicroTaskRow, MicroWorkerRow, PayRateRow, TopUpRow, WageFloorRow
from models.tables.output import (
    ChangeRow,
    InvoiceLineRow,
    InvoiceRow,
    KpiRow,
    PublishBatchRow,
    PublishHoldRow,
    QualityRunRow,
    VatBreakdownRow,
)
from models.tables.people import IdentityRow, SecretRow, SessionRow, TransitionRow, UserClientRow, UserRow
from models.tables.review import (
    ApprovalRow,
    ArrangementRow,
    BulkRow,
    ChosenOrderRow,
    CommentRow,
    DuplicatePairRow,
    EscalationRow,
    MailRow,
    ReplayRow,
    SavedFilterRow,
    SupplierQuestionRow,
    SupplierRuleRow,
)
from models.tables.service import (
    ActionRow,
    AlertRow,
    ContractRow,
    ForecastRow,
    HeartbeatRow,
    IncidentRow,
    PauseRow,
    SurveyRow,
)
from models.tables.stages import (
    CorrectionRow,
    CreditLinkRow,
    DecisionRow,
    ExtractionRow,
    FindingRow,
    MatchLinkRow,
    MatchRow,
    OrderClaimRow,
    SampleKeyRow,
    SampleRow,
)

__all__ = [
    "AccountUseRow",
    "AckRow", "ActionRow", "AlarmRow", "AlertRow", "AliasRow", "ApiKeyRow", "ApprovalRow", "ArrangementRow",
    "AuditRow", "AuditSampleRow", "BlobRow", "BulkRow", "CertificateRow", "ChangeRow", "ChosenOrderRow",
    "ClientRow", "CodingProposalRow", "CodingRow", "CommentRow", "ContractRow", "CorrectionRow", "CounterRow",
    "CreditLinkRow", "CurrencyRateRow", "DecisionRow", "DeliveryRow", "DocumentRow", "DuplicateKeyRow",
    "DuplicatePairRow", "EscalationRow", "EventRow", "ExportBatchRow", "ExtractionRow", "FindingRow",
    "ForecastRow", "GoodsReceiptRow", "GuardedAccountRow", "HeartbeatRow", "IdempotentRow", "IdentityRow",
    "IncidentRow", "InvoiceLineRow", "InvoiceRow", "JobRow", "KpiRow", "LabelRow", "MailRow",
    "ManualBaselineRow", "MatchLinkRow", "MatchRow", "MicroAnswerRow", "MicroTaskRow", "MicroWorkerRow",
    "ModelRow", "OrderClaimRow", "OrderLineRow", "OrderRow", "PagePictureRow", "PauseRow", "PayRateRow",
    "PublishBatchRow", "PublishHoldRow", "QualityRunRow", "ReceiptRow", "ReplayRow", "ReusedNumberRow",
    "SampleKeyRow", "SampleRow", "SavedFilterRow", "SearchTextRow", "SecretRow", "SessionRow", "ShadowRow",
    "SupplierBankRow", "SupplierKeyRow", "SupplierQuestionRow", "SupplierRow", "SupplierRuleRow", "SurveyRow",
    "ToleranceRow", "TopUpRow", "TouchRow", "TransitionRow", "UserClientRow", "UserRow", "VatBreakdownRow",
    "WageFloorRow", "WebhookMessageRow", "WebhookRow", "WebhookTryRow",
]  # fmt: skip
