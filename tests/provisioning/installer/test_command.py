"""The command: what it refuses, what it says, and that a dry run changes nothing."""

import shutil
import tempfile
from pathlib import Path

import pytest

from contracts.wire.errors import Broken
from provisioning.installer import command, finishing, machine
from provisioning.installer.host import Host
from terminal import export
from terminal.places import DATA, INSTALL_RECORD, STATE
from terminal.store import Reader
from tests.provisioning.installer.machine import Machine, contents, stock
from tests.terminal.books import sell
from tests.terminal.till import Till


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    monkeypatch.setattr(machine, "require_root", lambda: None)
    monkeypatch.setattr(command, "_LOCK", tmp_path / "lock")
    monkeypatch.setattr(command, "file_system", lambda _: "ext4")
    return stock(tmp_path / "machine")


def run(host: Host, *words: str) -> int:
    return command._run(host, command._parser().parse_args(words))


def test_a_dry_run_says_all_and_changes_nothing(here, capsys):
    stood = contents(here)
    assert run(here, "--dry-run") == 0
    said = capsys.readouterr().out
    assert "a new partition, of 3.0 GiB free on /dev/vda" in said
    assert "nothing was changed" in said
    assert contents(here) == stood


def test_it_installs_says_what_comes_next_and_again_does_nothing(here, capsys):
    assert run(here, "--yes") == 0
    said = capsys.readouterr().out
    assert "[1/" in said
    assert "sudo reboot" in said
    assert run(here, "--yes") == 0
    assert "nothing to do" in capsys.readouterr().out


def test_a_dry_run_starts_nothing_where_all_is_in_place(here, monkeypatch, capsys):
    run(here, "--yes")
    here.remove(Path("/run/kindpakket-restart-due"))
    here.make_folder(Path("/run/systemd/system"))
    monkeypatch.setattr(finishing, "go_on", lambda *_: pytest.fail("it went on"))
    assert run(here, "--dry-run") == 0
    said = capsys.readouterr().out
    assert "nothing to do" in said
    assert "nothing was changed" in said


def test_nobody_asked_nothing_done(here, monkeypatch):
    monkeypatch.setattr("sys.stdin", open("/dev/null"))  # noqa: PTH123, SIM115 -- no terminal
    with pytest.raises(Broken, match="--yes"):
        run(here)
    assert here.read(INSTALL_RECORD) is None


def test_undo_takes_the_program_that_nobody_installed_in_the_end(here, capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin", open("/dev/null"))  # noqa: PTH123, SIM115 -- no terminal
    with pytest.raises(Broken, match="--yes"):
        run(here)
    assert run(here, "--undo", "--yes") == 0
    assert "undo program" in capsys.readouterr().out
    assert not here.at(DATA).exists()


def test_undo_where_nothing_was_installed(here, capsys):
    shutil.rmtree(here.at(DATA))
    assert run(here, "--undo", "--yes") == 0
    assert "nothing to undo" in capsys.readouterr().out


def test_f18_where_the_data_would_be_forgotten_nothing_is_installed(here, monkeypatch):
    monkeypatch.setattr(command, "file_system", lambda _: "tmpfs")
    here.learn("partitions", **{"/dev/vda2": "somebody's"})
    with pytest.raises(Broken, match=r"tmpfs, which forgets.*--data"):
        run(here, "--yes")
    assert here.read(INSTALL_RECORD) is None


def test_f33_while_entries_wait_nothing_is_undone(here, tmp_path):
    run(here, "--yes")
    till = Till(tmp_path / "till")
    till.know()
    with till.store() as store:
        sell(store, till.signer())
    for path in till.folder.glob("journal.*"):
        shutil.copy(path, here.at(STATE))
    stood = contents_but_the_journal(here)
    with pytest.raises(Broken, match="1 entries wait"):
        run(here, "--undo", "--yes")
    assert contents_but_the_journal(here) == stood
    export_on_this_very_disk = tmp_path / "all.json"
    with Reader.open(till.journal) as reader:
        export.write(export_on_this_very_disk, export.of(reader))
    with pytest.raises(Broken, match=r"own disk|forgets at a power cut"):
        run(here, "--undo", "--yes", "--exported", str(export_on_this_very_disk))


def contents_but_the_journal(here: Machine) -> dict[str, str]:
    with tempfile.TemporaryDirectory() as aside:
        moved = [(path, Path(aside) / path.name) for path in here.at(STATE).iterdir()]
        for path, to in moved:
            shutil.move(path, to)
        found = contents(here)
        for path, to in moved:
            shutil.move(to, path)
    return found


@pytest.mark.parametrize(
    ("release", "advice"),
    [
        ('ID=debian\nVERSION_ID="11"\n', "12 or newer"),
        ('ID=ubuntu\nVERSION_ID="24.04"\n', "Raspberry Pi OS Lite"),
        ("", "Raspberry Pi OS Lite"),
    ],
)
def test_another_system_is_refused_by_name(here, release, advice):
    here.write(Path("/etc/os-release"), release)
    with pytest.raises(Broken, match=advice):
        run(here, "--dry-run")


def test_a_disk_with_something_on_it_is_left_alone(here):
    here.learn("partitions", **{"/dev/sda": "somebody's"})
    with pytest.raises(Broken, match=r"not empty.*wipefs --all /dev/sda"):
        run(here, "--yes", "--data", "/dev/sda")
    assert here.know("partitions").keys() == {"/dev/vda1", "/dev/sda"}


def test_an_empty_one_is_taken(here):
    assert run(here, "--yes", "--data", "/dev/sda") == 0
    assert here.know("mounts") == {"/var/lib/kindpakket": "/dev/sda"}


def test_two_disks_of_one_name_are_not_guessed_at(here):
    here.learn("partitions", **{"/dev/sda": "KINDPAKKET", "/dev/sdb": "KINDPAKKET"})
    with pytest.raises(Broken, match="take one of them out"):
        run(here, "--dry-run")


def test_a_new_stick_takes_the_place_of_one_that_is_gone_as_installing_md_has_it(here):
    program = Path(shutil.copytree(here.at(DATA / "program"), here.root / "machine/program", symlinks=True))
    run(here, "--yes", "--data", "/dev/sda")
    here.ask("umount", str(DATA))
    here.learn("partitions", **{"/dev/sda": None})
    shutil.copytree(program, here.at(DATA / "program"), symlinks=True)  # as the bootstrap does
    with pytest.raises(Broken, match=r"gone.*--data"):
        run(here, "--yes")
    assert run(here, "--yes", "--data", "/dev/sda") == 0
    assert here.know("mounts") == {str(DATA): "/dev/sda"}
    assert here.know("partitions")["/dev/sda"] == "KINDPAKKET"
