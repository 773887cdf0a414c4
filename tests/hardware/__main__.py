"""`make test-hardware`: build, boot, play, and say the verdict on the last line. Exit 1 when it is not a pass."""

import signal
import sys
import time
from types import FrameType

from contracts.wire.errors import Refused
from tests.hardware import image
from tests.hardware.machine import Boot, Machine
from tests.hardware.scenario import Scenario

TOTAL_SECONDS = 540
"""Of everything but downloads; with the first download it stays under ten minutes."""

_begin = time.monotonic()


def main() -> int:
    """Play the scenario once."""
    signal.signal(signal.SIGALRM, _too_late)
    signal.alarm(TOTAL_SECONDS)
    try:
        kernel, initramfs = image.build()
        disk = image.blank_disk()
    except image.Lacking as lacking:
        return _verdict(f"FAIL: {lacking}")
    _say(f"built {initramfs.relative_to(image.ROOT)}")
    machine = Machine(Boot(kernel, initramfs, disk))
    try:
        with machine:
            _say("booted")
            for step in Scenario(machine).steps():
                saw = step()
                _say(f"ok  {step.__name__.replace('_', ' ')}", saw)
    except (AssertionError, Refused, image.Lacking, OSError) as error:
        _say("the guest's last words:", machine.complaints())
        return _verdict(f"FAIL: {type(error).__name__}: {error}")
    return _verdict("PASS")


def _too_late(_signal: int, _frame: FrameType | None) -> None:
    raise TimeoutError(f"it takes longer than {TOTAL_SECONDS} s")


def _say(sentence: str, saw: str = "") -> None:
    lines = (f"{time.monotonic() - _begin:6.1f} s  {sentence}", *(f"          {line}" for line in saw.splitlines()))
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


def _verdict(sentence: str) -> int:
    _say(f"test-hardware: {sentence}")
    return 0 if sentence == "PASS" else 1


sys.exit(main())
