"""The house."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import models.columns
from models.migrations.guards import create_guards, seed_transitions

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table('audit',
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('client_id', sa.String(), nullable=True),
    sa.Column('at', models.columns.Instant(), nullable=False),
    sa.Column('actor', sa.String(), nullable=False),
    sa.Column('action', sa.String(), nullable=False),
    sa.Column('object', sa.String(), nullable=False),
    sa.Column('before_json', sa.Text(), nullable=True),
    sa.Column('after_json', sa.Text(), nullable=True),
    sa.Column('prev_hash', sa.String(), nullable=False),
    sa.Column('hash', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('seq')
    )
    op.create_index(op.f('ix_audit_client_id'), 'audit', ['client_id'], unique=False)
    op.create_index(op.f('ix_audit_object'), 'audit', ['object'], unique=False)
    op.create_table('blob',
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('media_type', sa.String(), nullable=False),
    sa.Column('created_at', models.columns.Instant(), nullable=False),
    sa.PrimaryKeyConstraint('sha256')
    )
    op.create_table('change',
    sa.Column('change_seq', sa.Integer(), nullable=False),
    sa.Column('client_id', sa.String(), nullable=False),
    sa.Column('entity', sa.String(), nullable=False),
    sa.Column('entity_id', sa.String(), nullable=False),
    sa.Column('op', sa.String(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('published_at', models.columns.Instant(), nullable=False),
    sa.Column('batch_id', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('change_seq')
    )
    op.create_index(op.f('ix_change_client_id'), 'change', ['client_id'], unique=False)
    op.create_table('client',
    sa.Column('id', sa.String(length=63), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('vat_id', sa.String(), nullable=True),
    sa.Column('legal_id', sa.String(), nullable=True),
    sa.Column('policy_json', sa.Text(), nullable=True),
    sa.Column('created_at', models.columns.Instant(), nullable=False),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_table('counter',
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('value', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('name')
    )
    op.create_table('event',
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('client_id', sa.String(), nullable=False),
    sa.Column('document_id', sa.String(), nullable=False),
    sa.Column('at', models.columns.Instant(), nullable=False),
    sa.Column('actor', sa.String(), nullable=False),
    sa.Column('from_state', sa.String(), nullable=True),
    sa.Column('to_state', sa.String(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('seq')
    )
    op.create_index(op.f('ix_event_at'), 'event', ['at'], unique=False)
    op.create_index(op.f('ix_event_client_id'), 'event', ['client_id'], unique=False)
    op.create_index(op.f('ix_event_document_id'), 'event', ['document_id'], unique=False)
    op.create_table('goods_receipt',
    sa.Column('client_id', sa.String(), nullable=False),
    sa.Column('receipt_number', sa.String(), nullable=False),
    sa.Column('order_number', sa.String(), nullable=False),
    sa.Column('line_number', sa.String(), nullable=False),
    sa.Column('receipt_date', sa.Date(), nullable=True),
    sa.Column('quantity_received', models.columns.Amount(), nullable=True),
    sa.Column('quantity_rejected', models.columns.Amount(), nullable=True),
    sa.Column('extra_json', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('client_id', 'receipt_number', 'order_number', 'line_number')
    )
    op.create_index(op.f('ix_goods_receipt_order_number'), 'goods_receipt', ['order_number'], unique=False)
    op.create_table('invoice_line',
    sa.Column('document_id', sa.String(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('client_id', sa.String(), nullable=False),
    sa.Column('line_id', sa.String(), nullable=True),
    sa.Column('quantity', models.columns.Amount(), nullable=True),
    sa.Column('unit_code', sa.String(), nullable=True),
    sa.Column('net_amount', models.columns.Amount(), nullable=True),
    sa.Column('order_reference', sa.String(), nullable=True),
    sa.Column('order_line', sa.String(), nullable=True),
    sa.Column('unit_price', models.columns.Amount(), nullable=True),
    sa.Column('price_base_quantity', models.columns.Amount(), nullable=True),
    sa.Column('vat_rate', models.columns.Amount(), nullable=True),
    sa.Column('item_name', sa.String(), nullable=True),
    sa.Column('seller_item_id', sa.String(), nullable=True),
    sa.Column('buyer_item_id', sa.String(), nullable=True),
    sa.PrimaryKeyConstraint('document_id', 'version', 'position')
    )
    op.create_index(op.f('ix_invoice_line_client_id'), 'invoice_line', ['client_id'], unique=False)
    op.create_table('kpi',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('client_id', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('label', sa.String(), nullable=False),
    sa.Column('value', sa.Float(), nullable=True),
    sa.Column('numerator', sa.Float(), nullable=True),
    sa.Column('denominator', sa.Float(), nullable=True),
    sa.Column('unit', sa.String(), nullable=False),
    sa.Column('period_start', models.columns.Instant(), nullable=False),
    sa.Column('period_end', models.columns.Instant(), nullable=False),
    sa.Column('computed_at', models.columns.Instant(), nullable=False),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('kpi_client', 'kpi', ['client_id', 'computed_at'], unique=False)
    op.create_table('publish_batch',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('client_id', sa.String(), nullable=False),
    sa.Column('created_at', models.columns.Instant(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('rows', sa.Integer(), nullable=False),
    sa.Column('held', sa.Integer(), nullable=False),
    sa.Column('suite_hash', sa.String(), nullable=False),
    sa.Column('result_json', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index(op.f('ix_publish_batch_client_id'), 'publish_batch', ['client_id'], unique=False)
    op.create_table('publish_hold',
    sa.Column('batch_id', sa.String(), nullable=False),
    sa.Column('document_id', sa.String(), nullable=False),
    sa.Column('expectation', sa.String(), nullable=False),
    sa.Column('message', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('batch_id', 'document_id', 'expectation')
    )
    op.create_index(op.f('ix_publish_hold_document_id'), 'publish_hold', ['document_id'], unique=False)
    op.create_table('purchase_order_line',
    sa.Column('client_id', sa.String(), nullable=False),
    sa.Column('order_number', sa.String(), nullable=False),
    sa.Column('line_number', sa.String(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('seller_item_id', sa.String(), nullable=True),
    sa.Column('buyer_item_id', sa.String(), nullable=True),
    sa.Column('item_name', sa.String(), nullable=True),
    sa.Column('quantity', models.columns.Amount(), nullable=True),
    sa.Column('unit_code', sa.String(), nullable=True),
    sa.Column('unit_price', models.columns.Amount(), nullable=True),
    sa.Column('net_amount', models.columns.Amount(), nullable=True),
    sa.Column('vat_rate', models.columns.Amount(), nullable=True),
    sa.Column('quantity_received', models.columns.Amount(), nullable=True),
    sa.Column('quantity_invoiced', models.columns.Amount(), nullable=True),
    sa.Column('extra_json', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('client_id', 'order_number', 'line_number')
    )
    op.create_table('secret',
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('value', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('name')
    )
    op.create_table('supplier_bank',
    sa.Column('client_id', sa.String(), nullable=False),
    sa.Column('seller_id', sa.String(), nullable=False),
    sa.Column('iban', sa.String(), nullable=False),
    sa.Column('verified_at', models.columns.Instant(), nullable=True),
    sa.Column('verified_by', sa.String(), nullable=True),
    sa.PrimaryKeyConstraint('client_id', 'seller_id', 'iban')
    )
    op.create_index(op.f('ix_supplier_bank_iban'), 'supplier_bank', ['iban'], unique=False)
    op.create_table('touch',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('client_id', sa.String(), nullable=False),
    sa.Column('document_id', sa.String(), nullable=False),
    sa.Column('actor', sa.String(), nullable=False),
    sa.Column('started_at', models.columns.Instant(), nullable=False),
    sa.Column('seconds', sa.Float(), nullable=False),
    sa.Column('act', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index(op.f('ix_touch_client_id'), 'touch', ['client_id'], unique=False)
    op.create_index(op.f('ix_touch_document_id'), 'touch', ['document_id'], unique=False)
    op.create_table('transition',
    sa.Column('from_state', sa.String(), nullable=False),
    sa.Column('to_state', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('from_state', 'to_state')
    )
    op.create_table('user_account',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('login', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('password_hash', sa.String(), nullable=False),
    sa.Column('role', sa.String(), nullable=False),
    sa.Column('language', sa.String(), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('locked_until', models.columns.Instant(), nullable=True),
    sa.Column('created_at', models.columns.Instant(), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('login')
    )
    op.create_table('vat_breakdown',
    sa.Column('document_id', sa.String(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('client_id', sa.String(), nullable=False),
    sa.Column('rate', models.columns.Amount(), nullable=True),
    sa.Column('taxable', models.columns.Amount(), nullable=True),
    sa.Column('tax', models.columns.Amount(), nullable=True),
    sa.Column('category', sa.String(), nullable=True),
    sa.PrimaryKeyConstraint('document_id', 'version', 'position')
    )
    op.create_index(op.f('ix_vat_breakdown_client_id'), 'vat_breakdown', ['client_id'], unique=False)
    op.create_table('document',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('client_id', sa.String(), nullable=False),
    sa.Column('sha256', sa.String(), nullable=False),
    sa.Column('part', sa.Integer(), nullable=False),
    sa.Column('parent_id', sa.String(), nullable=True),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('batch', sa.String(), nullable=False),
    sa.Column('channel', sa.String(), nullable=False),
    sa.Column('media_type', sa.String(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('received_at', models.columns.Instant(), nullable=False),
    sa.Column('updated_at', models.columns.Instant(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('document_type', sa.String(), nullable=True),
    sa.Column('source', sa.String(), nullable=True),
    sa.Column('language', sa.String(), nullable=True),
    sa.Column('seller_id', sa.String(), nullable=True),
    sa.Column('seller_name', sa.String(), nullable=True),
    sa.Column('invoice_number', sa.String(), nullable=True),
    sa.Column('issue_date', sa.Date(), nullable=True),
    sa.Column('due_date', sa.Date(), nullable=True),
    sa.Column('currency', sa.String(), nullable=True),
    sa.Column('gross_total', models.columns.Amount(), nullable=True),
    sa.Column('order_reference', sa.String(), nullable=True),
    sa.Column('score', sa.Float(), nullable=True),
    sa.Column('outcome', sa.String(), nullable=True),
    sa.Column('reasons', sa.String(), nullable=False),
    sa.Column('reason_code', sa.String(), nullable=False),
    sa.Column('reason_detail', sa.String(), nullable=False),
    sa.Column('last_editor', sa.String(), nullable=True),
    sa.Column('claimed_by', sa.String(), nullable=True),
    sa.Column('claimed_until', models.columns.Instant(), nullable=True),
    sa.ForeignKeyConstraint(['client_id'], ['client.id'], ),
    sa.ForeignKeyConstraint(['sha256'], ['blob.sha256'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('client_id', 'sha256', 'part')
    )
    op.create_index('document_number', 'document', ['client_id', 'seller_id', 'invoice_number'], unique=False)
    op.create_index('document_queue', 'document', ['client_id', 'state', 'received_at'], unique=False)
    op.create_index(op.f('ix_document_batch'), 'document', ['batch'], unique=False)
    op.create_index(op.f('ix_document_sha256'), 'document', ['sha256'], unique=False)
    op.create_index(op.f('ix_document_state'), 'document', ['state'], unique=False)
    op.create_table('purchase_order',
    sa.Column('client_id', sa.String(), nullable=False),
    sa.Column('order_number', sa.String(), nullable=False),
    sa.Column('canonical_number', sa.String(), nullable=False),
    sa.Column('order_date', sa.Date(), nullable=True),
    sa.Column('status', sa.String(), nullable=False),
    sa.Column('currency', sa.String(), nullable=True),
    sa.Column('buyer_name', sa.String(), nullable=True),
    sa.Column('buyer_vat_id', sa.String(), nullable=True),
    sa.Column('seller_id', sa.String(), nullable=True),
    sa.Column('seller_name', sa.String(), nullable=True),
    sa.Column('seller_vat_id', sa.String(), nullable=True),
    sa.Column('updated_at', models.columns.Instant(), nullable=False),
    sa.ForeignKeyConstraint(['client_id'], ['client.id'], ),
    sa.PrimaryKeyConstraint('client_id', 'order_number')
    )
    op.create_index('order_canonical', 'purchase_order', ['client_id', 'canonical_number'], unique=False)
    op.create_index('order_seller', 'purchase_order', ['client_id', 'seller_id', 'status'], unique=False)
    op.create_table('receipt',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('client_id', sa.String(), nullable=False),
    sa.Column('channel', sa.String(), nullable=False),
    sa.Column('original_name', sa.String(), nullable=False),
    sa.Column('batch', sa.String(), nullable=False),
    sa.Column('parent_id', sa.String(), nullable=True),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('sha256', sa.String(), nullable=True),
    sa.Column('document_id', sa.String(), nullable=True),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('claim_path', sa.String(), nullable=True),
    sa.Column('received_at', models.columns.Instant(), nullable=False),
    sa.Column('discard_at', models.columns.Instant(), nullable=True),
    sa.Column('discarded_at', models.columns.Instant(), nullable=True),
    sa.ForeignKeyConstraint(['client_id'], ['client.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index(op.f('ix_receipt_claim_path'), 'receipt', ['claim_path'], unique=False)
    op.create_index('receipt_open', 'receipt', ['client_id', 'discarded_at', 'discard_at'], unique=False)
    op.create_index(op.f('ix_receipt_client_id'), 'receipt', ['client_id'], unique=False)
    op.create_index(op.f('ix_receipt_document_id'), 'receipt', ['document_id'], unique=False)
    op.create_index(op.f('ix_receipt_parent_id'), 'receipt', ['parent_id'], unique=False)
    op.create_index(op.f('ix_receipt_sha256'), 'receipt', ['sha256'], unique=False)
    op.create_table('session',
    sa.Column('token_hash', sa.String(), nullable=False),
    sa.Column('user_id', sa.String(), nullable=False),
    sa.Column('csrf', sa.String(), nullable=False),
    sa.Column('created_at', models.columns.Instant(), nullable=False),
    sa.Column('seen_at', models.columns.Instant(), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], ),
    sa.PrimaryKeyConstraint('token_hash')
    )
    op.create_index(op.f('ix_session_user_id'), 'session', ['user_id'], unique=False)
    op.create_table('supplier',
    sa.Column('client_id', sa.String(), nullable=False),
    sa.Column('seller_id', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('legal_id', sa.String(), nullable=True),
    sa.Column('vat_id', sa.String(), nullable=True),
    sa.Column('country', sa.String(), nullable=True),
    sa.Column('currency', sa.String(), nullable=True),
    sa.Column('payment_terms_days', sa.Integer(), nullable=True),
    sa.Column('address', sa.String(), nullable=True),
    sa.Column('status', sa.String(), nullable=False),
    sa.Column('extra_json', sa.Text(), nullable=False),
    sa.Column('updated_at', models.columns.Instant(), nullable=False),
    sa.ForeignKeyConstraint(['client_id'], ['client.id'], ),
    sa.PrimaryKeyConstraint('client_id', 'seller_id')
    )
    op.create_index(op.f('ix_supplier_legal_id'), 'supplier', ['legal_id'], unique=False)
    op.create_index(op.f('ix_supplier_vat_id'), 'supplier', ['vat_id'], unique=False)
    op.create_table('user_client',
    sa.Column('user_id', sa.String(), nullable=False),
    sa.Column('client_id', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['client_id'], ['client.id'], ),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], ),
    sa.PrimaryKeyConstraint('user_id', 'client_id')
    )
    op.create_table('correction',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('client_id', sa.String(), nullable=False),
    sa.Column('document_id', sa.String(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('term', sa.String(), nullable=False),
    sa.Column('before', sa.String(), nullable=True),
    sa.Column('after', sa.String(), nullable=True),
    sa.Column('changed', sa.Boolean(), nullable=False),
    sa.Column('cause', sa.String(), nullable=False),
    sa.Column('actor', sa.String(), nullable=False),
    sa.Column('at', models.columns.Instant(), nullable=False),
    sa.ForeignKeyConstraint(['document_id'], ['document.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index(op.f('ix_correction_client_id'), 'correction', ['client_id'], unique=False)
    op.create_index(op.f('ix_correction_document_id'), 'correction', ['document_id'], unique=False)
    op.create_table('decision',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('client_id', sa.String(), nullable=False),
    sa.Column('document_id', sa.String(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('outcome', sa.String(), nullable=False),
    sa.Column('reasons', sa.String(), nullable=False),
    sa.Column('details_json', sa.Text(), nullable=False),
    sa.Column('score', sa.Float(), nullable=False),
    sa.Column('policy_version', sa.String(), nullable=False),
    sa.Column('actor', sa.String(), nullable=False),
    sa.Column('created_at', models.columns.Instant(), nullable=False),
    sa.ForeignKeyConstraint(['document_id'], ['document.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index(op.f('ix_decision_client_id'), 'decision', ['client_id'], unique=False)
    op.create_index(op.f('ix_decision_document_id'), 'decision', ['document_id'], unique=False)
    op.create_table('extraction',
    sa.Column('document_id', sa.String(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('origin', sa.String(), nullable=False),
    sa.Column('actor', sa.String(), nullable=False),
    sa.Column('extraction_json', sa.Text(), nullable=False),
    sa.Column('pages_json', sa.Text(), nullable=False),
    sa.Column('created_at', models.columns.Instant(), nullable=False),
    sa.ForeignKeyConstraint(['document_id'], ['document.id'], ),
    sa.PrimaryKeyConstraint('document_id', 'revision')
    )
    op.create_table('finding',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('client_id', sa.String(), nullable=False),
    sa.Column('document_id', sa.String(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('rule', sa.String(), nullable=False),
    sa.Column('severity', sa.String(), nullable=False),
    sa.Column('terms', sa.String(), nullable=False),
    sa.Column('message', sa.Text(), nullable=False),
    sa.Column('expected', sa.String(), nullable=True),
    sa.Column('actual', sa.String(), nullable=True),
    sa.Column('created_at', models.columns.Instant(), nullable=False),
    sa.ForeignKeyConstraint(['document_id'], ['document.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index(op.f('ix_finding_client_id'), 'finding', ['client_id'], unique=False)
    op.create_index(op.f('ix_finding_document_id'), 'finding', ['document_id'], unique=False)
    op.create_index(op.f('ix_finding_rule'), 'finding', ['rule'], unique=False)
    op.create_table('invoice',
    sa.Column('document_id', sa.String(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('client_id', sa.String(), nullable=False),
    sa.Column('invoice_key', sa.String(), nullable=False),
    sa.Column('change_seq', sa.Integer(), nullable=False),
    sa.Column('batch_id', sa.String(), nullable=False),
    sa.Column('published_at', models.columns.Instant(), nullable=False),
    sa.Column('document_type', sa.String(), nullable=False),
    sa.Column('seller_id', sa.String(), nullable=True),
    sa.Column('invoice_number', sa.String(), nullable=True),
    sa.Column('issue_date', sa.Date(), nullable=True),
    sa.Column('type_code', sa.String(), nullable=True),
    sa.Column('currency', sa.String(), nullable=True),
    sa.Column('due_date', sa.Date(), nullable=True),
    sa.Column('buyer_reference', sa.String(), nullable=True),
    sa.Column('contract_reference', sa.String(), nullable=True),
    sa.Column('order_reference', sa.String(), nullable=True),
    sa.Column('payment_terms', sa.String(), nullable=True),
    sa.Column('preceding_invoice', sa.String(), nullable=True),
    sa.Column('seller_name', sa.String(), nullable=True),
    sa.Column('seller_legal_id', sa.String(), nullable=True),
    sa.Column('seller_vat_id', sa.String(), nullable=True),
    sa.Column('seller_address', sa.String(), nullable=True),
    sa.Column('buyer_name', sa.String(), nullable=True),
    sa.Column('buyer_legal_id', sa.String(), nullable=True),
    sa.Column('buyer_vat_id', sa.String(), nullable=True),
    sa.Column('delivery_date', sa.Date(), nullable=True),
    sa.Column('remittance', sa.String(), nullable=True),
    sa.Column('iban', sa.String(), nullable=True),
    sa.Column('bic', sa.String(), nullable=True),
    sa.Column('sum_of_lines', models.columns.Amount(), nullable=True),
    sa.Column('allowance_total', models.columns.Amount(), nullable=True),
    sa.Column('charge_total', models.columns.Amount(), nullable=True),
    sa.Column('net_total', models.columns.Amount(), nullable=True),
    sa.Column('tax_total', models.columns.Amount(), nullable=True),
    sa.Column('gross_total', models.columns.Amount(), nullable=True),
    sa.Column('prepaid_total', models.columns.Amount(), nullable=True),
    sa.Column('rounding', models.columns.Amount(), nullable=True),
    sa.Column('payable_total', models.columns.Amount(), nullable=True),
    sa.Column('x_source', sa.String(), nullable=False),
    sa.Column('x_confidence', sa.Float(), nullable=False),
    sa.Column('x_approved_by', sa.String(), nullable=False),
    sa.Column('x_received_at', models.columns.Instant(), nullable=False),
    sa.Column('x_approved_at', models.columns.Instant(), nullable=False),
    sa.CheckConstraint('version > 0'),
    sa.ForeignKeyConstraint(['client_id'], ['client.id'], ),
    sa.ForeignKeyConstraint(['document_id'], ['document.id'], ),
    sa.PrimaryKeyConstraint('document_id', 'version'),
    sa.UniqueConstraint('client_id', 'invoice_key', 'version')
    )
    op.create_index('invoice_number', 'invoice', ['client_id', 'seller_id', 'invoice_number'], unique=False)
    op.create_index(op.f('ix_invoice_change_seq'), 'invoice', ['change_seq'], unique=False)
    op.create_index(op.f('ix_invoice_client_id'), 'invoice', ['client_id'], unique=False)
    op.create_table('job',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('client_id', sa.String(), nullable=False),
    sa.Column('document_id', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('lane', sa.String(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('attempt', sa.Integer(), nullable=False),
    sa.Column('crashes', sa.Integer(), nullable=False),
    sa.Column('errors', sa.Integer(), nullable=False),
    sa.Column('lease_owner', sa.String(), nullable=True),
    sa.Column('lease_until', models.columns.Instant(), nullable=True),
    sa.Column('next_at', models.columns.Instant(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('created_at', models.columns.Instant(), nullable=False),
    sa.ForeignKeyConstraint(['client_id'], ['client.id'], ),
    sa.ForeignKeyConstraint(['document_id'], ['document.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('document_id', 'kind', name='job_once')
    )
    op.create_index(op.f('ix_job_client_id'), 'job', ['client_id'], unique=False)
    op.create_index('job_lease', 'job', ['state', 'lease_until'], unique=False)
    op.create_index('job_ready', 'job', ['state', 'next_at'], unique=False)
    op.create_table('match_link',
    sa.Column('document_id', sa.String(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('invoice_line', sa.Integer(), nullable=False),
    sa.Column('order_number', sa.String(), nullable=False),
    sa.Column('order_line', sa.String(), nullable=False),
    sa.Column('client_id', sa.String(), nullable=False),
    sa.Column('quantity', models.columns.Amount(), nullable=True),
    sa.Column('probability', sa.Float(), nullable=False),
    sa.Column('counts', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['document_id'], ['document.id'], ),
    sa.PrimaryKeyConstraint('document_id', 'revision', 'invoice_line', 'order_number', 'order_line')
    )
    op.create_index(op.f('ix_match_link_client_id'), 'match_link', ['client_id'], unique=False)
    op.create_index(op.f('ix_match_link_order_number'), 'match_link', ['order_number'], unique=False)
    op.create_table('match_result',
    sa.Column('document_id', sa.String(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('outcome', sa.String(), nullable=False),
    sa.Column('probability', sa.Float(), nullable=False),
    sa.Column('match_json', sa.Text(), nullable=False),
    sa.Column('created_at', models.columns.Instant(), nullable=False),
    sa.ForeignKeyConstraint(['document_id'], ['document.id'], ),
    sa.PrimaryKeyConstraint('document_id', 'revision')
    )
    seed_transitions()
    create_guards()
