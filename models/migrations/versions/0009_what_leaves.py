"""What leaves the house and what governs it: deliveries, the API, webhooks, contracts of service, forecasts, surveys."""

from __future__ import annotations

from decimal import Decimal

import sqlalchemy as sa
from alembic import op

import models.columns
from models.migrations.final_rows import create_final_rows, drop_final_rows
from models.migrations.first_views import create_frozen, drop_frozen
from models.migrations.roles import rebuild_views
from models.copies import copy_keys

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None

_CHUNK = 1000  # documents filed at once


def upgrade() -> None:
    """Go forward."""
    for statement in drop_frozen():
        op.execute(statement)
    op.add_column('invoice', sa.Column('x_reference', sa.String(), nullable=True))
    op.add_column('invoice', sa.Column('x_reference_kind', sa.String(), nullable=True))
    op.create_index('change_entity', 'change', ['entity_id', 'change_seq'], unique=False)
    op.create_table('quality_run',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('client_id', sa.String(), nullable=False),
    sa.Column('scope', sa.String(), nullable=False),
    sa.Column('at', models.columns.Instant(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('rows', sa.Integer(), nullable=False),
    sa.Column('failed', sa.Integer(), nullable=False),
    sa.Column('suite_hash', sa.String(), nullable=False),
    sa.Column('result_json', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['client_id'], ['client.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('quality_run_newest', 'quality_run', ['client_id', 'at'], unique=False)
    op.create_table('duplicate_key',
    sa.Column('client_id', sa.String(), nullable=False),
    sa.Column('key', sa.String(length=80), nullable=False),
    sa.Column('document_id', sa.String(), nullable=False),
    sa.Column('issued', sa.Date(), nullable=True),
    sa.ForeignKeyConstraint(['document_id'], ['document.id'], ),
    sa.PrimaryKeyConstraint('client_id', 'key', 'document_id'),
    sqlite_with_rowid=False
    )
    op.create_index('duplicate_key_day', 'duplicate_key', ['client_id', 'key', 'issued'], unique=False)
    op.create_index(op.f('ix_duplicate_key_document_id'), 'duplicate_key', ['document_id'], unique=False)
    _file_duplicate_keys()
    op.create_index('document_supplier', 'document', ['client_id', 'seller_id', 'received_at'], unique=False)
    op.create_table('account_use',
    sa.Column('account_hash', sa.String(length=64), nullable=False),
    sa.Column('client_id', sa.String(), nullable=False),
    sa.Column('company_hash', sa.String(length=64), nullable=False),
    sa.Column('name_hash', sa.String(length=64), nullable=False),
    sa.Column('seller_id', sa.String(), nullable=False),
    sa.Column('document_id', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('account_hash', 'client_id', 'company_hash', 'name_hash')
    )
    op.create_table('reused_number',
    sa.Column('client_id', sa.String(), nullable=False),
    sa.Column('seller_id', sa.String(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('actor', sa.String(), nullable=False),
    sa.Column('at', models.columns.Instant(), nullable=False),
    sa.ForeignKeyConstraint(['client_id'], ['client.id'], ),
    sa.PrimaryKeyConstraint('client_id', 'seller_id')
    )
    op.add_column('supplier_bank', sa.Column('proposed_by', sa.String(), nullable=True))
    op.create_table('ack',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('client_id', sa.String(), nullable=False),
    sa.Column('target', sa.String(), nullable=False),
    sa.Column('batch_id', sa.String(), nullable=False),
    sa.Column('document_id', sa.String(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('erp_number', sa.String(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('actor', sa.String(), nullable=False),
    sa.Column('at', models.columns.Instant(), nullable=False),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index(op.f('ix_ack_batch_id'), 'ack', ['batch_id'], unique=False)
    op.create_index(op.f('ix_ack_client_id'), 'ack', ['client_id'], unique=False)
    op.create_index(op.f('ix_ack_document_id'), 'ack', ['document_id'], unique=False)
    op.create_table('alert',
    sa.Column('key', sa.String(length=200), nullable=False),
    sa.Column('client_id', sa.String(), nullable=True),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('created_at', models.columns.Instant(), nullable=False),
    sa.Column('told_at', models.columns.Instant(), nullable=True),
    sa.PrimaryKeyConstraint('key')
    )
    op.create_index('alert_open', 'alert', ['state', 'created_at'], unique=False)
    op.create_index(op.f('ix_alert_client_id'), 'alert', ['client_id'], unique=False)
    op.create_table('api_key',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('key_hash', sa.String(length=64), nullable=False),
    sa.Column('hint', sa.String(), nullable=False),
    sa.Column('clients', sa.String(), nullable=False),
    sa.Column('scopes', sa.String(), nullable=False),
    sa.Column('made_by', sa.String(), nullable=False),
    sa.Column('created_at', models.columns.Instant(), nullable=False),
    sa.Column('expires_at', models.columns.Instant(), nullable=True),
    sa.Column('used_at', models.columns.Instant(), nullable=True),
    sa.Column('revoked_at', models.columns.Instant(), nullable=True),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('key_hash')
    )
    op.create_table('currency_rate',
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('per_euro', models.columns.Amount(), nullable=True),
    sa.Column('source', sa.String(), nullable=False),
    sa.Column('actor', sa.String(), nullable=False),
    sa.Column('at', models.columns.Instant(), nullable=False),
    sa.PrimaryKeyConstraint('currency', 'day')
    )
    op.create_table('delivery',
    sa.Column('idempotency_key', sa.String(length=128), nullable=False),
    sa.Column('client_id', sa.String(), nullable=False),
    sa.Column('document_id', sa.String(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('op', sa.String(), nullable=False),
    sa.Column('target', sa.String(), nullable=False),
    sa.Column('change_seq', sa.Integer(), nullable=False),
    sa.Column('batch_id', sa.String(), nullable=False),
    sa.Column('at', models.columns.Instant(), nullable=False),
    sa.PrimaryKeyConstraint('idempotency_key'),
    sa.UniqueConstraint('document_id', 'version', 'target', 'op')
    )
    op.create_index(op.f('ix_delivery_batch_id'), 'delivery', ['batch_id'], unique=False)
    op.create_index(op.f('ix_delivery_client_id'), 'delivery', ['client_id'], unique=False)
    op.create_index(op.f('ix_delivery_document_id'), 'delivery', ['document_id'], unique=False)
    op.create_table('heartbeat',
    sa.Column('component', sa.String(), nullable=False),
    sa.Column('at', models.columns.Instant(), nullable=False),
    sa.Column('is_stopped', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('component')
    )
    op.create_table('idempotent',
    sa.Column('api_key_id', sa.String(), nullable=False),
    sa.Column('key', sa.String(length=128), nullable=False),
    sa.Column('request_hash', sa.String(), nullable=False),
    sa.Column('status', sa.Integer(), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('at', models.columns.Instant(), nullable=False),
    sa.PrimaryKeyConstraint('api_key_id', 'key')
    )
    op.create_table('incident',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('client_id', sa.String(), nullable=True),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('component', sa.String(), nullable=False),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('detail', sa.String(), nullable=False),
    sa.Column('is_planned', sa.Boolean(), nullable=False),
    sa.Column('started_at', models.columns.Instant(), nullable=False),
    sa.Column('ended_at', models.columns.Instant(), nullable=True),
    sa.Column('actor', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('incident_time', 'incident', ['started_at'], unique=False)
    op.create_index(op.f('ix_incident_client_id'), 'incident', ['client_id'], unique=False)
    op.create_table('webhook_try',
    sa.Column('message_id', sa.String(length=40), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('at', models.columns.Instant(), nullable=False),
    sa.Column('status', sa.Integer(), nullable=True),
    sa.Column('milliseconds', sa.Float(), nullable=False),
    sa.Column('error', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('message_id', 'number')
    )
    op.create_table('contract',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('client_id', sa.String(), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('terms_json', sa.Text(), nullable=False),
    sa.Column('actor', sa.String(), nullable=False),
    sa.Column('at', models.columns.Instant(), nullable=False),
    sa.ForeignKeyConstraint(['client_id'], ['client.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('contract_client', 'contract', ['client_id', 'valid_from'], unique=False)
    op.create_table('export_batch',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('client_id', sa.String(), nullable=False),
    sa.Column('target', sa.String(), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('after_seq', sa.Integer(), nullable=False),
    sa.Column('last_seq', sa.Integer(), nullable=False),
    sa.Column('folder', sa.String(), nullable=False),
    sa.Column('options_json', sa.Text(), nullable=False),
    sa.Column('manifest_json', sa.Text(), nullable=False),
    sa.Column('manifest_sha256', sa.String(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('idempotency_key', sa.String(), nullable=False),
    sa.Column('created_at', models.columns.Instant(), nullable=False),
    sa.Column('written_at', models.columns.Instant(), nullable=True),
    sa.ForeignKeyConstraint(['client_id'], ['client.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('client_id', 'target', 'seq'),
    sa.UniqueConstraint('idempotency_key')
    )
    op.create_index(op.f('ix_export_batch_client_id'), 'export_batch', ['client_id'], unique=False)
    op.create_table('forecast',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('client_id', sa.String(), nullable=False),
    sa.Column('made_at', models.columns.Instant(), nullable=False),
    sa.Column('model', sa.String(), nullable=False),
    sa.Column('mase', sa.Float(), nullable=True),
    sa.Column('naive_mase', sa.Float(), nullable=True),
    sa.Column('forecast_json', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['client_id'], ['client.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('forecast_newest', 'forecast', ['client_id', 'made_at'], unique=False)
    op.create_table('governance_action',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('client_id', sa.String(), nullable=False),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('owner', sa.String(), nullable=False),
    sa.Column('due', sa.Date(), nullable=True),
    sa.Column('done_at', models.columns.Instant(), nullable=True),
    sa.Column('actor', sa.String(), nullable=False),
    sa.Column('at', models.columns.Instant(), nullable=False),
    sa.ForeignKeyConstraint(['client_id'], ['client.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index(op.f('ix_governance_action_client_id'), 'governance_action', ['client_id'], unique=False)
    op.create_table('guarded_account',
    sa.Column('client_id', sa.String(), nullable=False),
    sa.Column('account_hash', sa.String(length=64), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('label', sa.String(), nullable=False),
    sa.Column('actor', sa.String(), nullable=False),
    sa.Column('at', models.columns.Instant(), nullable=False),
    sa.ForeignKeyConstraint(['client_id'], ['client.id'], ),
    sa.PrimaryKeyConstraint('client_id', 'account_hash')
    )
    op.create_table('sla_pause',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('client_id', sa.String(), nullable=False),
    sa.Column('document_id', sa.String(), nullable=True),
    sa.Column('started_at', models.columns.Instant(), nullable=False),
    sa.Column('ended_at', models.columns.Instant(), nullable=True),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('actor', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['client_id'], ['client.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index(op.f('ix_sla_pause_client_id'), 'sla_pause', ['client_id'], unique=False)
    op.create_index(op.f('ix_sla_pause_document_id'), 'sla_pause', ['document_id'], unique=False)
    op.create_table('survey',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('client_id', sa.String(), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('recipient', sa.String(), nullable=False),
    sa.Column('language', sa.String(), nullable=False),
    sa.Column('asked_at', models.columns.Instant(), nullable=False),
    sa.Column('expires_at', models.columns.Instant(), nullable=False),
    sa.Column('answered_at', models.columns.Instant(), nullable=True),
    sa.Column('score', sa.Integer(), nullable=True),
    sa.Column('comment', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['client_id'], ['client.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('token_hash')
    )
    op.create_index(op.f('ix_survey_client_id'), 'survey', ['client_id'], unique=False)
    op.create_table('webhook',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('client_id', sa.String(), nullable=False),
    sa.Column('url', sa.String(), nullable=False),
    sa.Column('events', sa.String(), nullable=False),
    sa.Column('secret', sa.String(), nullable=False),
    sa.Column('old_secret', sa.String(), nullable=False),
    sa.Column('old_secret_until', models.columns.Instant(), nullable=True),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('change_seq', sa.Integer(), nullable=False),
    sa.Column('event_seq', sa.Integer(), nullable=False),
    sa.Column('made_by', sa.String(), nullable=False),
    sa.Column('created_at', models.columns.Instant(), nullable=False),
    sa.ForeignKeyConstraint(['client_id'], ['client.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index(op.f('ix_webhook_client_id'), 'webhook', ['client_id'], unique=False)
    op.create_table('page_picture',
    sa.Column('document_id', sa.String(), nullable=False),
    sa.Column('page', sa.Integer(), nullable=False),
    sa.Column('client_id', sa.String(), nullable=False),
    sa.Column('bits', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(['document_id'], ['document.id'], ),
    sa.PrimaryKeyConstraint('document_id', 'page')
    )
    op.create_index(op.f('ix_page_picture_client_id'), 'page_picture', ['client_id'], unique=False)
    op.create_table('webhook_message',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('webhook_id', sa.String(), nullable=False),
    sa.Column('client_id', sa.String(), nullable=False),
    sa.Column('event', sa.String(), nullable=False),
    sa.Column('event_key', sa.String(), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('created_at', models.columns.Instant(), nullable=False),
    sa.Column('next_at', models.columns.Instant(), nullable=False),
    sa.Column('claimed_until', models.columns.Instant(), nullable=True),
    sa.Column('delivered_at', models.columns.Instant(), nullable=True),
    sa.Column('last_status', sa.Integer(), nullable=True),
    sa.Column('last_error', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['webhook_id'], ['webhook.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('webhook_id', 'event_key')
    )
    op.create_index(op.f('ix_webhook_message_client_id'), 'webhook_message', ['client_id'], unique=False)
    op.create_index('webhook_due', 'webhook_message', ['state', 'next_at'], unique=False)
    op.add_column('document', sa.Column('breach_risk', sa.Float(), nullable=True))
    op.add_column('client', sa.Column('rules_json', sa.Text(), nullable=True))
    op.add_column('client', sa.Column('output_json', sa.Text(), nullable=True))
    op.add_column('client', sa.Column('costs_json', sa.Text(), nullable=True))
    op.add_column('client', sa.Column('expectations_json', sa.Text(), nullable=True))
    op.add_column('kpi', sa.Column('dimension', sa.String(), nullable=False, server_default=''))
    op.add_column('kpi', sa.Column('part', sa.String(), nullable=False, server_default=''))
    op.add_column('kpi', sa.Column('previous', sa.Float(), nullable=True))
    rebuild_views(op.get_bind())  # last: views rest on all of these
    create_final_rows()


def _file_duplicate_keys() -> None:
    """File the documents that are there under what a second copy of them would be found by."""
    read = sa.text("SELECT id, client_id, invoice_number, gross_total, issue_date FROM document "
                   "WHERE invoice_number IS NOT NULL OR gross_total IS NOT NULL")
    found = op.get_bind().execute(read).all()
    write = sa.text("INSERT INTO duplicate_key (client_id, key, document_id, issued) VALUES (:client, :key, :id, :day)")
    for at in range(0, len(found), _CHUNK):
        rows = [
            {"client": row.client_id, "key": key, "id": row.id, "day": row.issue_date}
            for row in found[at : at + _CHUNK]
            for key in copy_keys(row.invoice_number, None if row.gross_total is None else Decimal(row.gross_total))
        ]
        if rows:
            op.get_bind().execute(write, rows)


def downgrade() -> None:
    """Go back."""
    drop_final_rows()
    rebuild_views(op.get_bind(), ())
    with op.batch_alter_table('supplier_bank') as batch:
        batch.drop_column('proposed_by')
    op.drop_table('reused_number')
    op.drop_table('account_use')
    op.drop_index('document_supplier', table_name='document')
    op.drop_table('duplicate_key')
    op.drop_column('kpi', 'previous')
    op.drop_column('kpi', 'part')
    op.drop_column('kpi', 'dimension')
    op.drop_column('client', 'expectations_json')
    op.drop_column('client', 'costs_json')
    op.drop_column('document', 'breach_risk')
    op.drop_column('client', 'output_json')
    op.drop_column('client', 'rules_json')
    op.drop_index('webhook_due', table_name='webhook_message')
    op.drop_index(op.f('ix_webhook_message_client_id'), table_name='webhook_message')
    op.drop_table('webhook_message')
    op.drop_index(op.f('ix_page_picture_client_id'), table_name='page_picture')
    op.drop_table('page_picture')
    op.drop_index(op.f('ix_webhook_client_id'), table_name='webhook')
    op.drop_table('webhook')
    op.drop_index(op.f('ix_survey_client_id'), table_name='survey')
    op.drop_table('survey')
    op.drop_index(op.f('ix_sla_pause_document_id'), table_name='sla_pause')
    op.drop_index(op.f('ix_sla_pause_client_id'), table_name='sla_pause')
    op.drop_table('sla_pause')
    op.drop_table('guarded_account')
    op.drop_index(op.f('ix_governance_action_client_id'), table_name='governance_action')
    op.drop_table('governance_action')
    op.drop_index('forecast_newest', table_name='forecast')
    op.drop_table('forecast')
    op.drop_index(op.f('ix_export_batch_client_id'), table_name='export_batch')
    op.drop_table('export_batch')
    op.drop_index('contract_client', table_name='contract')
    op.drop_table('contract')
    op.drop_table('webhook_try')
    op.drop_index(op.f('ix_incident_client_id'), table_name='incident')
    op.drop_index('incident_time', table_name='incident')
    op.drop_table('incident')
    op.drop_table('idempotent')
    op.drop_table('heartbeat')
    op.drop_index(op.f('ix_delivery_document_id'), table_name='delivery')
    op.drop_index(op.f('ix_delivery_client_id'), table_name='delivery')
    op.drop_index(op.f('ix_delivery_batch_id'), table_name='delivery')
    op.drop_table('delivery')
    op.drop_table('currency_rate')
    op.drop_table('api_key')
    op.drop_index(op.f('ix_alert_client_id'), table_name='alert')
    op.drop_index('alert_open', table_name='alert')
    op.drop_table('alert')
    op.drop_index(op.f('ix_ack_document_id'), table_name='ack')
    op.drop_index(op.f('ix_ack_client_id'), table_name='ack')
    op.drop_index(op.f('ix_ack_batch_id'), table_name='ack')
    op.drop_table('ack')
    op.drop_index('quality_run_newest', table_name='quality_run')
    op.drop_table('quality_run')
    op.drop_index('change_entity', table_name='change')
    op.drop_column('invoice', 'x_reference_kind')
    op.drop_column('invoice', 'x_reference')
    for statement in create_frozen():
        op.execute(statement)
