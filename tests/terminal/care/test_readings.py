"""What doctor makes of what kernels say: a machine that is well, and each thing that can be wrong with one."""

import os

import pytest

from terminal.care import readings
from terminal.care.board import BOOT as BOOT_FILE
from terminal.care.kept import Kept
from terminal.care.root import TEXT_MAX, Root
from terminal.core.care import Trouble
from terminal.finding import Grade
from tests.terminal.care.machine import BOOT, EMMC, MOUNTS, PI, machine, shop


def look(root, known=None):
    return {found.check.name: found for found in readings.look(root, known or shop())}


def wrong(found):
    """The names of what is not well, with grade and trouble."""
    bad = {name: each for name, each in found.items() if each.check.grade is not Grade.OK}
    for each in bad.values():
        assert each.check.advice, each
    return {name: (each.check.grade.value, each.trouble) for name, each in bad.items()}


def test_a_pi_in_a_shop_that_is_well(tmp_path):
    found = look(machine(tmp_path, PI))
    assert wrong(found) == {}
    assert {name: each.check.finding for name, each in found.items()} == {
        "disk": "ext4, no faults",
        "room": "20480 MB free",
        "wear": "not measured for long enough yet",
        "power": "enough",
        "speed": "full",
        "heat": "48 degrees Celsius",
        "memory": "618 of 923 MB free",
        "uptime": "3 days 2 hours",
        "root": "read-only below an overlay that forgets",
        "watchdog": "active: Broadcom BCM2835 Watchdog timer",
        "log": "0 MB",
        "program": "0.1.0, journal of form 7",
    }


POWER = "sys/class/hwmon/hwmon1/in0_lcrit_alarm"
FIRMWARE = "sys/devices/platform/soc/soc:firmware/get_throttled"
HEAT = "sys/class/thermal/thermal_zone0/temp"
FAULTS = "sys/fs/ext4/mmcblk0p3/errors_count"
MEMORY = "proc/meminfo"
LIFE, END = (f"sys/block/mmcblk0/device/{name}" for name in ("life_time", "pre_eol_info"))
DOG = "sys/class/watchdog/watchdog0/state"
MOUNT = "proc/self/mountinfo"
REMOUNTED = MOUNTS.replace("ext4 /dev/mmcblk0p3 rw", "ext4 /dev/mmcblk0p3 ro")
BOUND = MOUNTS.replace("/var/lib/kindpakket rw", "/var/lib/kindpakket ro")
WRITTEN_ROOT = "28 1 179:2 / / rw,noatime shared:1 - ext4 /dev/mmcblk0p2 rw"
LITTLE = "MemTotal:         945436 kB\nMemAvailable:      30000 kB"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({POWER: "1"}, {"power": ("warn", Trouble.POWER_WEAK)}),
        ({FIRMWARE: "10000"}, {}),
        ({FIRMWARE: "50005"}, {"speed": ("warn", None)}),
        ({FIRMWARE: "0x8"}, {"speed": ("warn", None)}),
        ({HEAT: "79999"}, {}),
        ({HEAT: "80000"}, {"heat": ("warn", Trouble.HOT)}),
        ({HEAT: "95123"}, {"heat": ("warn", Trouble.HOT)}),
        ({HEAT: "-274000"}, {}),
        ({HEAT: "1000000"}, {}),
        ({FAULTS: "3"}, {"disk": ("fail", Trouble.DISK_FAILING)}),
        ({"sys/fs/ext4/mmcblk0p2/errors_count": "3"}, {}),
        ({MOUNT: REMOUNTED}, {"disk": ("fail", Trouble.DISK_READ_ONLY)}),
        ({MOUNT: BOUND}, {"disk": ("fail", Trouble.DISK_READ_ONLY)}),
        ({MOUNT: f"{MOUNTS}\n{WRITTEN_ROOT}"}, {"root": ("warn", None)}),
        ({MEMORY: LITTLE}, {"memory": ("warn", Trouble.MEMORY_SHORT)}),
        (EMMC, {}),
        ({**EMMC, LIFE: "0x01 0x09"}, {}),
        ({**EMMC, LIFE: "0x01 0x0a"}, {"life": ("fail", Trouble.DISK_FAILING)}),
        ({**EMMC, LIFE: "0x0b 0x00"}, {"life": ("fail", Trouble.DISK_FAILING)}),
        ({**EMMC, END: "0x02"}, {"life": ("fail", Trouble.DISK_FAILING)}),
        ({**EMMC, LIFE: "0x00 0x00"}, {}),
        ({DOG: "inactive"}, {"watchdog": ("warn", None)}),
        ({DOG: None}, {"watchdog": ("warn", None)}),
    ],
)
def test_what_is_wrong_is_named_and_nothing_else(tmp_path, said, expected):
    assert wrong(look(machine(tmp_path, PI, said))) == expected


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ({"free": 10**7}, {"room": ("warn", Trouble.DISK_FULL)}),
        ({"files_free": 5}, {"room": ("warn", Trouble.DISK_FULL)}),
        ({"log_bytes": 2**30}, {"log": ("warn", None)}),
        ({"trying": True}, {"update": ("warn", None)}),
        ({"kept": Kept(BOOT, 266_412, 1_024_000, day=3 * 2**30)}, {"wear": ("warn", Trouble.DISK_WEARS)}),
        ({"kept": Kept(BOOT, 266_412, 1_024_000, day=2**30)}, {}),
        ({"kept": Kept(weak_boot=BOOT)}, {"power": ("warn", Trouble.POWER_WEAK)}),
        ({"kept": Kept(weak_boot="another boot")}, {}),
    ],
)
def test_what_is_known_besides(tmp_path, known, expected):
    assert wrong(look(machine(tmp_path, PI), shop(**known))) == expected


def test_where_things_are_tried_out_nothing_that_an_installer_sets_up_is_missed(tmp_path):
    said = {DOG: "inactive", MOUNT: f"{MOUNTS}\n{WRITTEN_ROOT}"}
    assert wrong(look(machine(tmp_path, PI, said), shop(installed=False))) == {}


def test_a_machine_that_says_nothing_is_not_called_ill(tmp_path):
    found = look(machine(tmp_path), shop(installed=False))
    assert wrong(found) == {}
    assert set(found) == {"room", "watchdog", "log", "program"}


JUNK = ["", " ", "\n", "junk", "-1", "0x", "0xzz", "é", "9" * 400, "1 2 3", "\0", "a - b", "x" * 3000, "1:1 - a b rw"]


@pytest.mark.parametrize("junk", JUNK)
@pytest.mark.parametrize("name", sorted({**PI, **EMMC}))
def test_whatever_a_file_says_the_look_goes_on(tmp_path, name, junk):
    found = look(machine(tmp_path, PI, EMMC, {name: junk}))
    assert {"room", "program"} <= set(found)


def test_what_puts_a_warning_into_the_kernels_log_is_read_by_doctor_alone(tmp_path):
    read = [name for reading in readings.WATCHED for name in reading.files]
    assert FIRMWARE not in read
    assert {found.check.name for found in readings.look(machine(tmp_path, PI), shop(), readings.WATCHED)} == set(
        look(machine(tmp_path, PI))
    ) - {"speed"}


def test_the_first_thing_to_do_is_the_first_trouble(tmp_path):
    found = readings.look(machine(tmp_path, PI, {HEAT: "90000", POWER: "1", FAULTS: "1"}), shop(free=0))
    assert readings.troubles(found) == (Trouble.DISK_FAILING, Trouble.DISK_FULL, Trouble.POWER_WEAK, Trouble.HOT)
    assert readings.troubles([]) == ()


def test_a_file_that_cannot_be_read_is_not_there(tmp_path):
    root = machine(tmp_path, {"sys/a/text": "well"})
    (tmp_path / "sys/b").mkdir()
    (tmp_path / "sys/b/text").mkdir()
    (tmp_path / "sys/c").symlink_to("nowhere")
    assert root.texts(("sys/*/text",)) == {"sys/a/text": "well"}
    assert root.texts(("sys/none/*",)) == {}
    assert root.leads_to("sys/c") == "nowhere"
    assert root.leads_to("sys/a") == root.leads_to("sys/d") == ""
    assert (root.has("sys/a"), root.has("sys/d")) == (True, False)


def test_no_file_is_too_long_and_none_is_waited_for(tmp_path):
    root = machine(tmp_path, {"sys/long": "x" * (TEXT_MAX + 5)})
    assert len(root.texts(("sys/long",))["sys/long"]) == TEXT_MAX


def test_the_log_is_as_large_as_its_files(tmp_path):
    folder = tmp_path / "var/log/journal/0123"
    folder.mkdir(parents=True)
    (folder / "system.journal").write_bytes(os.urandom(100_000))
    assert 100_000 <= Root(tmp_path).size("var/log/journal") < 150_000
    assert Root(tmp_path).size("run/log/journal") == 0


def test_this_machine_itself_is_looked_at(tmp_path):
    """Whatever it is: its own sysfs and proc, and a folder on it."""
    found = look(Root(), shop(state=tmp_path, installed=False))
    assert {"room", "uptime", "memory"} <= set(found)
    assert Root().texts((BOOT_FILE,))[BOOT_FILE]
