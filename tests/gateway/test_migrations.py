"""A store's form, up and down, on both databases, with data in it."""

import threading
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from eth_account import Account
from sqlalchemy import insert, select

from contracts.gateway.store import keeping, waiting
from contracts.gateway.store.database import Store, opened
from contracts.gateway.store.migrations.versions import schema_0001
from contracts.gateway.store.tables import (
    attempts,
    budgets,
    entries,
    identity,
    metadata,
    orders,
    progress,
    transaction_segments,
    transactions,
    work,
)
from contracts.wire.errors import Broken
from contracts.wire.typed_data import Domain
from contracts.wire.units import Address
from tests.gateway.world import KEY_OF_GATEWAY

DOMAIN = Domain(1337, Address(b"c" * 20))
TILL, OTHER = Address(b"t" * 20), Address(b"u" * 20)
OLD = {**schema_0001.metadata.tables}
SIGNED = Account.from_key(KEY_OF_GATEWAY).sign_transaction(
    {
        "chainId": 1337,
        "nonce": 4,
        "gas": 300_000,
        "maxFeePerGas": 3_000_000_000,
        "maxPriorityFeePerGas": 1_000_000_000,
        "to": "0x" + DOMAIN.contract.hex(),
        "value": 0,
        "data": b"the call",
    }
)
IN_FLIGHT = {"id": 1, "hash": bytes(SIGNED.hash), "nonce": 4, "raw": bytes(SIGNED.raw_transaction), "stored_at": 77}


def entry(terminal: bytes, sequence: int, at: int) -> dict[str, Any]:
    about = {"programme": 1, "pass": b"p" * 20, "day": 3, "counter": None, "amount": 5, "accepted_at": at}
    nothing = {"signature": None, "sale_terminal": None, "sale_sequence": None}
    return {"terminal": terminal, "sequence": sequence, "entry": b"e", "head": bytes(32), **about, **nothing}


def budget(owner: bytes) -> dict[str, Any]:
    plain = {"left": 100, "today": 0, "day": 0, "counter": 0, "window": bytes(8), "blocked": False, "known": True}
    return {"programme": 1, "pass": owner, **plain, "successor": None}


def old_store(where: str | Path, raw: bytes = IN_FLIGHT["raw"]) -> None:  # type: ignore[assignment]
    """As the program before wrote it, which knew nothing of migrations."""
    rows: dict[str, list[dict[str, Any]]] = {
        "identity": [{"id": 1, "schema_version": 2, "store": "0" * 16, "chain_id": 1337, "contract": DOMAIN.contract}],
        "progress": [{"id": 1, "block": 9, "block_hash": bytes(32), "changes": 40}],
        "entries": [entry(TILL, 1, 10), entry(TILL, 2, 11), entry(TILL, 3, 12), entry(OTHER, 1, 13)],
        "terminals": [{"terminal": TILL, "shop": 1, "sequence": 1, "retired": False}],
        "budgets": [budget(b"p" * 20), budget(b"q" * 20)],
        "in_flight": [{**IN_FLIGHT, "raw": raw}],
        "in_flight_segments": [{"terminal": TILL, "first": 2, "last": 3}],
    }
    with opened(where) as (_, connection):
        schema_0001.metadata.create_all(connection)
        for name, values in rows.items():
            connection.execute(insert(OLD[name]), values)


def dump(where: str | Path) -> dict[str, list[Any]]:
    with opened(where) as (_, connection):
        tables = OLD.values()
        return {table.name: sorted(map(tuple, connection.execute(select(table))), key=repr) for table in tables}


def test_an_old_store_goes_on_with_what_it_had_on_its_way(where: str | Path):
    old_store(where)
    store = Store.open(where, DOMAIN, 1)
    with store.reading() as connection:
        assert connection.execute(select(identity.c.store)).scalar_one() == "0" * 16
        (sent,) = connection.execute(select(transactions)).all()
        account = bytes.fromhex(Account.from_key(KEY_OF_GATEWAY).address[2:])
        assert (sent.account, sent.nonce, sent.batch, sent.gas, sent.block) == (account, 4, b"the call", 300_000, None)
        (attempt,) = connection.execute(select(attempts)).all()
        assert (attempt.transaction, attempt.max_fee, attempt.tip, attempt.sent_at) == (sent.id, 3 * 10**9, 10**9, 77)
        assert (attempt.hash, attempt.raw) == (IN_FLIGHT["hash"], IN_FLIGHT["raw"])
        (held,) = connection.execute(select(transaction_segments)).all()
        assert tuple(held) == (sent.id, TILL, 2, 3)
        rows = connection.execute(select(work).order_by(work.c.terminal)).all()
        assert [(row.terminal, row.since, row.owner, row.transaction) for row in rows] == [
            (TILL, 11, None, sent.id),
            (OTHER, 13, None, None),
        ]
        numbers = connection.execute(select(budgets.c.changed).order_by(budgets.c["pass"])).scalars().all()
        assert (numbers, connection.execute(select(progress.c.changes)).scalar_one()) == ([41, 42], 42)
    with store.writing() as connection:  # the numbering of transactions goes on behind what was carried over
        values = {"account": OTHER, "nonce": 0, "batch": b"", "gas": 1, "created_at": 1}
        made = connection.execute(insert(transactions).values(**values).returning(transactions.c.id)).scalar_one()
        assert made > sent.id
    store.close()


def test_down_again_everything_is_as_it_was(where: str | Path):
    old_store(where)
    before = dump(where)
    assert keeping.bring(where) == ("0001", "0004")
    assert keeping.bring(where, "0001") == ("0004", "0001")
    after = dump(where)
    assert after.pop("progress")[0][3] == 42, "versions that terminals were given stay behind"
    before.pop("progress")
    assert after == before
    assert keeping.bring(where) == ("0001", "0004")
    Store.open(where, DOMAIN, 1).close()


def test_going_back_keeps_the_transaction_that_is_mined_next_by_its_dearest_attempt(where: str | Path):
    old_store(where)
    store = Store.open(where, DOMAIN, 1)
    with store.writing() as connection:
        number = connection.execute(select(transactions.c.id)).scalar_one()
        dearer = {"transaction": number, "raw": b"dearer", "max_fee": 4 * 10**9, "tip": 1, "sent_at": 80}
        connection.execute(insert(attempts).values(hash=b"d" * 32, **dearer))
        for nonce, block in ((3, 8), (5, None)):  # one that is mined already, and one behind
            values = {"account": OTHER, "nonce": nonce, "batch": b"", "gas": 1, "created_at": 1, "block": block}
            made = insert(transactions).values(**values).returning(transactions.c.id)
            of_it = {"transaction": connection.execute(made).scalar_one(), "raw": b"", "max_fee": 1, "tip": 1}
            connection.execute(insert(attempts).values(hash=bytes([nonce]) * 32, sent_at=1, **of_it))
    store.close()
    keeping.bring(where, "0001")
    kept = dump(where)
    assert kept["in_flight"] == [(1, b"d" * 32, 4, b"dearer", 80)]
    assert kept["in_flight_segments"] == [(TILL, 2, 3)]


def test_the_steps_make_what_the_program_works_with(where: str | Path):
    Store.open(where, DOMAIN, 1).close()
    with opened(where) as (_, connection):
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, metadata) == []
    keeping.bring(where, "0001")
    with opened(where) as (_, connection):
        assert compare_metadata(MigrationContext.configure(connection), schema_0001.metadata) == []


def test_orders_come_and_go_with_their_step_and_the_rest_stays(where: str | Path):
    old_store(where)
    assert keeping.bring(where, "0002") == ("0001", "0002")
    with opened(where) as (_, connection):
        before = sorted(map(tuple, connection.execute(select(budgets))))
    for revision, version, has in (("0003", 4, True), ("0002", 3, False), ("0003", 4, True)):
        keeping.bring(where, revision)
        with opened(where) as (_, connection):
            assert connection.execute(select(identity.c.schema_version)).scalar_one() == version
            assert connection.dialect.has_table(connection, "orders") == has
            assert connection.dialect.has_table(connection, "set_aside") == has
            assert sorted(map(tuple, connection.execute(select(budgets)))) == before


def test_what_is_set_aside_ahead_comes_and_goes_with_its_step_and_orders_stay(where: str | Path):
    Store.open(where, DOMAIN, 1).close()
    order = {"shop": 1, "programme": 1, "pass": b"p" * 20, "amount": 5, "until": 9, "name": "book"}
    with opened(where) as (_, connection):
        connection.execute(insert(orders).values(**order))
    for revision, version, has in (("0003", 4, False), ("0004", 5, True)):
        keeping.bring(where, revision)
        with opened(where) as (_, connection):
            assert connection.execute(select(identity.c.schema_version)).scalar_one() == version
            assert connection.dialect.has_table(connection, "set_aside_ahead") == has
            assert [dict(row) for row in connection.execute(select(orders)).mappings()] == [order]


def test_a_step_that_fails_leaves_everything_as_it_was(where: str | Path):
    old_store(where, raw=b"\x02 is no transaction")
    before = dump(where)
    with pytest.raises(Exception, match=r".") as failed:
        Store.open(where, DOMAIN, 1)
    assert not isinstance(failed.value, Broken)
    assert dump(where) == before
    with opened(where) as (_, connection):
        assert not connection.dialect.has_table(connection, "work")
        assert not connection.dialect.has_table(connection, "alembic_version")


def test_a_newer_programs_store_is_not_touched(where: str | Path):
    Store.open(where, DOMAIN, 1).close()
    with opened(where) as (_, connection):
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0099'")
    for attempt in (lambda: Store.open(where, DOMAIN, 1), lambda: keeping.bring(where, "0001")):
        with pytest.raises(Broken, match="update the program"):
            attempt()
    with opened(where) as (_, connection):
        assert connection.dialect.has_table(connection, "work")


@pytest.mark.parametrize("version", [1, 3])
def test_a_store_of_a_form_that_never_was_released_is_kept(where: str | Path, version: int):
    with opened(where) as (_, connection):
        schema_0001.metadata.create_all(connection)
        values = {"id": 1, "schema_version": version, "store": "0" * 16, "chain_id": 1, "contract": b""}
        connection.execute(insert(identity).values(**values))
    with pytest.raises(Broken, match=f"schema {version}, .*keep it and choose another"):
        Store.open(where, DOMAIN, 1)
    with opened(where) as (_, connection):
        assert connection.execute(select(identity.c.schema_version)).scalar_one() == version
        assert not connection.dialect.has_table(connection, "alembic_version")


def test_an_unknown_revision_is_refused(where: str | Path):
    with pytest.raises(Broken, match="there is no revision 0005: this program knows 0001, 0002, 0003, 0004"):
        keeping.bring(where, "0005")


def test_many_processes_start_at_once_on_an_empty_database(postgres: Any):
    url, found = postgres.url(), []

    def start() -> None:
        store = Store.open(url, DOMAIN, 1)
        with store.reading() as connection:
            found.append(connection.execute(select(identity.c.store)).scalar_one())
        store.close()

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert len(set(found)) == 1


def test_what_waits_after_the_step_is_tidied_as_always(where: str | Path):
    old_store(where)
    store = Store.open(where, DOMAIN, 1)
    with store.writing() as connection:
        connection.execute(entries.delete().where(entries.c.terminal == OTHER))
        waiting.tidy(connection)
        assert connection.execute(select(work.c.terminal)).scalars().all() == [TILL]
    store.close()
