"""`make test-install`: a stock Debian becomes a terminal; verdict on the last line, exit 1 unless it is a pass."""

import signal
import sys
import tempfile
import time
from pathlib import Path
from types import FrameType

from contracts.wire.errors import Broken, Refused, TryAgain
from tests.hardware import image
from tests.hardware.debian import stick, system
from tests.hardware.debian.scenario import Install
from tests.hardware.debian.town import town

TOTAL_SECONDS = 2700

_begin = time.monotonic()


def main() -> int:
    """Play the machine's life once."""
    signal.signal(signal.SIGALRM, _too_late)
    signal.alarm(TOTAL_SECONDS)
    try:
        made = system.fresh(system.build())
        _say("built a stock Debian")
        carried = stick.make()
        _say("made a release")
    except (image.Lacking, Broken, TryAgain) as lacking:
        return _verdict(f"FAIL: {lacking}")
    with tempfile.TemporaryDirectory(prefix="kindpakket-") as folder, town(Path(folder)) as municipality:
        return _verdict(_play(Install(made, str(carried), municipality)))


def _play(life: Install) -> str:
    try:
        for step in life.steps():
            saw = step()
            _say(f"ok  {step.__name__.replace('_', ' ')}", saw)
    except (AssertionError, Refused, image.Lacking, OSError) as error:
        _say("the machine's last words:", life.last_words())
        return f"FAIL: {type(error).__name__}: {error}"
    finally:
        life.cut()
    return "PASS"


def _too_late(_signal: int, _frame: FrameType | None) -> None:
    raise TimeoutError(f"it takes longer than {TOTAL_SECONDS} s")


def _say(sentence: str, saw: str = "") -> None:
    lines = (f"{time.monotonic() - _begin:6.1f} s  {sentence}", *(f"          {line}" for line in saw.splitlines()))
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


def _verdict(sentence: str) -> int:
    _say(f"test-install: {sentence}")
    return 0 if sentence == "PASS" else 1


if __name__ == "__main__":
    sys.exit(main())
