"""Guards that the database itself keeps: audit rows stay as written, documents move only along the table of states."""

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


def seed_transitions() -> None:
    """Copy the table of states into the database."""
    for before, afters in TRANSITIONS.items():
        for after in afters:
            op.execute(f"INSERT INTO transition (from_state, to_state) VALUES ('{before}', '{after}')")  # noqa: S608


def create_guards() -> None:
    """Create the triggers of the database at hand."""
    for statement in _SQLITE if op.get_bind().dialect.name == "sqlite" else _POSTGRESQL:
        op.execute(statement)
