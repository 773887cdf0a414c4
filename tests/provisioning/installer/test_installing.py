"""An installation on a machine in a folder: again it does nothing, undone it is gone, killed it goes on."""

import json
import shutil
from pathlib import Path

import pytest

from contracts.wire.errors import Broken
from provisioning.installer import bundle, plan
from provisioning.installer.plan import Wishes
from provisioning.installer.record import Record
from terminal.places import COMMAND, DATA, ETC, INSTALL_RECORD, PROGRAM, STATE
from tests.provisioning.installer.machine import PUBLIC, Killed, Machine, contents, restarted, stock


@pytest.fixture(autouse=True)
def units(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """As they are now: whoever edits them meanwhile changes nothing here."""
    copy = tmp_path_factory.mktemp("units") / "systemd"
    shutil.copytree(bundle.systemd_files(), copy)
    monkeypatch.setattr(bundle, "systemd_files", lambda: copy)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return stock(tmp_path / "machine")


def install(machine: Machine, wishes: Wishes = Wishes()) -> list[str]:  # noqa: B008 -- frozen
    """As the command does it; the sentences."""
    said: list[str] = []
    record = Record.open(machine)
    plan.carry_out(record, plan.pending(machine, record, plan.make(machine, record, wishes)), said.append)
    return said


def used(machine: Machine) -> None:
    """Leave what a terminal's life leaves beside its journal."""
    machine.write(DATA / "upgraded", "")
    machine.write(DATA / "etc/terminal.toml.before", "")


def undo(machine: Machine) -> None:
    from provisioning.installer.steps import data

    data.remount(machine)
    record = Record.open(machine)
    plan.take_back(record, plan.undoing(record), lambda _: None)
    machine.remove(INSTALL_RECORD)
    machine.remove_if_empty(DATA)


def without_program(found: dict[str, str]) -> dict[str, str]:
    """Without what the bootstrap put there, which goes with the rest."""
    gone = str(DATA).lstrip("/")
    return {name: text for name, text in found.items() if not name.startswith(gone) and "machine/" not in name}


def test_it_is_a_terminal_afterwards(machine):
    install(machine)
    assert machine.leads_to(ETC) == DATA / "etc"
    assert machine.leads_to(PROGRAM) == DATA / "program"
    assert machine.leads_to(COMMAND) == PROGRAM / "current/bin/kindpakket"
    assert machine.read(DATA / "etc/release.pub") == PUBLIC
    assert machine.owner(STATE) == "kindpakket:kindpakket:700"
    assert {"kindpakket.target", "nftables.service"} <= machine.know("enabled").keys()
    assert machine.know("mounts") == {str(DATA): "/dev/vda2"}
    assert 'overlayroot="tmpfs:recurse=0"' in (machine.read(Path("/etc/overlayroot.local.conf")) or "")


def test_what_was_copied_to_the_partition_is_not_left_below_it(machine):
    install(machine)
    hidden = machine.root / "machine/hidden/var/lib/kindpakket"
    assert hidden.is_dir()
    assert list(hidden.iterdir()) == []


def test_again_there_is_nothing_to_do_and_nothing_is_changed(machine):
    assert install(machine)
    stood = contents(machine)
    assert install(restarted(machine)) == []
    assert contents(machine) == stood


def test_what_somebody_changed_is_put_right(machine):
    install(machine)
    rules = Path("/etc/nftables.d/kindpakket.nft")
    machine.write(rules, "table inet open {}\n")
    assert [line.split()[1] for line in install(restarted(machine))] == ["firewall:"]
    assert "policy drop" in (machine.read(rules) or "")


def test_undone_nothing_is_left(machine):
    before = without_program(contents(machine))
    install(machine)
    used(machine)
    undo(restarted(machine))
    assert without_program(contents(machine)) == before
    assert not machine.at(DATA).exists()
    assert machine.know("partitions").keys() == {"/dev/vda1"}
    assert machine.know("enabled") == {}


def test_undone_the_journal_stays_and_no_key(machine):
    install(machine)
    used(machine)
    for name in ("journal.sqlite", "terminal.key"):
        machine.write(STATE / name, name)
    undo(restarted(machine))
    assert machine.names(STATE) == ["journal.sqlite"]
    assert machine.know("mounts") == {str(DATA): "/dev/vda2"}
    assert machine.names(DATA) == ["terminal"]


def test_f33_undone_a_journal_that_somebody_moved_aside_stays_and_so_does_what_is_not_ours(machine):
    install(machine)
    moved = STATE / "old.sqlite", STATE / "old.sqlite-wal", DATA / "old.sqlite", DATA / "theirs/sales.json"
    for path in moved:
        machine.write(path, "sales")
    undo(restarted(machine))
    assert [machine.read(path) for path in moved] == ["sales"] * 4
    assert machine.know("mounts") == {str(DATA): "/dev/vda2"}


def test_undone_the_packages_of_a_second_installation_go_too_and_none_that_somebody_put_there_between(machine):
    install(machine, Wishes(writable=True))
    machine.learn("packages", vim="installed")
    assert "overlayroot" not in machine.know("packages")
    install(restarted(machine))
    assert "overlayroot" in machine.know("packages")
    undo(restarted(machine))
    assert machine.know("packages").keys() == {"dpkg", "vim"}


def test_a_file_of_somebody_else_comes_back_as_it_was(machine):
    theirs = "#!/usr/sbin/nft -f\ntable inet theirs {}\n"
    machine.write(Path("/etc/nftables.conf"), theirs)
    install(machine)
    assert (machine.read(Path("/etc/nftables.conf")) or "").startswith(theirs)
    record = Record.open(machine)
    step = next(step for step in plan.undoing(record) if step.name == "firewall")
    step.undo(machine, record.begin("firewall"))
    assert machine.read(Path("/etc/nftables.conf")) == theirs


def test_without_room_the_root_stays_writable_and_says_so(machine):
    made = plan.make(machine, Record.open(machine), Wishes(writable=True))
    assert "read-only" not in [step.name for step in made.steps]
    machine.learn("partitions", **{"/dev/vda2": "somebody's"})
    made = plan.make(machine, Record.open(machine), Wishes())
    assert {"data", "read-only"}.isdisjoint(step.name for step in made.steps)
    assert "--data" in made.notes[0]


def test_what_another_keeps_there_is_left_alone(machine):
    machine.write(PROGRAM / "gateway/main.py", "theirs")
    with pytest.raises(Broken, match="a machine of its own"):
        install(machine)
    assert machine.read(PROGRAM / "gateway/main.py") == "theirs"


def test_a_damaged_record_is_said_and_not_guessed(machine):
    install(machine)
    machine.write(INSTALL_RECORD, "{")
    with pytest.raises(Broken, match="damaged"):
        Record.open(machine)


def test_a_failure_says_what_to_do(machine):
    machine.learn("packages", dpkg="half-installed")
    with pytest.raises(Broken, match=r"failed.*No network.*cable"):
        install(Offline(machine.root))


class Offline(Machine):
    """Whose packages cannot be had."""

    __slots__ = ()

    def ask(self, *words: str, feed: str = ""):
        from provisioning.installer.host import Ran

        if words[0] == "apt-get":
            return Ran(100, "Err:1\nE: No network\n")
        return super().ask(*words, feed=feed)


def moments(machine: Machine, of: str) -> int:
    """How many there are at which it can be killed."""
    counted = restarted(machine)
    (install if of == "install" else undo)(counted)
    return counted.bomb.passed


@pytest.mark.parametrize("share", range(4))
def test_f03_an_installation_that_is_killed_at_any_moment_goes_on_when_it_is_run_again(tmp_path, share):
    whole = stock(tmp_path / "whole")
    install(whole)
    wanted = contents(whole)
    for at in range(1 + share, moments(stock(tmp_path / "counted"), "install"), 4):
        machine = stock(tmp_path / f"killed at {at}")
        with pytest.raises(Killed):
            install(restarted(machine, at))
        install(restarted(machine))
        assert same(contents(machine)) == same(wanted), f"killed at moment {at}"


@pytest.mark.parametrize("share", range(4))
def test_f03_an_undoing_that_is_killed_at_any_moment_goes_on_when_it_is_run_again(tmp_path, share):
    counted = stock(tmp_path / "counted")
    before = without_program(contents(counted))
    install(counted)
    for at in range(1 + share, moments(counted, "undo"), 4):
        machine = stock(tmp_path / f"killed at {at}")
        install(machine)
        with pytest.raises(Killed):
            undo(restarted(machine, at))
        undo(restarted(machine))
        assert without_program(contents(machine)) == before, f"killed at moment {at}"
        assert machine.names(DATA) == [], f"killed at moment {at}"


def same(found: dict[str, str]) -> dict[str, str]:
    """Without the places of this test's own folders, and without the order in which steps were written down."""
    kept = {name: text for name, text in found.items() if not text.startswith("-> /tmp") and "owners" not in name}
    return {name: _sorted(text) for name, text in kept.items()}


def _sorted(text: str) -> str:
    return json.dumps(json.loads(text), sort_keys=True) if text.startswith("{") else text


class Needed(Machine):
    """Where somebody installed later what needs one of our packages."""

    __slots__ = ()

    def ask(self, *words: str, feed: str = ""):
        from provisioning.installer.host import Ran

        if "--simulate" in words:
            return Ran(0, "Purg theirs [1.0]\nPurg nftables [1.0.6]\n")
        return super().ask(*words, feed=feed)


def test_a_package_of_somebody_else_is_not_taken_along_unasked(machine):
    install(machine)
    there = machine.know("packages")
    with pytest.raises(Broken, match=r"theirs .*came later"):
        undo(Needed(machine.root))
    assert machine.know("packages") == there
