"""Where the data go: no disk is formatted that anybody could miss, and none by a name that has become another's."""

from pathlib import Path

import pytest

from contracts.wire.errors import Broken
from provisioning.installer import plan
from provisioning.installer.plan import Wishes
from provisioning.installer.record import Record
from provisioning.installer.steps.data import data, remount
from terminal.places import DATA
from tests.provisioning.installer.machine import DISK, ROOT, Machine, stock
from tests.provisioning.installer.programs import uuid_of

STICK = "/dev/sda"


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return stock(tmp_path / "machine")


def journal_on(machine: Machine, device: str, label: str) -> Path:
    machine.learn("partitions", **{device: label})
    journal = machine.root / "machine/content" / device.lstrip("/") / "terminal/journal.sqlite"
    journal.parent.mkdir(parents=True)
    journal.write_text("sales")
    return journal


def install(machine: Machine, device: str | None = None) -> None:
    record = Record.open(machine)
    wishes = Wishes(device)
    plan.carry_out(record, plan.pending(machine, record, plan.make(machine, record, wishes)), lambda _: None)


@pytest.mark.parametrize("named", [STICK, None])
def test_f17_a_stick_with_a_journal_is_not_formatted_although_a_partition_was_begun_before(machine, named):
    memory = Record.open(machine).begin("data")
    memory.keep("disk", DISK)
    memory.keep("before", [ROOT])
    journal = journal_on(machine, STICK, "KINDPAKKET")
    install(machine, named)
    assert journal.read_text() == "sales"
    assert machine.know("mounts")[str(DATA)] == STICK


def test_f17_a_name_that_is_another_disks_since_the_restart_is_not_formatted(machine):
    memory = Record.open(machine).begin("data")
    memory.keep("device", STICK)  # and killed before it was formatted
    journal = journal_on(machine, STICK, "somebody's")
    with pytest.raises(Broken, match="is not empty"):
        install(machine, STICK)
    assert journal.read_text() == "sales"


def test_f17_undone_no_partition_goes_that_has_only_the_name_of_ours(machine):
    install(machine)
    record = Record.open(machine)
    machine.learn("partitions", **{"/dev/vda2": "somebody's", "/dev/vdb2": "KINDPAKKET"})
    plan.take_back(record, plan.undoing(record), lambda _: None)
    assert machine.know("partitions")["/dev/vda2"] == "somebody's"


def mounted_at_starts(machine: Machine) -> list[str]:
    lines = machine.at(Path("/etc/fstab")).read_text().splitlines()
    return [line.split()[0] for line in lines if line.split()[1] == str(DATA)]


def test_what_is_mounted_at_a_start_is_no_other_disk_of_that_label_since_root_runs_what_stands_there(machine):
    install(machine)
    assert mounted_at_starts(machine) == [f"UUID={uuid_of('/dev/vda2')}"]
    machine.ask("umount", str(DATA))
    journal_on(machine, STICK, "KINDPAKKET")
    remount(machine)
    assert machine.know("mounts")[str(DATA)] == "/dev/vda2"


def test_without_its_own_disk_nothing_is_mounted_in_its_place(machine):
    install(machine)
    machine.ask("umount", str(DATA))
    machine.learn("partitions", **{"/dev/vda2": None, STICK: "KINDPAKKET"})
    with pytest.raises(Broken, match="put the disk or the stick in again"):
        remount(machine)


def test_another_disk_for_the_data_takes_the_place_of_the_one_before(machine):
    machine.write(Path("/etc/fstab"), f"{ROOT} / ext4 defaults 0 1\nUUID=0-0 {DATA} ext4 noatime,nofail 0 2\n")
    journal_on(machine, STICK, "KINDPAKKET")
    install(machine, STICK)
    assert mounted_at_starts(machine) == [f"UUID={uuid_of(STICK)}"]


def test_a_stick_of_that_label_is_taken_by_whatever_name_it_has(machine):
    journal = journal_on(machine, STICK, "KINDPAKKET")
    machine.at(Path("/dev/disk/by-id")).mkdir(parents=True)
    machine.at(Path("/dev/disk/by-id/usb-stick")).symlink_to("../../sda")
    install(machine, "/dev/disk/by-id/usb-stick")
    assert journal.read_text() == "sales"


@pytest.mark.parametrize("device", [DISK, ROOT])
def test_what_the_system_stands_on_is_refused_and_nobody_is_told_to_wipe_it(machine, device):
    with pytest.raises(Broken, match="in use") as refused:
        plan.make(machine, Record.open(machine), Wishes(device))
    assert "wipefs" not in str(refused.value)


def test_beside_a_stick_of_that_label_no_other_is_formatted(machine):
    journal_on(machine, "/dev/sdb1", "KINDPAKKET")
    with pytest.raises(Broken, match=r"/dev/sdb1.*take it out"):
        install(machine, STICK)
    assert STICK not in machine.know("partitions")


@pytest.mark.parametrize("device", ["sda", "/etc/passwd", "/dev/none"])
def test_what_is_no_disk_is_refused_by_name(tmp_path, device):
    with pytest.raises(Broken, match=rf"{device} is no disk.*lsblk"):
        plan.make(stock(tmp_path), Record.open(stock(tmp_path / "m")), Wishes(device))


def test_a_dry_run_finds_a_disk_that_cannot_be_taken_and_asks_nobody_first(machine):
    journal_on(machine, STICK, "somebody's")
    with pytest.raises(Broken, match=f"not empty.*wipefs --all {STICK}"):
        plan.make(machine, Record.open(machine), Wishes(STICK))


def test_the_step_looks_again_at_what_it_formats(machine):
    step = data(STICK, None)
    journal = journal_on(machine, STICK, "somebody's")
    with pytest.raises(Broken, match="not empty"):
        step.do(machine, Record.open(machine).begin("data"))
    assert journal.read_text() == "sales"
