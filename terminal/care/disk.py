"""The journal's disk: room, faults, and how fast it wears. Pure."""

from terminal.care.board import BOOT, uptime
from terminal.care.board import UPTIME as UPTIME_FILE
from terminal.care.found import About, Found, Reading, fail, warn, well
from terminal.care.kept import DAY_SECONDS, Seen
from terminal.care.mounts import DEVICES, MOUNTS, disk_of, mount_of
from terminal.care.root import Texts
from terminal.core.care import Trouble

FREE_BYTES_MIN = 50 * 2**20
FILES_FREE_MIN = 100
DAY_BYTES_MAX = 2 * 2**30
"""A day. A card of 32 GB bears about 10 TB as a terminal writes, and so ten years of half of it."""
MEASURED_SECONDS_MIN = 3600
"""Before that a day cannot be told from a start."""
WORN_MIN = 9
"""Tenths of its life that an eMMC has used up."""

STAT = "sys/block/*/stat"
ERRORS = "sys/fs/ext4/*/errors_count"
LIFE = ("sys/block/*/device/life_time", "sys/block/*/device/pre_eol_info")

_ADVICE_CARD = "order a new card; before the old one is taken out: kindpakket terminal journal export"
_SECTORS_WRITTEN = 6
"""The field of sysfs's block/*/stat."""


def counters(texts: Texts, about: About) -> Seen | None:
    """What is written to the journal's disk so far; None when the machine does not say."""
    mount = mount_of(texts, about.state)
    disk = disk_of(texts, mount.device) if mount else None
    fields = texts.get(f"sys/block/{disk.whole}/stat", "").split() if disk else []
    up = uptime(texts)
    if up is None or len(fields) <= _SECTORS_WRITTEN or not fields[_SECTORS_WRITTEN].isdigit():
        return None
    return Seen(texts.get(BOOT, ""), up, int(fields[_SECTORS_WRITTEN]))


COUNTED = (MOUNTS, *DEVICES, STAT, BOOT, UPTIME_FILE)
"""What `counters` reads."""


def _state(texts: Texts, about: About) -> Found | None:
    mount = mount_of(texts, about.state)
    if mount is None:
        return None
    if mount.read_only:
        advice = "switch it off and on; if it stays so, the card is broken: its journal can still be exported"
        return fail("disk", f"{mount.kind}, read-only", advice, Trouble.DISK_READ_ONLY)
    disk = disk_of(texts, mount.device)
    faults = texts.get(f"sys/fs/ext4/{disk.part}/errors_count", "0") if disk else "0"
    if faults != "0":
        return fail("disk", f"{mount.kind}, {faults} faults", _ADVICE_CARD, Trouble.DISK_FAILING)
    return well("disk", f"{mount.kind}, no faults")


def _room(_: Texts, about: About) -> Found:
    finding = f"{about.free // 2**20} MB free"
    if about.free >= FREE_BYTES_MIN and about.files_free >= FILES_FREE_MIN:
        return well("room", finding)
    advice = "free space on the disk: kindpakket terminal doctor names what journald keeps"
    return warn("room", finding, advice, Trouble.DISK_FULL)


def _wear(texts: Texts, about: About) -> Found | None:
    """By the last whole day; before there was one, what it would come to is said, and not yet judged."""
    seen = counters(texts, about)
    if seen is None:
        return None
    kept = about.kept.at(seen)
    if kept.day > DAY_BYTES_MAX:
        advice = "see what writes so much: journalctl, or a program that is none of ours"
        return warn("wear", f"{_megabytes(kept.day)} MB written in a day", advice, Trouble.DISK_WEARS)
    if kept.day:
        return well("wear", f"{_megabytes(kept.day)} MB written in a day")
    if kept.seconds < MEASURED_SECONDS_MIN:
        return well("wear", "not measured for long enough yet")
    return well(
        "wear", f"{_megabytes(kept.bytes * DAY_SECONDS // kept.seconds)} MB written in a day, as it looks so far"
    )


def _megabytes(count: int) -> int:
    return -(-count // 2**20)


def _life(texts: Texts, about: About) -> Found | None:
    """What an eMMC says of its life: the tenths used of each kind of cell, and a last warning. Cards say nothing."""
    mount = mount_of(texts, about.state)
    disk = disk_of(texts, mount.device) if mount else None
    folder = f"sys/block/{disk.whole}/device" if disk else ""
    tenths = [int(word, 16) for word in texts.get(f"{folder}/life_time", "").split() if _is_hex(word)]
    if not any(tenths):
        return None
    finding = f"up to {max(tenths) * 10} % of its life used"
    urgent = texts.get(f"{folder}/pre_eol_info", "0x01") not in {"0x00", "0x01"}
    if urgent or max(tenths) > WORN_MIN:
        return fail("life", finding, _ADVICE_CARD, Trouble.DISK_FAILING)
    return well("life", finding)


def _is_hex(word: str) -> bool:
    return word.startswith("0x") and len(word) == 4 and all(digit in "0123456789abcdefABCDEF" for digit in word[2:])


READINGS = (
    Reading((MOUNTS, *DEVICES, ERRORS), _state),
    Reading((), _room),
    Reading(COUNTED, _wear),
    Reading((MOUNTS, *DEVICES, *LIFE), _life),
)
