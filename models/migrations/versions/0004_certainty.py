"""Certificates, labels, audit samples, alarms, model versions, aliases, tolerances and coding."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import models.columns

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table('model_version',
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('version', sa.String(length=80), nullable=False),
    sa.Column('role', sa.String(), nullable=False),
    sa.Column('files_json', sa.Text(), nullable=False),
    sa.Column('manifest_json', sa.Text(), nullable=False),
    sa.Column('gate_json', sa.Text(), nullable=False),
    sa.Column('actor', sa.String(), nullable=False),
    sa.Column('created_at', models.columns.Instant(), nullable=False),
    sa.Column('changed_at', models.columns.Instant(), nullable=False),
    sa.PrimaryKeyConstraint('kind', 'version')
    )
    op.create_index(op.f('ix_model_version_role'), 'model_version', ['role'], unique=False)
    op.create_table('alarm',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('client_id', sa.String(), nullable=False),
    sa.Column('segment', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('lowered', sa.Boolean(), nullable=False),
    sa.Column('detail_json', sa.Text(), nullable=False),
    sa.Column('actor', sa.String(), nullable=False),
    sa.Column('at', models.columns.Instant(), nullable=False),
    sa.ForeignKeyConstraint(['client_id'], ['client.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('alarm_newest', 'alarm', ['client_id', 'segment', 'at'], unique=False)
    op.create_table('alias',
    sa.Column('client_id', sa.String(), nullable=False),
    sa.Column('seller_id', sa.String(), nullable=False),
    sa.Column('invoice_item', sa.String(length=200), nullable=False),
    sa.Column('order_item', sa.String(length=200), nullable=False),
    sa.Column('times', sa.Integer(), nullable=False),
    sa.Column('document_id', sa.String(), nullable=False),
    sa.Column('at', models.columns.Instant(), nullable=False),
    sa.ForeignKeyConstraint(['client_id'], ['client.id'], ),
    sa.PrimaryKeyConstraint('client_id', 'seller_id', 'invoice_item', 'order_item')
    )
    op.create_table('certificate',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('client_id', sa.String(), nullable=False),
    sa.Column('segment', sa.String(), nullable=False),
    sa.Column('threshold', sa.Float(), nullable=True),
    sa.Column('certificate_json', sa.Text(), nullable=False),
    sa.Column('made_at', models.columns.Instant(), nullable=False),
    sa.Column('actor', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['client_id'], ['client.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('certificate_newest', 'certificate', ['client_id', 'segment', 'made_at'], unique=False)
    op.create_table('coding',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('client_id', sa.String(), nullable=False),
    sa.Column('document_id', sa.String(), nullable=True),
    sa.Column('invoice_line', sa.Integer(), nullable=True),
    sa.Column('seller_id', sa.String(), nullable=True),
    sa.Column('seller_name', sa.String(), nullable=True),
    sa.Column('item_name', sa.String(), nullable=True),
    sa.Column('net_amount', models.columns.Amount(), nullable=True),
    sa.Column('vat_rate', models.columns.Amount(), nullable=True),
    sa.Column('account', sa.String(), nullable=False),
    sa.Column('cost_centre', sa.String(), nullable=True),
    sa.Column('tax_code', sa.String(), nullable=True),
    sa.Column('share', models.columns.Amount(), nullable=True),
    sa.Column('origin', sa.String(), nullable=False),
    sa.Column('actor', sa.String(), nullable=False),
    sa.Column('at', models.columns.Instant(), nullable=False),
    sa.ForeignKeyConstraint(['client_id'], ['client.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('coding_seller', 'coding', ['client_id', 'seller_id', 'at'], unique=False)
    op.create_index(op.f('ix_coding_document_id'), 'coding', ['document_id'], unique=False)
    op.create_table('label',
    sa.Column('client_id', sa.String(), nullable=False),
    sa.Column('key', sa.String(length=80), nullable=False),
    sa.Column('score_version', sa.String(length=80), nullable=False),
    sa.Column('segment', sa.String(), nullable=False),
    sa.Column('label_json', sa.Text(), nullable=False),
    sa.Column('at', models.columns.Instant(), nullable=False),
    sa.ForeignKeyConstraint(['client_id'], ['client.id'], ),
    sa.PrimaryKeyConstraint('client_id', 'key', 'score_version')
    )
    op.create_index('label_window', 'label', ['client_id', 'segment', 'at'], unique=False)
    op.create_table('tolerance',
    sa.Column('client_id', sa.String(), nullable=False),
    sa.Column('scope', sa.String(), nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('tolerances_json', sa.Text(), nullable=False),
    sa.Column('updated_at', models.columns.Instant(), nullable=False),
    sa.ForeignKeyConstraint(['client_id'], ['client.id'], ),
    sa.PrimaryKeyConstraint('client_id', 'scope', 'key')
    )
    op.create_table('audit_sample',
    sa.Column('document_id', sa.String(), nullable=False),
    sa.Column('client_id', sa.String(), nullable=False),
    sa.Column('segment', sa.String(), nullable=False),
    sa.Column('certificate_id', sa.String(), nullable=True),
    sa.Column('share', sa.Float(), nullable=False),
    sa.Column('blind', sa.Boolean(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('checked_json', sa.Text(), nullable=False),
    sa.Column('checked_by', sa.String(), nullable=True),
    sa.Column('checked_at', models.columns.Instant(), nullable=True),
    sa.Column('drawn_at', models.columns.Instant(), nullable=False),
    sa.ForeignKeyConstraint(['client_id'], ['client.id'], ),
    sa.ForeignKeyConstraint(['document_id'], ['document.id'], ),
    sa.PrimaryKeyConstraint('document_id')
    )
    op.create_index('audit_sample_open', 'audit_sample', ['client_id', 'state', 'drawn_at'], unique=False)
    op.create_table('coding_proposal',
    sa.Column('document_id', sa.String(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('client_id', sa.String(), nullable=False),
    sa.Column('proposal_json', sa.Text(), nullable=False),
    sa.Column('at', models.columns.Instant(), nullable=False),
    sa.ForeignKeyConstraint(['document_id'], ['document.id'], ),
    sa.PrimaryKeyConstraint('document_id', 'revision')
    )
    op.create_index(op.f('ix_coding_proposal_client_id'), 'coding_proposal', ['client_id'], unique=False)
    op.create_table('shadow',
    sa.Column('document_id', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('version', sa.String(length=80), nullable=False),
    sa.Column('client_id', sa.String(), nullable=False),
    sa.Column('verdict_json', sa.Text(), nullable=False),
    sa.Column('at', models.columns.Instant(), nullable=False),
    sa.ForeignKeyConstraint(['document_id'], ['document.id'], ),
    sa.PrimaryKeyConstraint('document_id', 'kind', 'version')
    )
    op.create_index(op.f('ix_shadow_client_id'), 'shadow', ['client_id'], unique=False)
    op.add_column('client', sa.Column('matching_json', sa.Text(), nullable=True))
    op.add_column('decision', sa.Column('segment', sa.String(), nullable=False, server_default=''))
    op.add_column('decision', sa.Column('certificate_id', sa.String(), nullable=True))
    op.add_column('decision', sa.Column('evidence_json', sa.Text(), nullable=False, server_default='{}'))
    op.add_column('decision', sa.Column('versions_json', sa.Text(), nullable=False, server_default='{}'))
    op.create_index('decision_let_through', 'decision', ['client_id', 'actor', 'outcome', 'created_at'], unique=False)
    op.add_column('purchase_order_line', sa.Column('category', sa.String(), nullable=True))


def downgrade() -> None:
    """Go back."""
    op.drop_column('purchase_order_line', 'category')
    op.drop_index('decision_let_through', table_name='decision')
    op.drop_column('decision', 'versions_json')
    op.drop_column('decision', 'evidence_json')
    op.drop_column('decision', 'certificate_id')
    op.drop_column('decision', 'segment')
    op.drop_column('client', 'matching_json')
    op.drop_index(op.f('ix_shadow_client_id'), table_name='shadow')
    op.drop_table('shadow')
    op.drop_index(op.f('ix_coding_proposal_client_id'), table_name='coding_proposal')
    op.drop_table('coding_proposal')
    op.drop_index('audit_sample_open', table_name='audit_sample')
    op.drop_table('audit_sample')
    op.drop_table('tolerance')
    op.drop_index('label_window', table_name='label')
    op.drop_table('label')
    op.drop_index(op.f('ix_coding_document_id'), table_name='coding')
    op.drop_index('coding_seller', table_name='coding')
    op.drop_table('coding')
    op.drop_index('certificate_newest', table_name='certificate')
    op.drop_table('certificate')
    op.drop_table('alias')
    op.drop_index('alarm_newest', table_name='alarm')
    op.drop_table('alarm')
    op.drop_index(op.f('ix_model_version_role'), table_name='model_version')
    op.drop_table('model_version')
