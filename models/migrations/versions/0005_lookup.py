"""Indexes by which orders and suppliers are found among millions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.migrations.lookup import create_search_index, drop_search_index, file_everything

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    collation = "C" if op.get_bind().dialect.name == "postgresql" else None
    op.drop_index('order_seller', table_name='purchase_order')
    op.drop_index('order_canonical', table_name='purchase_order')
    if collation:
        op.alter_column('purchase_order', 'canonical_number', type_=sa.String(collation=collation), server_default='')
    op.add_column('purchase_order', sa.Column('reversed_number', sa.String(collation=collation), nullable=False,
                                              server_default=''))
    op.add_column('purchase_order', sa.Column('net_cents', sa.BigInteger(), nullable=True))
    op.create_table('supplier_key',
    sa.Column('client_id', sa.String(), nullable=False),
    sa.Column('key', sa.String(length=80), nullable=False),
    sa.Column('seller_id', sa.String(), nullable=False),
    sa.Column('view', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('client_id', 'key', 'seller_id'),
    sqlite_with_rowid=False
    )
    op.create_table('search_text',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('client_id', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('client_id', 'kind', 'key'),
    sqlite_autoincrement=True
    )
    create_search_index(op.get_bind())
    file_everything(op.get_bind())
    op.create_index('goods_receipt_order', 'goods_receipt', ['client_id', 'order_number'], unique=False)
    op.create_index('supplier_key_owner', 'supplier_key', ['client_id', 'seller_id'], unique=False)
    op.create_index('order_canonical', 'purchase_order', ['client_id', 'canonical_number'], unique=False)
    op.create_index('order_reversed', 'purchase_order', ['client_id', 'reversed_number'], unique=False)
    op.create_index('order_amount', 'purchase_order', ['client_id', 'net_cents'], unique=False)
    op.create_index('order_seller_amount', 'purchase_order', ['client_id', 'seller_id', 'net_cents'], unique=False)
    op.create_index('order_seller', 'purchase_order', ['client_id', 'seller_id', 'status', 'order_date',
                                                       'canonical_number', 'net_cents', 'order_number'], unique=False)


def downgrade() -> None:
    """Go back."""
    for name in ('order_seller', 'order_seller_amount', 'order_amount', 'order_reversed', 'order_canonical'):
        op.drop_index(name, table_name='purchase_order')
    op.drop_index('goods_receipt_order', table_name='goods_receipt')
    drop_search_index(op.get_bind())
    op.drop_table('search_text')
    op.drop_table('supplier_key')
    op.drop_column('purchase_order', 'net_cents')
    op.drop_column('purchase_order', 'reversed_number')
    op.create_index('order_canonical', 'purchase_order', ['client_id', 'canonical_number'], unique=False)
    op.create_index('order_seller', 'purchase_order', ['client_id', 'seller_id', 'status'], unique=False)
