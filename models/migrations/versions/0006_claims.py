"""What invoices take from orders, claimed in the database; which invoice a credit note gives back; how lines are posted."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

import models.columns
from models.migrations.first_views import create_frozen

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table('order_claim',
    sa.Column('document_id', sa.String(), nullable=False),
    sa.Column('order_number', sa.String(), nullable=False),
    sa.Column('order_line', sa.String(), nullable=False),
    sa.Column('client_id', sa.String(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('quantity', models.columns.Amount(), nullable=True),
    sa.Column('covered', models.columns.Amount(), nullable=True),
    sa.Column('at', models.columns.Instant(), nullable=False),
    sa.ForeignKeyConstraint(['client_id'], ['client.id'], ),
    sa.ForeignKeyConstraint(['document_id'], ['document.id'], ),
    sa.PrimaryKeyConstraint('document_id', 'order_number', 'order_line')
    )
    op.create_index('order_claim_line', 'order_claim', ['client_id', 'order_number', 'order_line'], unique=False)
    op.create_table('credit_link',
    sa.Column('document_id', sa.String(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('client_id', sa.String(), nullable=False),
    sa.Column('original_id', sa.String(), nullable=False),
    sa.Column('by', sa.String(), nullable=False),
    sa.Column('amount', models.columns.Amount(), nullable=True),
    sa.Column('at', models.columns.Instant(), nullable=False),
    sa.ForeignKeyConstraint(['document_id'], ['document.id'], ),
    sa.ForeignKeyConstraint(['original_id'], ['document.id'], ),
    sa.PrimaryKeyConstraint('document_id', 'revision')
    )
    op.create_index(op.f('ix_credit_link_client_id'), 'credit_link', ['client_id'], unique=False)
    op.create_index(op.f('ix_credit_link_original_id'), 'credit_link', ['original_id'], unique=False)
    op.add_column('coding', sa.Column('probability', sa.Float(), nullable=True))
    op.add_column('coding', sa.Column('reference', sa.String(), nullable=True))
    _claim_what_counts()
    for statement in create_frozen(('v1_coding',)):
        op.execute(statement)


def _claim_what_counts() -> None:
    """Links that counted so far become claims: summed by document and order line, in Python because amounts are text."""
    links = sa.table('match_link', *(sa.column(name) for name in (
        'document_id', 'revision', 'order_number', 'order_line', 'client_id', 'counts')),
        sa.column('quantity', models.columns.Amount()))
    documents = sa.table('document', sa.column('id'), sa.column('updated_at', models.columns.Instant()))
    claims = sa.table('order_claim', *(sa.column(name) for name in (
        'document_id', 'order_number', 'order_line', 'client_id', 'revision')),
        *(sa.column(name, models.columns.Amount()) for name in ('quantity', 'covered')),
        sa.column('at', models.columns.Instant()))
    query = sa.select(links.c.document_id, links.c.order_number, links.c.order_line, links.c.client_id,
                      links.c.revision, links.c.quantity, documents.c.updated_at).where(
        links.c.counts.is_(sa.true()), documents.c.id == links.c.document_id)
    found: dict[tuple[str, str, str], dict[str, Any]] = {}
    for row in op.get_bind().execute(query):
        key = (row.document_id, row.order_number, row.order_line)
        taken = found.get(key, {}).get('quantity', 0) + (row.quantity or 0)
        found[key] = {'document_id': row.document_id, 'order_number': row.order_number,
                      'order_line': row.order_line, 'client_id': row.client_id, 'revision': row.revision,
                      'quantity': taken, 'covered': 0, 'at': row.updated_at}
    if found:
        op.bulk_insert(claims, list(found.values()))


def downgrade() -> None:
    """Go back."""
    op.execute("DROP VIEW v1_coding")
    op.drop_column('coding', 'reference')
    op.drop_column('coding', 'probability')
    op.drop_table('credit_link')
    op.drop_table('order_claim')
