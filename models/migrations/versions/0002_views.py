"""The views that finance systems read, and the counter of the change feed."""

from __future__ import annotations

from alembic import op

from models.migrations.first_views import FIRST, create_frozen, drop_frozen

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    for statement in create_frozen(FIRST):
        op.execute(statement)
    # Publishers lock this row: it must be there before the first of them comes.
    op.execute("INSERT INTO counter (name, value) SELECT 'change', 0 "
               "WHERE NOT EXISTS (SELECT 1 FROM counter WHERE name = 'change')")


def downgrade() -> None:
    """Go back."""
    for statement in drop_frozen(FIRST):
        op.execute(statement)
