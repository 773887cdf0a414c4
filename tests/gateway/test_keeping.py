"""Copying a store while its gateway runs, putting it back, and the commands for it as an operator types them."""

import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from contracts.gateway.store.database import Store
from contracts.gateway.store.engines import FILE_NAME
from contracts.gateway.store.tables import identity
from contracts.wire.typed_data import Domain
from contracts.wire.units import Address
from provisioning import cli
from tests.gateway.postgres import PASSWORD, Postgres, binaries
from tests.gateway.process import GatewayProcess
from tests.gateway.world import World

DOMAIN = Domain(1337, Address(b"c" * 20))
Start = Callable[..., GatewayProcess]


def option(where: str | Path) -> list[str]:
    return ["--database", where] if isinstance(where, str) else ["--data", str(where)]


def store_id(where: str | Path) -> str:
    store = Store.open(where, DOMAIN, 1)
    with store.reading() as connection:
        found = str(connection.execute(select(identity.c.store)).scalar_one())
    store.close()
    return found


def test_a_store_that_was_put_back_has_a_name_of_its_own(where: str | Path, capsys):
    before = store_id(where)
    assert cli.main(["gateway", "restored", *option(where)]) == 0
    after = store_id(where)
    assert after != before
    assert after in capsys.readouterr().out
    assert store_id(where) == after, "once"


def test_what_never_was_a_store_cannot_be_put_back(where: str | Path, capsys):
    assert cli.main(["gateway", "migrate", *option(where)]) == 0
    assert cli.main(["gateway", "restored", *option(where)]) == 1
    assert "never been a gateway's" in capsys.readouterr().err


def test_where_no_store_is_none_is_made_when_it_is_called_restored(tmp_path: Path, capsys):
    assert cli.main(["gateway", "restored", "--data", str(tmp_path / "none")]) == 1
    assert "there is no store in" in capsys.readouterr().err
    assert not (tmp_path / "none").exists()


def test_back_and_forth_by_command(where: str | Path, capsys):
    store_id(where)
    for words, told in ((["--to", "0001"], "was 0004 and is 0001"), ([], "was 0001 and is 0004"), ([], "was 0004")):
        assert cli.main(["gateway", "migrate", *option(where), *words]) == 0
        assert told in capsys.readouterr().out
    with pytest.raises(SystemExit, match="2"):
        cli.main(["gateway", "migrate", *option(where), "--to", "0005"])


@pytest.mark.parametrize("command", [["migrate"], ["restored"], ["backup", "copy"], ["run", "--record", "x"]])
def test_where_the_store_is_must_be_told_once(command: list[str], tmp_path: Path, capsys):
    both = ["--data", str(tmp_path), "--database", "postgresql://localhost/x"]
    for words in ([], both):
        with pytest.raises(SystemExit, match="2"):
            cli.main(["gateway", *command, *words])
    assert "--data" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["migrate", "restored", "backup"])
def test_each_has_an_example(command: str, capsys):
    with pytest.raises(SystemExit, match="0"):
        cli.main(["gateway", command, "--help"])
    assert f"kindpakket gateway {command}" in capsys.readouterr().out.split("example:")[1]


def test_a_folder_in_use_is_not_migrated(tmp_path: Path, capsys):
    store = Store.open(tmp_path, DOMAIN, 1)
    for command in ("migrate", "restored"):
        assert cli.main(["gateway", command, "--data", str(tmp_path)]) == 1
        assert "another gateway is running" in capsys.readouterr().err
    store.close()


def test_postgresql_makes_its_own_copies(tmp_path: Path, capsys):
    assert cli.main(["gateway", "backup", str(tmp_path / "copy"), "--database", f"postgresql://u:{PASSWORD}@h/x"]) == 1
    said = capsys.readouterr().err
    assert "pg_dump" in said
    assert PASSWORD not in said


def test_a_copy_never_overwrites(tmp_path: Path, capsys):
    store_id(tmp_path / "store")
    copy = tmp_path / "copy"
    copy.write_text("somebody's only one")
    assert cli.main(["gateway", "backup", str(copy), *option(tmp_path / "store")]) == 1
    assert "nothing is overwritten" in capsys.readouterr().err
    assert copy.read_text() == "somebody's only one"
    assert cli.main(["gateway", "backup", str(tmp_path / "no" / "folder"), *option(tmp_path / "store")]) == 1
    assert "could not be made" in capsys.readouterr().err
    assert cli.main(["gateway", "backup", str(tmp_path / "new"), *option(tmp_path / "empty")]) == 1
    assert "there is no store" in capsys.readouterr().err
    assert not (tmp_path / "empty").exists()


def test_a_damaged_store_gives_no_copy(tmp_path: Path, capsys):
    store_id(tmp_path)
    with (tmp_path / FILE_NAME).open("r+b") as file:
        file.seek(8_192)
        file.write(b"\xff" * 16_384)
    assert cli.main(["gateway", "backup", str(tmp_path / "copy"), "--data", str(tmp_path)]) == 1
    assert "kindpakket: " in capsys.readouterr().err
    assert not list(tmp_path.glob("copy*"))


def test_f17_a_gateway_is_copied_as_it_runs_and_put_back(world: World, start: Start, tmp_path: Path, capsys):
    """What was taken in after the copy comes back from the contract and the terminals; versions are new."""
    gateway = start()
    till, card = world.till(), world.card()
    till.pay(card, 100)
    gateway.post(till, till.body())
    gateway.outcomes(till, 1)
    copy = tmp_path / "copy.sqlite"
    assert cli.main(["gateway", "backup", str(copy), "--data", str(tmp_path / "gateway")]) == 0
    till.pay(card, 200)
    gateway.post(till, till.body())
    gateway.outcomes(till, 2)
    version = gateway.snapshot(till)["version"]
    gateway.terminate()

    (tmp_path / "gateway").rename(tmp_path / "lost")
    (tmp_path / "gateway").mkdir()
    copy.rename(tmp_path / "gateway" / FILE_NAME)
    assert cli.main(["gateway", "restored", "--data", str(tmp_path / "gateway")]) == 0
    again = start()
    assert again.outcomes(till, 2) == [(1, 0, 0, 100), (2, 0, 0, 200)]
    assert again.position(till) == 2
    assert again.snapshot(till)["version"].split("-")[0] != version.split("-")[0]
    till.pay(card, 300)
    assert again.post(till, till.body()).status_code == 200
    assert again.outcomes(till, 3)[2] == (3, 0, 0, 300)


def test_f17_a_postgresql_store_is_dumped_and_put_back(world: World, start: Start, postgres: Postgres, tmp_path: Path):
    """As the operator's manual says it."""
    url, programs = postgres.url(), binaries()
    assert programs is not None
    gateway = start("--database", url)
    till, card = world.till(), world.card()
    till.pay(card, 100)
    gateway.post(till, till.body())
    gateway.outcomes(till, 1)
    dump = tmp_path / "dump"
    subprocess.run([programs / "pg_dump", "--format=custom", f"--file={dump}", url], check=True)
    till.pay(card, 200)
    gateway.post(till, till.body())
    gateway.outcomes(till, 2)
    gateway.terminate()

    new = postgres.url()
    subprocess.run([programs / "pg_restore", "--exit-on-error", f"--dbname={new}", dump], check=True)
    assert cli.main(["gateway", "restored", "--database", new]) == 0
    again = start("--database", new)
    assert again.outcomes(till, 2) == [(1, 0, 0, 100), (2, 0, 0, 200)]
    assert again.position(till) == 2


def test_the_copy_is_one_whole_file(tmp_path: Path):
    store = Store.open(tmp_path / "store", DOMAIN, 1)
    with store.writing() as connection:
        name = connection.execute(select(identity.c.store)).scalar_one()
        assert cli.main(["gateway", "backup", str(tmp_path / "copy"), "--data", str(tmp_path / "store")]) == 0
    store.close()
    with sqlite3.connect(tmp_path / "copy") as copy:
        assert copy.execute("SELECT store FROM identity").fetchall() == [(name,)]
        assert copy.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    copy.close()
    assert [path.name for path in tmp_path.glob("copy*")] == ["copy"]
    assert (tmp_path / "copy").stat().st_mode & 0o077 == 0
