"""`make test-hardware`: build, boot, play, and say the verdict on the last line. Exit 1 when it is not a pass."""

import sys

from contracts.wire.errors import Refused
from tests.hardware import image
from tests.hardware.machine import Boot, Machine
from tests.hardware.scenario import Scenario
from tests.hardware.tools import ROOT, Lacking
from tests.hardware.verdict import limit, play, say, verdict

TOTAL_SECONDS = 540
"""Of everything but downloads; with the first download it stays under ten minutes."""


def main() -> int:
    """Play the scenario once."""
    limit(TOTAL_SECONDS)
    try:
        kernel, initramfs = image.build()
        disk = image.blank_disk()
    except Lacking as lacking:
        return _verdict(f"FAIL: {lacking}")
    say(f"built {initramfs.relative_to(ROOT)}")
    machine = Machine(Boot(kernel, initramfs, disk))
    try:
        with machine:
            say("booted")
            play(Scenario(machine).steps())
    except (AssertionError, Refused, Lacking, OSError) as error:
        say("the guest's last words:", machine.complaints())
        return _verdict(f"FAIL: {type(error).__name__}: {error}")
    return _verdict("PASS")


def _verdict(sentence: str) -> int:
    return verdict("test-hardware", sentence)


sys.exit(main())
