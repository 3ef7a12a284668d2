"""The review queue: comments, bulk acts, questions to suppliers, tiers, approvals, arrangements, micro-tasks and pay."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import models.columns
from models.migrations.guards import create_approval_guards, drop_approval_guards
from models.migrations.searched import fill_search_words

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table('bulk',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('actor', sa.String(), nullable=False),
    sa.Column('act', sa.String(), nullable=False),
    sa.Column('detail_json', sa.Text(), nullable=False),
    sa.Column('before_json', sa.Text(), nullable=False),
    sa.Column('at', models.columns.Instant(), nullable=False),
    sa.Column('undone_at', models.columns.Instant(), nullable=True),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_table('mail',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('client_id', sa.String(), nullable=True),
    sa.Column('document_id', sa.String(), nullable=True),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('recipient', sa.String(), nullable=False),
    sa.Column('subject', sa.String(), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('created_at', models.columns.Instant(), nullable=False),
    sa.Column('sent_at', models.columns.Instant(), nullable=True),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('next_at', models.columns.Instant(), nullable=True),
    sa.Column('refused', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index(op.f('ix_mail_client_id'), 'mail', ['client_id'], unique=False)
    op.create_index(op.f('ix_mail_document_id'), 'mail', ['document_id'], unique=False)
    op.create_index('mail_open', 'mail', ['sent_at', 'created_at'], unique=False)
    op.create_table('pay_rate',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('region', sa.String(), nullable=False),
    sa.Column('seconds', models.columns.Amount(), nullable=True),
    sa.Column('measured', sa.Integer(), nullable=False),
    sa.Column('hourly', models.columns.Amount(), nullable=True),
    sa.Column('per_task', models.columns.Amount(), nullable=True),
    sa.Column('currency', sa.String(), nullable=False),
    sa.Column('made_at', models.columns.Instant(), nullable=False),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('pay_rate_newest', 'pay_rate', ['kind', 'region', 'made_at'], unique=False)
    op.create_table('wage_floor',
    sa.Column('region', sa.String(length=8), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('hourly', models.columns.Amount(), nullable=True),
    sa.Column('currency', sa.String(), nullable=False),
    sa.Column('source', sa.String(), nullable=False),
    sa.Column('actor', sa.String(), nullable=False),
    sa.Column('at', models.columns.Instant(), nullable=False),
    sa.PrimaryKeyConstraint('region', 'valid_from')
    )
    op.create_table('arrangement',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('client_id', sa.String(), nullable=False),
    sa.Column('sha256', sa.String(), nullable=False),
    sa.Column('document_id', sa.String(), nullable=False),
    sa.Column('groups_json', sa.Text(), nullable=False),
    sa.Column('before_json', sa.Text(), nullable=False),
    sa.Column('actor', sa.String(), nullable=False),
    sa.Column('at', models.columns.Instant(), nullable=False),
    sa.ForeignKeyConstraint(['client_id'], ['client.id'], ),
    sa.ForeignKeyConstraint(['sha256'], ['blob.sha256'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('arrangement_newest', 'arrangement', ['client_id', 'sha256', 'at'], unique=False)
    op.create_table('duplicate_pair',
    sa.Column('first_id', sa.String(length=32), nullable=False),
    sa.Column('second_id', sa.String(length=32), nullable=False),
    sa.Column('client_id', sa.String(), nullable=False),
    sa.Column('verdict', sa.String(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('evidence_json', sa.Text(), nullable=False),
    sa.Column('actor', sa.String(), nullable=False),
    sa.Column('at', models.columns.Instant(), nullable=False),
    sa.ForeignKeyConstraint(['client_id'], ['client.id'], ),
    sa.ForeignKeyConstraint(['first_id'], ['document.id'], ),
    sa.ForeignKeyConstraint(['second_id'], ['document.id'], ),
    sa.PrimaryKeyConstraint('first_id', 'second_id')
    )
    op.create_index(op.f('ix_duplicate_pair_client_id'), 'duplicate_pair', ['client_id'], unique=False)
    op.create_index('duplicate_pair_second', 'duplicate_pair', ['second_id'], unique=False)
    op.create_table('chosen_order',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('client_id', sa.String(), nullable=False),
    sa.Column('document_id', sa.String(), nullable=False),
    sa.Column('choice_json', sa.Text(), nullable=False),
    sa.Column('offered_json', sa.Text(), nullable=False),
    sa.Column('actor', sa.String(), nullable=False),
    sa.Column('at', models.columns.Instant(), nullable=False),
    sa.Column('undone_at', models.columns.Instant(), nullable=True),
    sa.ForeignKeyConstraint(['client_id'], ['client.id'], ),
    sa.ForeignKeyConstraint(['document_id'], ['document.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index(op.f('ix_chosen_order_client_id'), 'chosen_order', ['client_id'], unique=False)
    op.create_index('chosen_order_newest', 'chosen_order', ['document_id', 'at'], unique=False)
    op.create_table('identity',
    sa.Column('issuer', sa.String(), nullable=False),
    sa.Column('subject', sa.String(), nullable=False),
    sa.Column('user_id', sa.String(), nullable=False),
    sa.Column('created_at', models.columns.Instant(), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], ),
    sa.PrimaryKeyConstraint('issuer', 'subject')
    )
    op.create_index(op.f('ix_identity_user_id'), 'identity', ['user_id'], unique=False)
    op.create_table('replay',
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('user_id', sa.String(), nullable=False),
    sa.Column('path', sa.String(), nullable=False),
    sa.Column('location', sa.String(), nullable=False),
    sa.Column('at', models.columns.Instant(), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], ),
    sa.PrimaryKeyConstraint('key')
    )
    op.create_index(op.f('ix_replay_user_id'), 'replay', ['user_id'], unique=False)
    op.create_table('saved_filter',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('user_id', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('query', sa.String(), nullable=False),
    sa.Column('shared', sa.Boolean(), nullable=False),
    sa.Column('created_at', models.columns.Instant(), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('user_id', 'name')
    )
    op.create_index(op.f('ix_saved_filter_user_id'), 'saved_filter', ['user_id'], unique=False)
    op.create_table('supplier_rule',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('client_id', sa.String(), nullable=False),
    sa.Column('seller_id', sa.String(), nullable=False),
    sa.Column('term', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('rule_json', sa.Text(), nullable=False),
    sa.Column('preview_json', sa.Text(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('document_id', sa.String(), nullable=False),
    sa.Column('actor', sa.String(), nullable=False),
    sa.Column('at', models.columns.Instant(), nullable=False),
    sa.Column('changed_by', sa.String(), nullable=False),
    sa.Column('changed_at', models.columns.Instant(), nullable=True),
    sa.Column('notice', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['client_id'], ['client.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('supplier_rule_seller', 'supplier_rule', ['client_id', 'seller_id', 'state'], unique=False)
    op.create_table('top_up',
    sa.Column('user_id', sa.String(), nullable=False),
    sa.Column('week', sa.Date(), nullable=False),
    sa.Column('currency', sa.String(), nullable=False),
    sa.Column('region', sa.String(), nullable=False),
    sa.Column('seconds', models.columns.Amount(), nullable=True),
    sa.Column('earned', models.columns.Amount(), nullable=True),
    sa.Column('floor', models.columns.Amount(), nullable=True),
    sa.Column('top_up', models.columns.Amount(), nullable=True),
    sa.Column('made_at', models.columns.Instant(), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], ),
    sa.PrimaryKeyConstraint('user_id', 'week', 'currency')
    )
    op.create_table('approval',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('client_id', sa.String(), nullable=False),
    sa.Column('document_id', sa.String(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.String(), nullable=False),
    sa.Column('rules', sa.String(), nullable=False),
    sa.Column('actor', sa.String(), nullable=False),
    sa.Column('at', models.columns.Instant(), nullable=False),
    sa.ForeignKeyConstraint(['client_id'], ['client.id'], ),
    sa.ForeignKeyConstraint(['document_id'], ['document.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('document_id', 'revision', 'user_id')
    )
    op.create_index(op.f('ix_approval_client_id'), 'approval', ['client_id'], unique=False)
    op.create_index(op.f('ix_approval_document_id'), 'approval', ['document_id'], unique=False)
    op.create_table('comment',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('client_id', sa.String(), nullable=False),
    sa.Column('document_id', sa.String(), nullable=False),
    sa.Column('term', sa.String(), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('folded', sa.Text(), server_default='', nullable=False),
    sa.Column('mentions', sa.String(), nullable=False),
    sa.Column('actor', sa.String(), nullable=False),
    sa.Column('at', models.columns.Instant(), nullable=False),
    sa.Column('struck_by', sa.String(), nullable=False),
    sa.Column('struck_at', models.columns.Instant(), nullable=True),
    sa.ForeignKeyConstraint(['client_id'], ['client.id'], ),
    sa.ForeignKeyConstraint(['document_id'], ['document.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('comment_document', 'comment', ['document_id', 'at'], unique=False)
    op.create_index(op.f('ix_comment_client_id'), 'comment', ['client_id'], unique=False)
    op.create_table('escalation',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('client_id', sa.String(), nullable=False),
    sa.Column('document_id', sa.String(), nullable=False),
    sa.Column('from_tier', sa.String(), nullable=False),
    sa.Column('to_tier', sa.String(), nullable=False),
    sa.Column('skill', sa.String(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('actor', sa.String(), nullable=False),
    sa.Column('at', models.columns.Instant(), nullable=False),
    sa.ForeignKeyConstraint(['client_id'], ['client.id'], ),
    sa.ForeignKeyConstraint(['document_id'], ['document.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('escalation_document', 'escalation', ['document_id', 'at'], unique=False)
    op.create_index(op.f('ix_escalation_client_id'), 'escalation', ['client_id'], unique=False)
    op.create_table('micro_task',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('client_id', sa.String(), nullable=False),
    sa.Column('document_id', sa.String(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('term', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('page', sa.Integer(), nullable=False),
    sa.Column('box_json', sa.String(), nullable=False),
    sa.Column('choices_json', sa.Text(), nullable=False),
    sa.Column('proposed', sa.String(), nullable=False),
    sa.Column('identifying', sa.Boolean(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('answer', sa.String(), nullable=True),
    sa.Column('posterior', sa.Float(), nullable=True),
    sa.Column('gold', sa.String(), nullable=True),
    sa.Column('created_at', models.columns.Instant(), nullable=False),
    sa.Column('closed_at', models.columns.Instant(), nullable=True),
    sa.ForeignKeyConstraint(['client_id'], ['client.id'], ),
    sa.ForeignKeyConstraint(['document_id'], ['document.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('document_id', 'revision', 'term', 'kind')
    )
    op.create_index(op.f('ix_micro_task_document_id'), 'micro_task', ['document_id'], unique=False)
    op.create_index('micro_task_open', 'micro_task', ['client_id', 'state', 'created_at'], unique=False)
    op.create_table('supplier_question',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('client_id', sa.String(), nullable=False),
    sa.Column('document_id', sa.String(), nullable=False),
    sa.Column('template', sa.String(), nullable=False),
    sa.Column('subject', sa.String(), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('recipient', sa.String(), nullable=False),
    sa.Column('asked_by', sa.String(), nullable=False),
    sa.Column('asked_at', models.columns.Instant(), nullable=False),
    sa.Column('remind_at', models.columns.Instant(), nullable=True),
    sa.Column('answered_at', models.columns.Instant(), nullable=True),
    sa.Column('answer', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['client_id'], ['client.id'], ),
    sa.ForeignKeyConstraint(['document_id'], ['document.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index(op.f('ix_supplier_question_document_id'), 'supplier_question', ['document_id'], unique=False)
    op.create_index('supplier_question_open', 'supplier_question', ['client_id', 'answered_at'], unique=False)
    op.create_table('micro_answer',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('client_id', sa.String(), nullable=False),
    sa.Column('task_id', sa.String(), nullable=False),
    sa.Column('user_id', sa.String(), nullable=False),
    sa.Column('shown_at', models.columns.Instant(), nullable=False),
    sa.Column('answered_at', models.columns.Instant(), nullable=True),
    sa.Column('answer', sa.String(), nullable=True),
    sa.Column('active_seconds', models.columns.Amount(), nullable=True),
    sa.Column('is_gold', sa.Boolean(), nullable=False),
    sa.Column('is_qualification', sa.Boolean(), nullable=False),
    sa.Column('right', sa.Boolean(), nullable=True),
    sa.Column('rate_id', sa.String(), nullable=True),
    sa.Column('pay', models.columns.Amount(), nullable=True),
    sa.Column('currency', sa.String(), nullable=True),
    sa.Column('disputed_at', models.columns.Instant(), nullable=True),
    sa.Column('dispute', sa.Text(), nullable=False),
    sa.Column('settled_at', models.columns.Instant(), nullable=True),
    sa.Column('settlement', sa.String(), nullable=False),
    sa.Column('settled_by', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['client_id'], ['client.id'], ),
    sa.ForeignKeyConstraint(['rate_id'], ['pay_rate.id'], ),
    sa.ForeignKeyConstraint(['task_id'], ['micro_task.id'], ),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('task_id', 'user_id')
    )
    op.create_index(op.f('ix_micro_answer_client_id'), 'micro_answer', ['client_id'], unique=False)
    op.create_index('micro_answer_worker', 'micro_answer', ['user_id', 'answered_at'], unique=False)
    op.create_table('micro_worker',
    sa.Column('user_id', sa.String(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('since', models.columns.Instant(), nullable=False),
    sa.Column('rounds', sa.Integer(), nullable=False),
    sa.Column('earlier', models.columns.Instant(), nullable=True),
    sa.Column('was', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], ),
    sa.PrimaryKeyConstraint('user_id')
    )
    op.add_column('client', sa.Column('review_json', sa.Text(), nullable=True))
    op.add_column('document', sa.Column('assigned_to', sa.String(), nullable=True))
    op.add_column('document', sa.Column('tier', sa.String(), nullable=False, server_default='routine'))
    op.add_column('document', sa.Column('skill', sa.String(), nullable=False, server_default=''))
    op.add_column('document', sa.Column('tags', sa.String(), nullable=False, server_default=''))
    op.add_column('document', sa.Column('postponed_until', models.columns.Instant(), nullable=True))
    op.add_column('document', sa.Column('waits_since', models.columns.Instant(), nullable=True))
    op.add_column('document', sa.Column('due_at', models.columns.Instant(), nullable=True))
    op.add_column('document', sa.Column('waiting_cost', sa.Float(), nullable=False, server_default='0'))
    op.add_column('document', sa.Column('waiting_parts_json', sa.Text(), nullable=False, server_default='{}'))
    op.add_column('document', sa.Column('waiting_rank', sa.Float(), nullable=False, server_default='0'))
    op.add_column('document', sa.Column('waiting_until', models.columns.Instant(), nullable=True))
    op.add_column('document', sa.Column('search_words', sa.Text(), nullable=False, server_default=''))
    op.create_index('document_waiting', 'document', ['state', 'waiting_rank', 'id', 'client_id'], unique=False)
    op.create_index('document_stale', 'document', ['state', 'waiting_until', 'id'], unique=False)
    op.create_index('document_parked', 'document', ['client_id', 'state', 'waits_since', 'postponed_until', 'assigned_to'], unique=False)
    op.create_index(op.f('ix_document_assigned_to'), 'document', ['assigned_to'], unique=False)
    op.create_index(op.f('ix_document_parent_id'), 'document', ['parent_id'], unique=False)
    op.add_column('correction', sa.Column('confidence', sa.Float(), nullable=True))
    op.add_column('correction', sa.Column('source', sa.String(), nullable=False, server_default=''))
    op.add_column('user_account', sa.Column('email', sa.String(), nullable=False, server_default=''))
    op.add_column('user_account', sa.Column('skills', sa.String(), nullable=False, server_default=''))
    op.add_column('user_account', sa.Column('country', sa.String(), nullable=False, server_default=''))
    op.add_column('user_account', sa.Column('place', sa.String(), nullable=False, server_default=''))
    op.add_column('user_account', sa.Column('region', sa.String(), nullable=False, server_default=''))
    fill_search_words(op.get_bind())
    create_approval_guards()


def downgrade() -> None:
    """Go back."""
    drop_approval_guards()
    op.drop_column('correction', 'source')
    op.drop_column('correction', 'confidence')
    op.drop_column('user_account', 'region')
    op.drop_column('user_account', 'place')
    op.drop_column('user_account', 'country')
    op.drop_column('user_account', 'skills')
    op.drop_column('user_account', 'email')
    op.drop_index(op.f('ix_document_parent_id'), table_name='document')
    op.drop_index(op.f('ix_document_assigned_to'), table_name='document')
    op.drop_index('document_waiting', table_name='document')
    op.drop_index('document_stale', table_name='document')
    op.drop_index('document_parked', table_name='document')
    op.drop_column('document', 'search_words')
    op.drop_column('document', 'waiting_until')
    op.drop_column('document', 'waiting_rank')
    op.drop_column('document', 'waiting_parts_json')
    op.drop_column('document', 'waiting_cost')
    op.drop_column('document', 'due_at')
    op.drop_column('document', 'waits_since')
    op.drop_column('document', 'postponed_until')
    op.drop_column('document', 'tags')
    op.drop_column('document', 'skill')
    op.drop_column('document', 'tier')
    op.drop_column('document', 'assigned_to')
    op.drop_column('client', 'review_json')
    op.drop_table('top_up')
    op.drop_table('micro_worker')
    op.drop_table('micro_answer')
    op.drop_table('micro_task')
    op.drop_table('pay_rate')
    op.drop_table('wage_floor')
    op.drop_table('bulk')
    op.drop_table('mail')
    op.drop_table('arrangement')
    op.drop_table('duplicate_pair')
    op.drop_table('chosen_order')
    op.drop_table('identity')
    op.drop_table('replay')
    op.drop_table('saved_filter')
    op.drop_table('supplier_rule')
    op.drop_table('approval')
    op.drop_table('comment')
    op.drop_table('escalation')
    op.drop_table('supplier_question')
