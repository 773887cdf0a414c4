"""Power, heat and memory: what sysfs and proc(5) say of the machine, graded. Pure.

A Raspberry Pi's kernel asks the firmware every two seconds whether the power is too weak, and says so in hwmon. Whether
it slows down stands in an older file alone, which puts a warning into the kernel's log when it is first read: so only
who asks doctor has it read, and the daemon does not.
"""

from terminal.care.found import About, Found, Reading, warn, well
from terminal.care.root import Texts
from terminal.core.care import Trouble

BOOT = "proc/sys/kernel/random/boot_id"
POWER = ("sys/class/hwmon/*/name", "sys/class/hwmon/*/in0_lcrit_alarm")
THROTTLED = "sys/devices/platform/soc/soc:firmware/get_throttled"
HEAT = "sys/class/thermal/thermal_zone*/temp"
MEMORY = "proc/meminfo"
UPTIME = "proc/uptime"

HOT_CELSIUS = 80
"""Here a Raspberry Pi begins to slow down."""
_CELSIUS = range(-40, 151)
"""Anything else is no temperature: a zone that is not connected."""
MEMORY_KB_MIN = 48 * 1024

_BITS = {1 << 0: "power too weak", 1 << 1: "capped", 1 << 2: "slowed down", 1 << 3: "warm"}
"""What the firmware says of now; higher bits are of the past."""

_SUPPLY = "use the power adapter that came with the terminal, and a cable of its own"


def is_weak(texts: Texts) -> bool | None:
    """Whether the power is too weak now; None when this machine does not say."""
    told = [texts.get(name.replace("/name", "/in0_lcrit_alarm")) for name, kind in texts.items() if kind == "rpi_volt"]
    alarms = [alarm == "1" for alarm in told if alarm]
    return any(alarms) if alarms else None


def _power(texts: Texts, about: About) -> Found | None:
    weak = is_weak(texts)
    if weak is None:
        return None
    if weak:
        return warn("power", "too weak now", _SUPPLY, Trouble.POWER_WEAK)
    if about.kept.weak_boot and about.kept.weak_boot == texts.get(BOOT):
        return warn("power", "was too weak since the last start", _SUPPLY, Trouble.POWER_WEAK)
    return well("power", "enough")


def _speed(texts: Texts, _: About) -> Found | None:
    try:
        bits = int(texts[THROTTLED], 16)
    except (KeyError, ValueError):
        return None
    now = [word for bit, word in _BITS.items() if bits & bit]
    if now:
        return warn("speed", f"the firmware says: {', '.join(now)}", "give it air, and the power adapter it came with")
    return well("speed", "full")


def _heat(texts: Texts, _: About) -> Found | None:
    degrees = [int(text) // 1000 for name, text in texts.items() if name.endswith("/temp") and _is_number(text)]
    real = [each for each in degrees if each in _CELSIUS]
    if not real:
        return None
    hottest, finding = max(real), f"{max(real)} degrees Celsius"
    if hottest < HOT_CELSIUS:
        return well("heat", finding)
    return warn("heat", finding, "give it air and keep it out of the sun: it slows down by itself", Trouble.HOT)


def _memory(texts: Texts, _: About) -> Found | None:
    kilobytes = dict(line.split(":", 1) for line in texts.get(MEMORY, "").splitlines() if ":" in line)
    available, total = (_leading(kilobytes.get(name, "")) for name in ("MemAvailable", "MemTotal"))
    if available is None or total is None:
        return None
    finding = f"{available // 1024} of {total // 1024} MB free"
    if available < MEMORY_KB_MIN:
        return warn(
            "memory", finding, "switch it off and on; if it comes back, tell the support line", Trouble.MEMORY_SHORT
        )
    return well("memory", finding)


def _uptime(texts: Texts, _: About) -> Found | None:
    seconds = uptime(texts)
    return None if seconds is None else well("uptime", f"{seconds // 86_400} days {seconds % 86_400 // 3600} hours")


def uptime(texts: Texts) -> int | None:
    """Seconds since the machine was switched on; None when it does not say."""
    return _leading(texts.get(UPTIME, "").partition(".")[0])


def _leading(text: str) -> int | None:
    """The number that a text begins with."""
    first = (text.split() or [""])[0]
    return int(first) if first.isascii() and first.isdigit() else None


def _is_number(text: str) -> bool:
    return text.isascii() and text.removeprefix("-").isdigit()


READINGS = (
    Reading((*POWER, BOOT), _power),
    Reading((HEAT,), _heat),
    Reading((MEMORY,), _memory),
    Reading((UPTIME,), _uptime),
)
ASKED = (Reading((THROTTLED,), _speed),)
"""For doctor alone."""
