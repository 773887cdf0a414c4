"""A terminal leaves its machine: never with an entry that is nowhere else, and with nothing of its key left."""

import json
import os
import tomllib
from contextlib import closing
from dataclasses import replace

import pytest

from contracts.wire.errors import Broken
from contracts.wire.units import to_hex
from terminal import export, pin, places, rotate, wipe
from terminal.ending import Ending
from terminal.founding import Founding
from terminal.keys import KeyPlace
from terminal.signer import TerminalSigner
from terminal.store import Reader
from tests.terminal.books import sell
from tests.terminal.till import Till


@pytest.fixture
def till(tmp_path):
    made = Till(tmp_path / "till", extra=f'staff_pin = "{pin.seal("1234")}"\nmirror = "{tmp_path / "stick"}"')
    made.know()
    (tmp_path / "stick").mkdir()
    return made


@pytest.fixture
def sold(till):
    with till.store() as store:
        sell(store, till.signer())
        sell(store, till.signer(), number=2)
    return till


def run(command, till, capsys, *more):
    status = command.main([*more, "--config", str(till.config), "--yes", "--json"])
    said = capsys.readouterr()
    return status, said.err if status else json.loads(said.out)


def exported(till, path, upto=None):
    with Reader.open(till.journal) as reader:
        taken = export.of(reader)
    export.write(path, export.Export(taken.domain, taken.terminal, taken.lines[:upto]))
    return path


def test_f33_it_is_refused_while_entries_wait_and_changes_nothing(sold, capsys):
    before = {path: path.read_bytes() for path in sold.folder.iterdir() if path.suffix != ".lock"}
    status, said = run(wipe, sold, capsys)
    assert (status, "2 entries wait" in said) == (1, True)
    assert {path: path.read_bytes() for path in before} == before


def test_f33_an_export_that_holds_them_all_will_do(sold, capsys, tmp_path):
    status, told = run(wipe, sold, capsys, "--exported", str(exported(sold, tmp_path / "all.json")))
    assert (status, told) == (0, {"terminal": to_hex(sold.address)})
    assert not sold.config.exists()
    assert not list(sold.folder.glob("journal*"))
    assert not (sold.folder / "key").exists()


@pytest.mark.parametrize("fault", ["too short", "another terminal's", "changed", "in the same folder"])
def test_f33_no_other_export_will_do(sold, capsys, tmp_path, fault):
    path = tmp_path / "some.json"
    if fault == "too short":
        exported(sold, path, 1)
    elif fault == "another terminal's":
        other = Till(tmp_path / "other")
        with other.store() as store:
            sell(store, other.signer())
            sell(store, other.signer(), number=2)
        exported(other, path)
    elif fault == "changed":
        document = json.loads(exported(sold, path).read_text())
        document["signatures"][0] = document["signatures"][1]
        path.write_text(json.dumps(document))
    else:
        path = exported(sold, sold.folder / "inside.json")
    assert run(wipe, sold, capsys, "--exported", str(path))[0] == 1
    assert (sold.folder / "key").exists()
    assert sold.journal.exists()


def test_f33_an_export_on_the_journals_own_disk_goes_with_it(sold, tmp_path):
    path = exported(sold, tmp_path / "all.json")
    begun = Ending.of(sold.config, sold.folder)
    assert begun.require_nothing_lost(path) == sold.address, "of a try-out"
    with pytest.raises(Broken, match=r"own disk|forgets at a power cut"):
        replace(begun, volatile_ok=False).require_nothing_lost(path)


def test_what_is_settled_needs_no_export(sold, capsys):
    sold.settle_all()
    assert run(wipe, sold, capsys)[0] == 0
    assert not sold.journal.exists()


def test_not_beside_a_daemon_and_not_without_a_word(till, capsys, monkeypatch):
    with till.start():
        status, said = run(wipe, till, capsys)
        assert (status, "stop that one first" in said) == (1, True)
    assert wipe.main(["--config", str(till.config)]) == 1
    assert "--yes" in capsys.readouterr().err
    assert till.journal.exists()


def test_f36_the_key_is_overwritten_before_its_file_goes(till, capsys, monkeypatch):
    key, seen = till.folder / "key", []
    secret = key.read_bytes()
    monkeypatch.setattr(type(key), "unlink", lambda path, **_: seen.append((path, path.read_bytes())))
    Ending.of(till.config, till.folder).destroy_key()
    assert [path for path, _ in seen] == [key]
    assert secret not in seen[0][1]
    assert len(seen[0][1]) == len(secret)


@pytest.mark.parametrize("name", ["key", "terminal.key.sealed"])
def test_a_link_in_a_keys_place_goes_and_what_it_leads_to_stays(till, tmp_path, name):
    """Root wipes, in folders where the daemon's user could have put one."""
    (tmp_path / "precious").write_text("root's")
    (till.folder / name).unlink(missing_ok=True)
    (till.folder / name).symlink_to(tmp_path / "precious")
    Ending.of(till.config, till.folder).destroy_key()
    assert not (till.folder / name).is_symlink()
    assert (tmp_path / "precious").read_text() == "root's"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_file_that_is_not_the_daemons_is_no_key_whatever_its_configuration_says(till):
    key = (till.folder / "key").read_bytes()
    os.chown(till.folder, 65_534, -1)
    with pytest.raises(Broken, match="belongs to user 0"):
        Ending.of(till.config, till.folder).destroy_key()
    assert (till.folder / "key").read_bytes() == key


def test_f03_one_that_was_cut_short_is_gone_on_with(sold, capsys):
    """The journal goes last, so whoever comes after knows what is left."""
    sold.settle_all()
    Ending.of(sold.config, sold.folder).destroy_key()
    assert run(wipe, sold, capsys)[0] == 0
    assert run(wipe, sold, capsys, "--state", str(sold.folder)) == (0, {"terminal": None})


def test_f33_a_key_without_its_journal_is_not_destroyed_by_chance(till, capsys):
    till.journal.unlink()
    status, said = run(wipe, till, capsys)
    assert (status, "put it back from its mirror" in said) == (1, True)
    assert (till.folder / "key").exists()


@pytest.fixture
def installed(tmp_path):
    """Configuration and state apart, as on a device."""
    till = Till(tmp_path / "data" / "terminal", extra=f'staff_pin = "{pin.seal("1234")}"')
    etc = tmp_path / "etc" / "terminal.toml"
    etc.parent.mkdir()
    with till.config.open("a") as file:
        file.write('[[devices]]\nname = "lamp"\ndriver = "lamp"\noptions = { led = "green" }\n')
    till.config.rename(etc)
    return till, etc


def test_rotation_retires_waits_and_then_destroys_the_key_but_keeps_the_books(installed, capsys, tmp_path):
    till, path = installed
    with till.store() as store:
        sell(store, till.signer())

    def rotated():
        status = rotate.main(["--config", str(path), "--yes", "--json"])
        said = capsys.readouterr()
        return status, said.err if status else json.loads(said.out)

    status, told = rotated()
    assert (status, told["sequence"]) == (0, 2)
    status, said = rotated()
    assert (status, "2 entries wait" in said) == (1, True)
    assert (till.folder / "key").exists()
    till.settle_all()
    assert rotated()[1]["terminal"] == to_hex(till.address)
    assert not till.folder.exists()
    kept = tmp_path / "data" / "retired" / to_hex(till.address)
    with Reader.open(kept / "journal.sqlite") as reader:
        assert (reader.sequence, reader.is_retired()) == (2, True)
    assert not (kept / "key").exists()


def test_pin_and_lamps_stay_and_the_new_terminal_begins_an_empty_journal(installed, capsys):
    till, path = installed
    arguments = ["--config", str(path), "--yes", "--json"]
    assert rotate.main(arguments) == 0
    till.settle_all()
    assert rotate.main(arguments) == 0
    assert rotate.main(arguments) == 1
    assert "no terminal that could end here" in capsys.readouterr().err
    founding = Founding(path, till.folder, volatile_ok=True)
    founding.begin().release()
    kept = founding.kept()
    assert [device.name for device in kept.devices] == ["lamp"]
    assert kept.staff_pin == tomllib.loads(path.with_name("terminal.toml.before").read_text())["staff_pin"]
    new = founding.terminal(till.domain)
    assert new.address != till.address
    with Reader.open(till.journal) as reader:
        assert (reader.sequence, reader.terminal) == (0, new.address)


@pytest.mark.parametrize("step", ["key", "state"])
def test_f03_a_rotation_that_was_cut_short_is_gone_on_with(installed, capsys, step, tmp_path):
    till, path = installed
    arguments = ["--config", str(path), "--yes"]
    assert rotate.main(arguments) == 0
    till.settle_all()
    begun = Ending.of(path, till.folder)
    begun.destroy_key()
    if step == "state":
        rotate._keep(begun, till.address)
    assert rotate.main(arguments) == 0
    assert not path.exists()
    with Reader.open(tmp_path / "data" / "retired" / to_hex(till.address) / "journal.sqlite") as reader:
        assert reader.is_retired()


def test_a_mirror_is_put_aside_for_the_new_one(installed, tmp_path, capsys):
    from terminal.store.mirror_format import NAME
    from terminal.store.mirror_reading import read

    till, path = installed
    stick = tmp_path / "stick"
    stick.mkdir()
    path.write_text(f'mirror = "{stick}"\n' + path.read_text())
    assert rotate.main(["--config", str(path), "--yes"]) == 0
    mirror_now(till, stick)
    till.settle_all()
    assert rotate.main(["--config", str(path), "--yes"]) == 0
    assert not (stick / NAME).exists()
    assert read(stick / to_hex(till.address)).sequence == 1


def mirror_now(till, folder):
    from terminal.store.mirror_file import MirrorFile

    with Reader.open(till.journal) as reader, closing(MirrorFile(folder, reader)) as mirror:
        mirror.catch_up()


def test_a_key_in_clear_stands_where_the_configuration_says(till):
    assert Ending.of(till.config, till.folder).keys == KeyPlace(
        till.folder / places.SEALED_KEY.name, till.folder / "key"
    )


def test_f17_what_was_begun_without_a_key_is_not_taken_over(tmp_path):
    founding = Founding(tmp_path / "etc" / "terminal.toml", tmp_path / "state", volatile_ok=True)
    founding.begin().release()
    till = Till(tmp_path / "other")
    with till.store() as store:
        sell(store, till.signer())
    (till.journal).rename(founding.journal)
    with pytest.raises(Broken, match="holds sales of a terminal whose key is gone"):
        founding.terminal(TerminalSigner.make(till.domain).domain)
