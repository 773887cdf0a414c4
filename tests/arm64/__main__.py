"""`make arm64`: a Raspberry Pi's Python and wheels, here. The verdict is on the last line; exit 1 for no pass.

The wheels of a release are gathered for every terminal that there is. Then the daemon runs in Debian 12's Python for
arm64, and in Debian 13's, each instruction translated by qemu: it sells what a simulated scanner reads, and the chain
pays.
"""

import shutil
import sys
import tempfile
from pathlib import Path

from contracts.wire.errors import Broken, TryAgain
from provisioning.release import evdev, wheels
from provisioning.release.wheels import Target
from terminal.core.screen import Stage
from tests.arm64.debian import CACHE, Debian, check_tools
from tests.end_to_end.street import Street, opened
from tests.end_to_end.test_sale_to_paid import open_for_business, sell_when_able, until_settled
from tests.hardware.tools import ROOT, Lacking
from tests.hardware.verdict import limit, say, verdict
from tests.terminal import till

TOTAL_SECONDS = 240
"""With the downloads."""
PATIENCE = 60.0
"""A program takes about eight times as long here as its machine would take."""

DEBIANS = tuple(Debian(name, Target("aarch64", python)) for name, python in (("bookworm", "3.11"), ("trixie", "3.13")))
LOADED = "coincurve, Crypto.Hash.keccak, evdev._uinput, pydantic, PIL.Image, serial, pyudev, textual, yaml, zxingcpp"
"""Whatever has machine code, and what the devices need."""
TELL = f"import platform, {LOADED}; print(platform.machine(), platform.python_version())"


def main() -> int:
    """Gather, unpack, sell."""
    limit(TOTAL_SECONDS)
    till.PATIENCE = PATIENCE
    try:
        check_tools()
        lock = _gather(CACHE / "wheels")
        with tempfile.TemporaryDirectory() as folder, opened(Path(folder)) as street:
            for number, debian in enumerate(DEBIANS, start=1):
                debian.install(lock, CACHE / "wheels")
                say(f"{debian.name} for arm64 loads {LOADED}: {debian.ask(TELL)}")
                _sell(street, debian, number)
    except (AssertionError, Broken, TryAgain, Lacking, OSError) as error:
        return _verdict(f"FAIL: {type(error).__name__}: {error}")
    return _verdict("PASS")


def _gather(folder: Path) -> str:
    """The wheels, of which what is made here comes out the same when it is made again. The lock's text."""
    shutil.rmtree(folder, ignore_errors=True)
    lock = wheels.collect(ROOT / "provisioning" / "lock" / "terminal.txt", wheels.TARGETS, folder)
    source = next(package for package in wheels.packages(lock) if package.requirement.name == "evdev")
    with tempfile.TemporaryDirectory() as other:
        again = evdev.build(source.unmarked, "aarch64", Path(other))
        assert again.read_bytes() == (folder / again.name).read_bytes(), "evdev's wheel differs when it is made again"
    say(f"{len(list(folder.glob('*.whl')))} wheels for {', '.join(f'{t.machine} {t.python}' for t in wheels.TARGETS)}")
    return lock


def _sell(street: Street, debian: Debian, family: int) -> None:
    """The same terminal goes on in the next Debian, as after an upgrade."""
    street.till.interpreter = debian.python()
    before = street.credit()
    with street.till.start(environment=debian.environment) as running, running.screen() as glass:
        say(f"{debian.name}: the daemon is ready")
        open_for_business(glass)
        screen = sell_when_able(running, glass, family)
        assert screen.stage is Stage.APPROVED, f"not approved: {screen}"
        until_settled(glass)
        assert running.stop() == 0, running.stderr()
    assert street.credit() - before == 12_50
    say(f"{debian.name}: a scan was sold, settled and owed to the shop")


def _verdict(sentence: str) -> int:
    return verdict("arm64", sentence)


sys.exit(main())
