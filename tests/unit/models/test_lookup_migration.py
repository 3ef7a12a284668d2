"""Migration 0005 files what a database of the schema before it held, and what is imported later is filed alike."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import inspect, text

from flows.master_files import import_master
from models.keys import net_cents, search_words, supplier_keys
from models.migrate import _config, migrate
from models.store.engine import Store

SUPPLIERS = "seller_id,name,vat_id\nS1,Acme Toolíng SARL,FR40303265045\nS2,Bolt & Co,\n"
ORDERS = """order_number,line_number,seller_id,seller_name,item_name,quantity,unit_price,net_amount
PO-0017,1,S1,Acme Tooling,Vis inox M6,10,1.00,10.00
PO-0017,2,S1,Acme Tooling,Écrou,2,0.505,
B-2,1,S2,Bolt,Clé,,,
"""
FILED = {
    "orders": "SELECT order_number, canonical_number, reversed_number, net_cents FROM purchase_order ORDER BY 1",
    "keys": "SELECT seller_id, key, view FROM supplier_key ORDER BY 1, 2",
    "words": "SELECT kind, key, words FROM search_text ORDER BY 1, 2",
}


@pytest.fixture
def old_store(tmp_path: Path) -> Iterator[Store]:
    """A database of the schema before, with the same suppliers and orders as the files."""
    store = Store(f"sqlite:///{tmp_path / 'old.db'}")
    with store.engine.connect().execution_options(facturier_write=True) as connection, connection.begin():
        command.upgrade(_config(connection), "0004")
        connection.execute(text("INSERT INTO client (id, name, created_at) VALUES ('acme', 'acme', '2026-01-01')"))
        connection.execute(text("INSERT INTO supplier (client_id, seller_id, name, vat_id, status, extra_json, "
                                "updated_at) VALUES ('acme', 'S1', 'Acme Toolíng SARL', 'FR40303265045', 'active', "
                                "'{}', '2026-01-01'), ('acme', 'S2', 'Bolt & Co', NULL, 'active', '{}', "
                                "'2026-01-01')"))  # fmt: skip
        connection.execute(text("INSERT INTO purchase_order (client_id, order_number, canonical_number, status, "
                                "seller_id, seller_name, updated_at) VALUES ('acme', 'PO-0017', 'P00017', 'open', "
                                "'S1', 'Acme Tooling', '2026-01-01'), ('acme', 'B-2', '82', 'open', 'S2', 'Bolt', "
                                "'2026-01-01')"))  # fmt: skip
        connection.execute(text("INSERT INTO purchase_order_line (client_id, order_number, line_number, position, "
                                "item_name, quantity, unit_price, net_amount, extra_json) VALUES "
                                "('acme', 'PO-0017', '1', 1, 'Vis inox M6', '10', '1.00', '10.00', '{}'), "
                                "('acme', 'PO-0017', '2', 2, 'Écrou', '2', '0.505', NULL, '{}'), "
                                "('acme', 'B-2', '1', 1, 'Clé', NULL, NULL, NULL, '{}')"))  # fmt: skip
    yield store
    store.dispose()


def filed(store: Store) -> dict[str, list[Any]]:
    with store.engine.connect() as connection:
        return {name: [tuple(row) for row in connection.execute(text(sql))] for name, sql in FILED.items()}


def take(office: Any, tmp_path: Path, kind: str, content: str) -> None:
    path = tmp_path / f"{kind}.csv"
    path.write_text(content, encoding="utf-8")
    import_master(office.store, kind, path, "acme", strict=True, actor="ann")


def test_what_was_there_before_is_filed_as_an_import_files_it(old_store: Store, office: Any, tmp_path: Path) -> None:
    migrate(old_store)
    take(office, tmp_path, "suppliers", SUPPLIERS)
    take(office, tmp_path, "purchase-orders", ORDERS)
    before, now = filed(old_store), filed(office.store)
    assert before == now
    assert ("PO-0017", "P00017", "71000P", 1101) in now["orders"]
    assert ("B-2", "82", "28", None) in now["orders"]
    wanted = supplier_keys("Acme Toolíng SARL", "FR40303265045", None)
    assert {row[1]: row[2] for row in now["keys"] if row[0] == "S1"} == wanted
    assert ("supplier", "S2", search_words("acme", "supplier", ["Bolt & Co"])) in now["words"]
    assert net_cents([]) is None


def test_the_words_of_old_rows_are_in_the_index(old_store: Store) -> None:
    migrate(old_store)
    with old_store.engine.connect() as connection:
        found = connection.execute(text("SELECT count(*) FROM search_index WHERE search_index MATCH '\"ino\"'"))
        assert found.scalar() == 1
        connection.execute(text("INSERT INTO search_index (search_index, rank) VALUES ('integrity-check', 1)"))


def test_going_back_leaves_the_orders(old_store: Store) -> None:
    migrate(old_store)
    with old_store.engine.connect().execution_options(facturier_write=True) as connection, connection.begin():
        command.downgrade(_config(connection), "0004")
        columns = {column["name"] for column in inspect(connection).get_columns("purchase_order")}
        assert "net_cents" not in columns
        assert not {"supplier_key", "search_text", "search_index"} & set(inspect(connection).get_table_names())
        assert connection.execute(text("SELECT count(*) FROM purchase_order")).scalar() == 2


def test_a_second_import_files_anew_what_it_changes(office: Any, tmp_path: Path) -> None:
    take(office, tmp_path, "suppliers", SUPPLIERS)
    take(office, tmp_path, "purchase-orders", ORDERS)
    take(office, tmp_path, "suppliers", "seller_id,name\nS1,Zinc Werke\n")
    take(office, tmp_path, "purchase-orders",
         "order_number,line_number,item_name,net_amount\nPO-0017,1,Rondelle,20.00\nPO-0017,3,Joint,1.00\n")  # fmt: skip
    now = filed(office.store)
    assert ("PO-0017", "P00017", "71000P", 2201) in now["orders"]
    assert {row[1] for row in now["keys"] if row[0] == "S1"} == set(supplier_keys("Zinc Werke", "FR40303265045", None))
    (words,) = [row[2] for row in now["words"] if row[:2] == ("order", "PO-0017")]
    assert words == search_words("acme", "order", ["Acme Tooling", "Rondelle", "Écrou", "Joint"])
    with office.store.engine.connect() as connection:
        connection.execute(text("INSERT INTO search_index (search_index, rank) VALUES ('integrity-check', 1)"))
