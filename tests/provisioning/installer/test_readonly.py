"""A root that forgets: what is due on it, what it makes of an installer, and how it gets its upgrades."""

import time
from pathlib import Path

import pytest

from contracts.wire.errors import Broken
from provisioning.installer import machine as found
from provisioning.installer import upgrade, waiting
from provisioning.installer.host import Ran
from provisioning.installer.record import Record
from provisioning.installer.steps import readonly
from provisioning.installer.steps.memory import MEMORY
from terminal.places import DATA
from tests.provisioning.installer.machine import Bomb, Machine, stock

NIGHT, DAY = (time.mktime((2026, 11, 27, hour, 0, 0, 0, 0, -1)) for hour in (3, 14))
LOWER = Path("/media/root-ro")


class Forgets(Machine):
    """A machine whose root is an overlay; what it was told stands in `machine/ran`."""

    __slots__ = ()
    cmdline = "root=/dev/vda1 ro"

    def ask(self, *words: str, feed: str = "") -> Ran:
        self.learn("ran", **{str(len(self.know("ran"))): " ".join(words)})
        if words[0] == "findmnt" and words[-2:] == ("FSTYPE", "/"):
            return Ran(0, "overlay\n")
        if "unattended-upgrade" in words and self.know("upgrades"):
            self.at(LOWER / "var/lib/dpkg/status").write_text("newer")
        return Machine.ask(self, *words, feed=feed)

    @property
    def said(self) -> list[str]:
        return list(self.know("ran").values())


@pytest.fixture
def forgets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Forgets:
    monkeypatch.setattr(found, "require_root", lambda: None)
    stock(tmp_path)
    for name in ("dev/null", "media/root-ro/dev/null", "media/root-ro/var/lib/dpkg/status"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("older")
    return Forgets(tmp_path, Bomb())


def test_it_is_upgraded_below_and_what_was_shown_there_is_taken_away(forgets):
    assert upgrade.run(forgets, NIGHT, now=False) == 0
    said = forgets.said
    assert "overlayroot-chroot unattended-upgrade" in said
    bound = [line for line in said if line.startswith("mount --bind")]
    assert bound == ["mount --bind /dev /media/root-ro/dev"]
    assert said.index(bound[0]) < said.index("overlayroot-chroot unattended-upgrade") < said.index(
        "umount /media/root-ro/dev"
    )  # fmt: skip


def test_nothing_new_restarts_nothing(forgets):
    upgrade.run(forgets, NIGHT, now=False)
    assert "systemctl reboot" not in forgets.said


def test_what_was_upgraded_at_night_is_restarted_into(forgets):
    forgets.learn("upgrades", there="yes")
    upgrade.run(forgets, NIGHT, now=False)
    assert forgets.said[-1] == "systemctl reboot"


def test_no_restart_by_day(forgets):
    forgets.learn("upgrades", there="yes")
    upgrade.run(forgets, DAY, now=True)
    assert "systemctl reboot" not in forgets.said


def test_no_restart_while_entries_wait(forgets, monkeypatch, capsys):
    monkeypatch.setattr(waiting, "count", lambda _: 2)
    forgets.learn("upgrades", there="yes")
    upgrade.run(forgets, NIGHT, now=False)
    assert "systemctl reboot" not in forgets.said
    assert "2 entries are not settled yet" in capsys.readouterr().out


def test_by_day_it_is_left_alone_for_a_week(forgets):
    upgrade.run(forgets, DAY, now=False)  # never yet
    done = forgets.at(DATA / "upgraded").stat().st_mtime
    day = time.mktime((*time.localtime(done)[:3], 14, 0, 0, 0, 0, -1))
    ran = len(forgets.said)
    upgrade.run(forgets, day + 24 * 3600, now=False)
    assert len(forgets.said) == ran
    upgrade.run(forgets, day + 9 * 24 * 3600, now=False)
    assert len(forgets.said) > ran


def test_what_fails_below_leaves_nothing_shown_there(forgets, monkeypatch):
    ask = Forgets.ask

    def broken(self, *words: str, feed: str = "") -> Ran:
        return Ran(100, "E: no network") if "update" in words else ask(self, *words, feed=feed)

    monkeypatch.setattr(Forgets, "ask", broken)
    with pytest.raises(Broken, match="no network"):
        upgrade.run(forgets, NIGHT, now=False)
    assert forgets.said[-1] == "umount /media/root-ro/dev"
    assert not forgets.at(DATA / "upgraded").exists()


def test_f18_on_a_root_that_forgets_nothing_is_installed_but_the_next_start_is_another(forgets):
    with pytest.raises(Broken, match=r"restart now.*run the same again"):
        readonly.require_writable(forgets)
    assert forgets.said[-1] == "overlayroot-chroot rm --force /etc/overlayroot.local.conf"


def test_anothers_overlay_is_not_touched(forgets):
    forgets.write(Path("/proc/cmdline"), "root=/dev/vda1 overlayroot=tmpfs ro\n")
    with pytest.raises(Broken, match="raspi-config"):
        readonly.require_writable(forgets)


def test_where_the_data_are_no_partition_the_root_is_never_made_to_forget(tmp_path):
    machine = stock(tmp_path)
    with pytest.raises(Broken, match="partition of its own"):
        readonly.READ_ONLY.do(machine, Record.open(machine).begin("read-only"))
    assert machine.read(Path("/etc/overlayroot.local.conf")) is None


def test_after_a_start_that_brought_no_overlay_it_says_so(forgets, tmp_path):
    machine = Machine(tmp_path)
    machine.write(Path("/etc/overlayroot.local.conf"), 'overlayroot="tmpfs:recurse=0"\n')
    assert "update-initramfs" in (readonly.advice(machine) or "")
    machine.write(Path("/run/kindpakket-restart-due"), "")
    assert "reboot" in (readonly.advice(machine) or "")
    assert readonly.advice(forgets) is None


def test_a_pi_is_told_to_load_it(tmp_path):
    machine = stock(tmp_path)
    machine.learn("mounts", **{str(DATA): "/dev/sda"})
    machine.write(Path("/usr/share/initramfs-tools/scripts/init-bottom/overlayroot"), "")
    machine.write(Path("/boot/firmware/config.txt"), "dtparam=audio=on\n")
    memory = Record.open(machine).begin("read-only")
    readonly.READ_ONLY.do(machine, memory)
    assert (machine.read(Path("/boot/firmware/config.txt")) or "").endswith("[all]\nauto_initramfs=1\n")
    readonly.READ_ONLY.undo(machine, memory)
    assert machine.read(Path("/boot/firmware/config.txt")) == "dtparam=audio=on\n"


def test_undone_what_its_owner_wrote_since_into_the_firmwares_files_stays(tmp_path):
    """A kernel's line of before may name a root that is gone: the machine would not start any more."""
    machine = stock(tmp_path)
    machine.learn("mounts", **{str(DATA): "/dev/sda"})
    machine.write(Path("/usr/share/initramfs-tools/scripts/init-bottom/overlayroot"), "")
    settings, line = Path("/boot/firmware/config.txt"), Path("/boot/firmware/cmdline.txt")
    machine.write(settings, "dtparam=audio=on\n")
    machine.write(line, "root=PARTUUID=1  rootwait\n# quiet\n")
    record = Record.open(machine)
    for step in (MEMORY, readonly.READ_ONLY):
        step.do(machine, record.begin(step.name))
        step.do(machine, record.begin(step.name))
        assert step.is_done(machine)
    assert machine.read(line) == "root=PARTUUID=1  rootwait cgroup_enable=memory\n# quiet\n"
    machine.write(settings, (machine.read(settings) or "") + "dtoverlay=theirs\n")
    machine.write(line, (machine.read(line) or "").replace("PARTUUID=1", "PARTUUID=2"))
    for step in (readonly.READ_ONLY, MEMORY):
        step.undo(machine, record.begin(step.name))
        step.undo(machine, record.begin(step.name))
    assert machine.read(settings) == "dtparam=audio=on\ndtoverlay=theirs\n"
    assert machine.read(line) == "root=PARTUUID=2  rootwait\n# quiet\n"


def test_undone_a_word_and_a_line_that_were_there_before_stay(tmp_path):
    machine = stock(tmp_path)
    settings, line = Path("/boot/firmware/config.txt"), Path("/boot/firmware/cmdline.txt")
    machine.write(settings, "auto_initramfs=1\n")
    machine.write(line, "rootwait cgroup_enable=memory\n")
    record = Record.open(machine)
    for step in (readonly.READ_ONLY, MEMORY):
        step.undo(machine, record.begin(step.name))
    assert machine.read(settings) == "auto_initramfs=1\n"
    assert machine.read(line) == "rootwait cgroup_enable=memory\n"
