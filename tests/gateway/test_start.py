"""What keeps a gateway from starting: one clear sentence, exit 1, nothing overwritten."""

import json
import socket
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import structlog
from eth_account import Account

from contracts.gateway.store.database import Store
from contracts.gateway.store.engines import FILE_NAME
from contracts.wire.errors import Broken
from contracts.wire.typed_data import Domain
from contracts.wire.units import Address, to_hex
from provisioning import cli
from tests.gateway.world import KEY_OF_GATEWAY, World

DOMAIN = Domain(1337, Address(b"c" * 20))
Run = Callable[..., str]


@pytest.fixture
def run(world: World, tmp_path: Path, monkeypatch, capsys) -> Iterator[Run]:
    """Runs the command, which must fail; gives what it says. A changed record is asked for by `record`."""
    monkeypatch.setenv("KINDPAKKET_GATEWAY_KEY", to_hex(KEY_OF_GATEWAY))

    def run_it(*options: str, **record: object) -> str:
        path = tmp_path / "record.json"
        world.record().model_copy(update=record).save(path)
        words = ["gateway", "run", "--record", str(path), "--rpc", world.rpc_url, "--data", str(tmp_path / "data")]
        assert cli.main([*words, "--port", "0", *options]) == 1
        told: str = capsys.readouterr().err
        assert len(told.splitlines()) == 1, told
        assert to_hex(KEY_OF_GATEWAY)[2:] not in told
        return told

    yield run_it
    structlog.reset_defaults()


def test_no_key(run: Run, monkeypatch):
    monkeypatch.delenv("KINDPAKKET_GATEWAY_KEY")
    assert "KINDPAKKET_GATEWAY_KEY" in run()


def test_no_key_at_all_in_the_variable(run: Run, monkeypatch):
    monkeypatch.setenv("KINDPAKKET_GATEWAY_KEY", "0x1234")
    told = run()
    assert "KINDPAKKET_GATEWAY_KEY" in told
    assert "1234" not in told


def test_a_keystore_needs_its_password(run: Run, tmp_path: Path, monkeypatch):
    assert "KINDPAKKET_GATEWAY_PASSWORD" in run("--keystore", str(tmp_path / "keystore.json"))


def test_a_busy_port(run: Run):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert f"port {port}" in run("--port", str(port))


def test_another_chain_than_the_records(run: Run):
    assert "1338" in run(chain_id=1338)


def test_another_contract_than_the_records(run: Run):
    assert "is not that of the record" in run(code_hash=bytes(32))


def test_wrong_use_is_exit_2(capsys):
    with pytest.raises(SystemExit, match="2"):
        cli.main(["gateway", "run", "--port", "70000"])
    capsys.readouterr()


def test_help_has_an_example(capsys):
    with pytest.raises(SystemExit, match="0"):
        cli.main(["gateway", "run", "--help"])
    assert "example:" in capsys.readouterr().out


# ------------------------------------------------------------------------------------------------------ the store


def test_one_gateway_per_folder(tmp_path: Path):
    first = Store.open(tmp_path, DOMAIN, 1)
    with pytest.raises(Broken, match="another gateway"):
        Store.open(tmp_path, DOMAIN, 1)
    first.close()
    Store.open(tmp_path, DOMAIN, 1).close()


@pytest.mark.parametrize("domain", [Domain(1, DOMAIN.contract), Domain(1337, Address(b"d" * 20))])
def test_a_database_of_another_contract(where: str | Path, domain: Domain):
    Store.open(where, DOMAIN, 1).close()
    with pytest.raises(Broken, match="belongs to contract 0x6363"):
        Store.open(where, domain, 1)
    Store.open(where, DOMAIN, 1).close()


def test_a_database_of_a_newer_program(where: str | Path):
    store = Store.open(where, DOMAIN, 1)
    with store.writing() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0099'")
    store.close()
    with pytest.raises(Broken, match=r"schema 0099.*update the program"):
        Store.open(where, DOMAIN, 1)


def test_a_database_of_an_older_program_is_kept_as_it_is(tmp_path: Path):
    with sqlite3.connect(tmp_path / FILE_NAME) as old:
        old.execute("CREATE TABLE identity (id INTEGER PRIMARY KEY, schema_version INTEGER)")
        old.execute("INSERT INTO identity VALUES (1, 1)")
    old.close()
    with pytest.raises(Broken, match=r"schema 1, .*keep it and choose another"):
        Store.open(tmp_path, DOMAIN, 1)
    with sqlite3.connect(tmp_path / FILE_NAME) as old:
        assert old.execute("SELECT name FROM sqlite_master").fetchall() == [("identity",)]
    old.close()


@pytest.mark.parametrize("content", [b"not a database, and someone's only copy", bytes(8_192)])
def test_f17_a_file_that_is_no_database_of_ours_stays_as_it_is(tmp_path: Path, content: bytes):
    (tmp_path / FILE_NAME).write_bytes(content)
    with pytest.raises(Broken, match="keep it"):
        Store.open(tmp_path, DOMAIN, 1)
    assert (tmp_path / FILE_NAME).read_bytes() == content


def test_a_database_with_other_tables_is_not_touched(tmp_path: Path):
    with sqlite3.connect(tmp_path / FILE_NAME) as other:
        other.execute("CREATE TABLE entries (something TEXT)")
    other.close()
    with pytest.raises(Broken, match="not a gateway's"):
        Store.open(tmp_path, DOMAIN, 1)
    with sqlite3.connect(tmp_path / FILE_NAME) as other:
        assert other.execute("SELECT name FROM sqlite_master").fetchall() == [("entries",)]
    other.close()


def test_a_folder_that_cannot_be_used(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(Broken, match="cannot be used"):
        Store.open(tmp_path / "file", DOMAIN, 1)


def test_commits_survive_a_power_cut(tmp_path: Path):
    store = Store.open(tmp_path, DOMAIN, 1)
    with store.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == 2
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
    store.close()


def test_an_account_is_read_from_a_keystore(run: Run, tmp_path: Path, monkeypatch):
    keystore = tmp_path / "keystore.json"
    keystore.write_text(json.dumps(Account.encrypt(KEY_OF_GATEWAY, "right", kdf="pbkdf2", iterations=2)))
    monkeypatch.setenv("KINDPAKKET_GATEWAY_PASSWORD", "wrong")
    assert "does not open" in run("--keystore", str(keystore))
