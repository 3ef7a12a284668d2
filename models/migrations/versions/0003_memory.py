"""Supplier memory: what is remembered of confirmed invoices."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import models.columns

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table('sample',
    sa.Column('document_id', sa.String(), nullable=False),
    sa.Column('client_id', sa.String(), nullable=False),
    sa.Column('sample_json', sa.Text(), nullable=False),
    sa.Column('corrected', sa.String(), nullable=False),
    sa.Column('at', models.columns.Instant(), nullable=False),
    sa.ForeignKeyConstraint(['client_id'], ['client.id'], ),
    sa.ForeignKeyConstraint(['document_id'], ['document.id'], ),
    sa.PrimaryKeyConstraint('document_id')
    )
    op.create_index(op.f('ix_sample_client_id'), 'sample', ['client_id'], unique=False)
    op.create_table('sample_key',
    sa.Column('client_id', sa.String(), nullable=False),
    sa.Column('key', sa.String(length=80), nullable=False),
    sa.Column('document_id', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['document_id'], ['sample.document_id'], ),
    sa.PrimaryKeyConstraint('client_id', 'key', 'document_id')
    )
    op.create_index(op.f('ix_sample_key_document_id'), 'sample_key', ['document_id'], unique=False)


def downgrade() -> None:
    """Go back."""
    op.drop_table('sample_key')
    op.drop_table('sample')
