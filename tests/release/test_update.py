"""A newer release is taken, and one that does not work gives way: on a real folder, cut at every step."""

import os
import re
import signal
import sys
from pathlib import Path

import pytest

from contracts.wire.errors import Broken, TryAgain
from provisioning.release import making
from terminal import config, export, places, release
from terminal.store import Reader, migrations
from terminal.store.migrations import MIGRATIONS
from terminal.update import command, switching
from terminal.update.command import undo, update
from terminal.update.draining import Patience, drain
from terminal.update.machine import Waiting
from terminal.update.program import Program, Trial
from tests.release import devices, releases
from tests.release.devices import ILL, STOPPED, Device
from tests.terminal.books import sell
from tests.terminal.till import Till

NO_PATIENCE = Patience(unsent=0.0, unsettled=0.0)


@pytest.fixture
def device(tmp_path, monkeypatch):
    devices.on_path(monkeypatch, tmp_path / "bin")
    monkeypatch.setattr(switching, "READY_SECONDS", 0.05)
    monkeypatch.setattr(switching, "LOOK_SECONDS", 0.01)
    return Device(tmp_path)


def take(device, file, exported=None):
    update(file, device.program, device.machine, device.key, exported, NO_PATIENCE)


def test_a_newer_release_is_in_use_and_the_one_before_stays(device):
    take(device, device.release("0.2.0"))
    assert (device.program.current(), device.program.previous(), device.runs()) == ("0.2.0", "0.1.0", "0.2.0")
    assert device.program.trial() is None
    assert device.whole() == ["0.1.0", "0.2.0"]


def test_only_the_one_before_is_kept(device):
    for version in ("0.2.0", "0.10.0"):
        take(device, device.release(version))
    assert device.whole() == ["0.10.0", "0.2.0"]
    assert (
        sorted(path.name for path in device.program.folder.iterdir())
        == [
            "current",
            "previous",
            "releases",
            "update.lock",
        ][: -1 if not (device.program.folder / "update.lock").exists() else None]
    )


def test_the_newest_on_a_stick_is_taken(device):
    for version in ("0.9.0", "0.10.0", "0.2.0"):
        device.release(version)
    (device.folder / "stick/kindpakket-99.pyz").touch()
    take(device, device.folder / "stick")
    assert device.program.current() == "0.10.0"


def test_a_stick_without_a_release_is_named(device):
    with pytest.raises(Broken, match="no release in"):
        take(device, device.folder / "bin")


def test_there_and_back_again(device):
    take(device, device.release("0.2.0"))
    undo(device.program, device.machine)
    assert (device.program.current(), device.program.previous(), device.runs()) == ("0.1.0", "0.2.0", "0.1.0")
    undo(device.program, device.machine)
    assert device.runs() == "0.2.0"


def test_where_there_is_none_before_nothing_is_undone(device):
    with pytest.raises(Broken, match="no release before"):
        undo(device.program, device.machine)


@pytest.mark.parametrize(
    ("ill", "why"),
    [
        ({"starts": False}, "daemon does not become ready"),
        ({"doctor": ILL}, "did not fail before: journal"),
        ({"doctor": STOPPED}, "did not fail before: daemon"),
        ({"doctor": "no json"}, "did not fail before: doctor"),
    ],
)
def test_a_release_that_does_not_work_gives_way_by_itself(device, ill, why):
    with pytest.raises(Broken, match=f"{why}.* 0.1.0 is in use again"):
        take(device, device.release("0.2.0", **ill))
    assert (device.program.current(), device.program.previous(), device.runs()) == ("0.1.0", None, "0.1.0")
    assert device.program.trial() is None
    assert device.whole() == ["0.1.0"]


def test_what_failed_before_too_is_not_held_against_it(device):
    ill = device.release("0.2.0", ILL)
    (device.program.release("0.1.0") / "bin/kindpakket").write_bytes(devices.program(ILL))
    take(device, ill)
    assert device.runs() == "0.2.0"


def test_a_daemon_that_did_not_run_before_is_mended_whatever_else_fails(device):
    (device.folder / "runs").unlink()
    take(device, device.release("0.2.0", ILL))
    assert device.runs() == "0.2.0"


def test_a_daemon_that_the_supervisor_gave_up_before_is_not_held_against_the_release_that_mends_it(device):
    (device.folder / "runs").unlink()
    device.supervisor_gives_up()
    take(device, device.release("0.2.0"))
    assert device.runs() == "0.2.0"


@pytest.mark.parametrize("version", ["0.1.0", "0.0.9"])
def test_only_a_newer_one_is_taken(device, version):
    with pytest.raises(Broken, match=r"is not newer than 0\.1\.0"):
        take(device, device.release(version))
    assert device.whole() == ["0.1.0"]


def test_nothing_of_a_release_by_another_key_is_run(device):
    ran = device.folder / "ran"
    main = f"open({str(ran)!r}, 'w')".encode()
    other = releases.made(device.folder / "stick", "0.2.0", releases.OTHER, {"__main__.py": main})
    with pytest.raises(Broken, match="is not signed by the key"):
        take(device, other)
    assert not ran.exists()
    assert not device.program.incoming.exists()
    mine = releases.made(device.folder / "stick", "0.2.0", parts={"__main__.py": main})
    with pytest.raises(Broken, match="cannot be read"):
        take(device, mine)  # signed, so run; it makes no release
    assert ran.exists()


def test_without_a_key_nothing_is_believed(device):
    device.key.unlink()
    with pytest.raises(Broken, match="run the installer again"):
        take(device, device.release("0.2.0"))


@pytest.mark.parametrize("others", [0o664, 0o646])
def test_f36_a_key_that_somebody_else_may_have_put_there_is_not_believed(device, others):
    """Its folder is also the daemon's, who rewrites the configuration in it."""
    device.key.chmod(others)
    with pytest.raises(Broken, match="is not root's alone"):
        take(device, device.release("0.2.0"))
    assert device.program.current() == "0.1.0"


def test_f36_a_link_in_the_keys_place_is_not_followed(device):
    device.key.symlink_to(device.key.rename(device.folder / "elsewhere.pub"))
    with pytest.raises(Broken, match="cannot be read"):
        take(device, device.release("0.2.0"))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_f36_another_users_key_is_not_believed(device):
    os.chown(device.key, 65_534, -1)
    with pytest.raises(Broken, match="is not root's alone"):
        take(device, device.release("0.2.0"))


@pytest.mark.parametrize(("more", "back"), [(0, 0), (1, 1)])
def test_a_journal_that_can_be_returned_to_is_no_hindrance(device, monkeypatch, more, back):
    take(device, newer_journal(device, monkeypatch, more, back))
    assert device.runs() == "0.2.0"


@pytest.mark.parametrize(
    ("more", "back", "why"), [(-1, 0, "cannot read"), (1, 0, "nothing could return"), (2, 1, "nothing could return")]
)
def test_f33_one_that_cannot_is_refused_before_anything_is_changed(device, monkeypatch, more, back, why):
    with pytest.raises(Broken, match=why):
        take(device, newer_journal(device, monkeypatch, more, back))
    assert (device.whole(), device.program.incoming.exists()) == (["0.1.0"], False)


def newer_journal(device, monkeypatch, more, back):
    """A release whose journals are so many versions newer, and readable by as many before."""
    version = len(MIGRATIONS) + more
    with monkeypatch.context() as other:
        other.setattr(making, "MIGRATIONS", MIGRATIONS[:1] * version)
        other.setattr(migrations, "READABLE_FROM", {version: version - back})
        return device.release("0.2.0")


class TestWaiting:
    @pytest.fixture
    def till(self, device):
        till = Till(device.folder)
        with till.store() as store:
            sell(store, till.signer(), amount=5_00)
        return till

    def test_f33_an_update_with_entries_waiting_is_refused_with_the_reason(self, device, till):
        with pytest.raises(TryAgain, match=r"1 entries wait, 1 of them have not reached the gateway.*internet"):
            take(device, device.release("0.2.0"))
        assert (device.program.current(), device.runs(), device.program.trial()) == ("0.1.0", "0.1.0", None)

    def test_f33_nor_is_it_taken_before_the_chain_has_them(self, device, till):
        with till.store() as store:
            store.acknowledge(1, store.head)
        with pytest.raises(TryAgain, match=r"1 entries wait to be settled; the gateway has them"):
            take(device, device.release("0.2.0"))

    def test_f33_or_when_an_export_holds_them_all(self, device, till):
        newer, file = device.release("0.2.0"), device.folder / "export.json"
        with Reader.open(till.journal) as reader:
            export.write(file, export.of(reader))
        with till.store() as store:
            sell(store, till.signer(), amount=6_00)
        with pytest.raises(Broken, match="does not hold all that was sold here"):
            take(device, newer, file)
        file.unlink()
        with Reader.open(till.journal) as reader:
            export.write(file, export.of(reader))
        take(device, newer, file)
        assert device.runs() == "0.2.0"

    def test_once_nothing_waits_it_is_taken(self, device, till):
        till.settle_all()
        take(device, device.release("0.2.0"))
        assert device.runs() == "0.2.0"


def test_it_waits_for_as_long_as_entries_go_out(monkeypatch):
    monkeypatch.setattr("terminal.update.draining.LOOK_SECONDS", 0.001)
    looks = iter([Waiting(2, 3), Waiting(1, 3), Waiting(0, 3), Waiting(0, 1), Waiting(0, 0)])
    said: list[str] = []
    drain(lambda: next(looks), said.append, Patience(60, 60))
    assert said == [f"{Waiting(*each)}; the update waits for them" for each in ((2, 3), (1, 3), (0, 3), (0, 1))]


def test_f33_nothing_goes_back_to_a_program_that_cannot_read_what_was_sold(device, monkeypatch):
    newer = newer_journal(device, monkeypatch, 1, 1)
    till = Till(device.folder)
    take(device, newer)
    monkeypatch.setattr(migrations, "MIGRATIONS", (*MIGRATIONS, "CREATE TABLE later (x);"))
    with till.store(), pytest.raises(Broken, match=r"0\.1\.0 cannot read what was sold since"):
        undo(device.program, device.machine)
    assert device.runs() == "0.2.0"


class TestInterrupted:
    """By a signal that nothing can catch, before each thing that changes a file or starts a program."""

    CHANGES = frozenset({"os.rename", "os.symlink", "os.remove", "os.rmdir", "os.mkdir", "subprocess.Popen"})

    def cut(self, at, work, *arguments):
        """Do it in a process that dies before its change number `at`; whether it came to its end."""
        child = os.fork()
        if child:
            return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != -signal.SIGKILL
        left = [at]

        def count(event, values):
            writes = event == "open" and values[2] & (os.O_WRONLY | os.O_RDWR)
            if event in self.CHANGES or writes:
                left[0] -= 1
                if left[0] < 0:
                    os.kill(os.getpid(), signal.SIGKILL)

        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        sys.addaudithook(count)
        try:
            work(*arguments)
        except Broken:
            pass
        finally:
            os._exit(0)

    def requires_a_working_program(self, device, *may):
        assert device.program.current() in may
        assert {device.program.current()} <= set(device.whole())
        assert device.machine.restart()

    @pytest.mark.timeout(600)
    @pytest.mark.parametrize("works", [True, False])
    def test_f33_a_power_cut_at_any_step_leaves_a_release_that_works(self, device, works):
        newer, cuts = device.release("0.2.0", *([] if works else [ILL])), 0
        while not self.cut(cuts, take, device, newer):
            if works:
                self.requires_a_working_program(device, "0.1.0", "0.2.0")
            switching.settle(device.program, device.machine, print)  # as at the next boot
            assert device.program.trial() is None
            self.requires_a_working_program(device, *(("0.1.0", "0.2.0") if works else ("0.1.0",)))
            if device.program.current() == "0.2.0":
                undo(device.program, device.machine)
                device.program.keep_as_previous("0.1.0")
                device.program.tidy()
            cuts += 1
        assert cuts > 20
        assert device.program.current() == ("0.2.0" if works else "0.1.0")

    @pytest.mark.parametrize("gives_up", [True, False])
    def test_f33_nor_does_one_on_the_way_back(self, device, gives_up):
        take(device, device.release("0.2.0"))
        (device.program.release("0.2.0") / "bin/kindpakket").write_bytes(devices.program(ILL))
        if gives_up:
            device.supervisor_gives_up()
        cuts, trial = 0, Trial(before="0.1.0", after="0.2.0")
        device.program.begin(trial)
        while not self.cut(cuts, switching.settle, device.program, device.machine, print):
            assert (device.program.trial() is not None) or device.program.current() == "0.1.0"
            cuts += 1
        assert cuts > 3
        assert (device.program.current(), device.program.trial(), device.runs()) == ("0.1.0", None, "0.1.0")

    def test_what_is_not_whole_is_not_taken_for_a_trial(self, device):
        (device.program.folder / "trying").write_text("{")
        with pytest.raises(Broken, match="call support"):
            switching.settle(device.program, device.machine, print)


def test_two_updates_at_once_are_refused(device):
    with device.program.alone(wait=False):
        with pytest.raises(Broken, match="another update is under way"), device.program.alone(wait=False):
            pytest.fail("both went in")
    with device.program.alone(wait=False):
        pass


def test_where_no_release_was_installed_that_is_said(tmp_path):
    with pytest.raises(Broken, match="no terminal was installed here"), Program(tmp_path / "none").alone(wait=False):
        pytest.fail("went in")
    assert not (tmp_path / "none").exists()


def run(monkeypatch, device, *words):
    monkeypatch.setattr(places, "PROGRAM_KEPT", device.program.folder)
    monkeypatch.setattr(places, "RELEASE_KEY", device.key)
    monkeypatch.setattr(config, "DEFAULT", device.folder / "terminal.toml")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    return command.main(list(map(str, words)))


def test_a_dry_run_says_what_it_would_do_and_changes_nothing(device, monkeypatch, capsys):
    assert run(monkeypatch, device, device.release("0.2.0"), "--dry-run") == 0
    assert "0.2.0 is signed, and can be taken; nothing was changed" in capsys.readouterr().out
    assert (device.whole(), device.program.incoming.exists()) == (["0.1.0"], False)


def test_the_command_takes_it_and_goes_back(device, monkeypatch, capsys):
    assert run(monkeypatch, device, device.release("0.2.0")) == 0
    assert run(monkeypatch, device, "--undo", "--dry-run") == 0
    assert (device.runs(), "would use 0.1.0 again" in capsys.readouterr().out) == ("0.2.0", True)
    assert run(monkeypatch, device, "--undo") == 0
    assert device.runs() == "0.1.0"


def test_where_nothing_was_interrupted_there_is_nothing_to_return(device, monkeypatch):
    device.supervisor_gives_up()
    assert run(monkeypatch, device, "--return") == 0
    assert device.program.current() == "0.1.0"


def test_a_disk_that_takes_no_more_is_named(device, monkeypatch):
    monkeypatch.setattr(Path, "symlink_to", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(Broken, match=r"No space left on device.*free space"):
        run(monkeypatch, device, device.release("0.2.0"))
    monkeypatch.undo()
    assert device.program.current() == "0.1.0"


def test_who_is_not_root_updates_nothing(device, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(Broken, match="sudo"):
        command.main(["--undo"])


def test_the_key_is_named_by_what_people_compare():
    assert re.fullmatch(r"([0-9a-f]{4}-){3}[0-9a-f]{4}", release.fingerprint(releases.PUBLIC))
