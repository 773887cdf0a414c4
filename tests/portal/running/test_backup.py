"""Setting up, and copying what was set up."""

import sqlite3
import subprocess
import tomllib
from contextlib import closing

import pytest

from provisioning.portal import config, keys
from provisioning.portal.running import setup
from tests.chain.processes import command
from tests.provisioning.town import refused, run


@pytest.fixture
def filled(folder):
    """A portal with a database that is in use, and files beside it."""
    with closing(sqlite3.connect(folder / "portal.sqlite")) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("CREATE TABLE row (number INTEGER)")
        database.executemany("INSERT INTO row VALUES (?)", [(number,) for number in range(100)])
        database.commit()
        (folder / "payouts").mkdir()
        (folder / "payouts" / "0001.plan.json").write_text("{}")
        (folder / "payouts" / ".0001.xml.17.new").write_text("accounts of a run that was killed")
        (folder / f".{keys.FILE}.17.new").write_bytes((folder / keys.FILE).read_bytes())
        (folder / "chain").mkdir()
        (folder / "chain" / "blocks").write_text("many")
        yield folder


def test_a_copy_is_whole_while_the_portal_runs_and_has_no_key(filled, tmp_path):
    ended = run("portal", "backup", str(tmp_path / "copy"), "--folder", str(filled))
    assert (ended.status, ended.err) == (0, "")
    found = sorted(
        str(path.relative_to(tmp_path / "copy")) for path in (tmp_path / "copy").rglob("*") if path.is_file()
    )
    assert found == ["deployment.json", "payouts/0001.plan.json", "portal.sqlite", "portal.toml"]
    with closing(sqlite3.connect(tmp_path / "copy" / "portal.sqlite")) as database:
        assert database.execute("SELECT count(*) FROM row").fetchone() == (100,)
    assert (tmp_path / "copy").stat().st_mode & 0o777 == 0o700


def test_nothing_is_overwritten_and_a_damaged_database_is_told(filled, tmp_path):
    (tmp_path / "copy").mkdir()
    assert "nothing is overwritten" in refused("portal", "backup", str(tmp_path / "copy"), "--folder", str(filled))
    other = tmp_path / "other"
    damaged = filled / "figures.sqlite"
    with closing(sqlite3.connect(damaged)) as database:
        database.execute("CREATE TABLE row (number INTEGER)")
        database.commit()
    content = bytearray(damaged.read_bytes())
    content[100:200] = bytes(100)
    damaged.write_bytes(content)
    refused("portal", "backup", str(other), "--folder", str(filled))
    assert not other.exists()
    assert not other.with_name("other.part").exists()


@pytest.mark.parametrize("exists", [False, True])
def test_where_no_portal_is_nothing_is_called_a_copy(tmp_path, exists):
    place, target = tmp_path / "portal", tmp_path / "copy"
    if exists:
        place.mkdir()
    assert "there is no portal in" in refused("portal", "backup", str(target), "--folder", str(place))
    assert not target.exists()


def test_a_portal_that_lost_its_key_is_copied(filled, tmp_path):
    (filled / keys.FILE).unlink()
    assert run("portal", "backup", str(tmp_path / "copy"), "--folder", str(filled)).status == 0
    assert (tmp_path / "copy" / "portal.sqlite").exists()


def test_the_key_is_copied_apart_alone(filled, tmp_path):
    target = tmp_path / "elsewhere" / "key"
    target.parent.mkdir()
    assert run("portal", "backup", "--key", str(target), "--folder", str(filled)).status == 0
    assert target.read_bytes() == (filled / keys.FILE).read_bytes()
    assert target.stat().st_mode & 0o777 == 0o600
    assert "keep it somewhere else" in refused("portal", "backup", "--key", str(filled / "k"), "--folder", str(filled))
    assert run("portal", "backup", str(tmp_path / "copy"), "--folder", str(filled)).status == 0
    beside = str(tmp_path / "copy" / "k")
    assert "keep it somewhere else" in refused("portal", "backup", "--key", beside, "--folder", str(filled))


@pytest.mark.parametrize("text", [setup.TEMPLATE, setup.EMBEDDED])
def test_what_setup_writes_is_read_and_what_it_calls_default_is(text):
    config.Config.model_validate(tomllib.loads(text))
    settings = [
        line.removeprefix("# ") for line in text.splitlines() if " = " in line.split("#")[-1] and line[0] == "#"
    ]
    named = {line.split(" = ")[0] for line in text.splitlines() for line in [line.removeprefix("# ")] if " = " in line}
    assert named <= set(config.Config.model_fields)
    assert settings is not None


def test_setup_leaves_what_is_there(folder):
    (folder / config.FILE).write_text('municipality = "Gemeente Elders"\n')
    key = (folder / keys.FILE).read_bytes()
    setup.make(folder, setup.TEMPLATE)
    assert config.load(folder).municipality == "Gemeente Elders"
    assert (folder / keys.FILE).read_bytes() == key


def test_setup_says_what_families_must_be_told_until_the_file_says_it(tmp_path):
    def setting_up():
        words = command("portal", "setup", "--folder", str(tmp_path / "portal"))
        return subprocess.run(words, text=True, capture_output=True, check=True).stdout

    assert "portal.toml has no data_protection" in setting_up()
    (tmp_path / "portal" / config.FILE).write_text('data_protection = "fg@example.org"\n')
    said = setting_up()
    assert "data_protection" not in said
    assert "is up to date" in said
