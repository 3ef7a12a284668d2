"""The manual baseline of a pilot."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import models.columns

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table('manual_baseline',
    sa.Column('client_id', sa.String(), nullable=False),
    sa.Column('file', sa.String(), nullable=False),
    sa.Column('keyed_by', sa.String(), nullable=False),
    sa.Column('seconds', models.columns.Amount(), nullable=True),
    sa.Column('keyed_on', sa.Date(), nullable=True),
    sa.Column('extra_json', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['client_id'], ['client.id'], ),
    sa.PrimaryKeyConstraint('client_id', 'file', 'keyed_by')
    )


def downgrade() -> None:
    """Go back."""
    op.drop_table('manual_baseline')
