"""Guards that the database itself keeps: audit rows are final, states follow their table, two persons are two."""

from __future__ import annotations

from alembic import op

from models.status import TRANSITIONS

_SQLITE = (
    "CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'audit rows are final'); END",
    "CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'audit rows are final'); END",
    "CREATE TRIGGER event_no_update BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'events are final'); END",
    "CREATE TRIGGER event_no_delete BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'events are final'); END",
    "CREATE TRIGGER document_moves BEFORE UPDATE OF state ON document WHEN OLD.state <> NEW.state AND NOT EXISTS "
    "(SELECT 1 FROM transition WHERE from_state = OLD.state AND to_state = NEW.state) "
    "BEGIN SELECT RAISE(ABORT, 'no such move between states'); END",
)

_POSTGRESQL = (
    "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'rows of % are final', TG_TABLE_NAME; END $$",
    "CREATE TRIGGER audit_final BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION refuse_change()",
    "CREATE TRIGGER event_final BEFORE UPDATE OR DELETE ON event FOR EACH ROW EXECUTE FUNCTION refuse_change()",
    "CREATE FUNCTION check_move() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "IF OLD.state <> NEW.state AND NOT EXISTS (SELECT 1 FROM transition "
    "WHERE from_state = OLD.state AND to_state = NEW.state) "
    "THEN RAISE EXCEPTION 'no such move between states'; END IF; RETURN NEW; END $$",
    "CREATE TRIGGER document_moves BEFORE UPDATE OF state ON document FOR EACH ROW EXECUTE FUNCTION check_move()",
)

_ENOUGH = (
    "(SELECT count(DISTINCT user_id) FROM approval WHERE document_id = NEW.id AND revision = NEW.revision) < "
    "(CASE WHEN EXISTS (SELECT 1 FROM approval WHERE document_id = NEW.id AND revision = NEW.revision AND rules <> '') "
    "THEN 2 ELSE 1 END)"  # in parentheses: PL/pgSQL takes the first THEN outside of any for that of its IF
)
_SECOND = (
    "EXISTS (SELECT 1 FROM approval WHERE document_id = NEW.document_id AND revision = NEW.revision) AND NEW.actor = "
    "(SELECT last_editor FROM document WHERE id = NEW.document_id)"
)

_APPROVALS_SQLITE = (
    "CREATE TRIGGER approval_no_update BEFORE UPDATE ON approval BEGIN SELECT RAISE(ABORT, 'approvals are final'); END",
    "CREATE TRIGGER approval_second BEFORE INSERT ON approval "
    f"WHEN {_SECOND} BEGIN SELECT RAISE(ABORT, 'the second word is not the last editor''s'); END",
    "CREATE TRIGGER document_four_eyes BEFORE UPDATE OF state ON document "
    f"WHEN OLD.state = 'held' AND NEW.state = 'approved' AND {_ENOUGH} "
    "BEGIN SELECT RAISE(ABORT, 'a hold is released by enough persons'); END",
)

_APPROVALS_POSTGRESQL = (
    "CREATE TRIGGER approval_final BEFORE UPDATE ON approval FOR EACH ROW EXECUTE FUNCTION refuse_change()",
    "CREATE FUNCTION check_second() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    f"IF {_SECOND} THEN RAISE EXCEPTION 'the second word is not the last editor''s'; END IF; RETURN NEW; END $$",
    "CREATE TRIGGER approval_second BEFORE INSERT ON approval FOR EACH ROW EXECUTE FUNCTION check_second()",
    "CREATE FUNCTION check_four_eyes() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    f"IF OLD.state = 'held' AND NEW.state = 'approved' AND {_ENOUGH} "
    "THEN RAISE EXCEPTION 'a hold is released by enough persons'; END IF; RETURN NEW; END $$",
    "CREATE TRIGGER document_four_eyes BEFORE UPDATE OF state ON document "
    "FOR EACH ROW EXECUTE FUNCTION check_four_eyes()",
)


def seed_transitions() -> None:
    """Copy the table of states into the database."""
    for before, afters in TRANSITIONS.items():
        for after in afters:
            op.execute(f"INSERT INTO transition (from_state, to_state) VALUES ('{before}', '{after}')")  # noqa: S608


def create_guards() -> None:
    """Create the triggers of the database at hand."""
    for statement in _SQLITE if op.get_bind().dialect.name == "sqlite" else _POSTGRESQL:
        op.execute(statement)


def create_approval_guards() -> None:
    """Create the triggers that keep two persons two."""
    for statement in _APPROVALS_SQLITE if op.get_bind().dialect.name == "sqlite" else _APPROVALS_POSTGRESQL:
        op.execute(statement)


def drop_approval_guards() -> None:
    """Take those triggers away that the table of approvals does not take with it."""
    on_postgresql = op.get_bind().dialect.name != "sqlite"
    op.execute("DROP TRIGGER document_four_eyes" + (" ON document" if on_postgresql else ""))
    for name in ("check_second", "check_four_eyes") if on_postgresql else ():
        op.execute(f"DROP FUNCTION {name}() CASCADE")
