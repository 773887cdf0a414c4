"""`make test-install`: a stock Debian becomes a terminal; verdict on the last line, exit 1 unless it is a pass."""

import sys
import tempfile
from pathlib import Path

from contracts.wire.errors import Broken, Refused, TryAgain
from tests.hardware.debian import stick, system
from tests.hardware.debian.scenario import Install
from tests.hardware.debian.town import town
from tests.hardware.tools import Lacking
from tests.hardware.verdict import limit, play, say, verdict

TOTAL_SECONDS = 7200 if system.LONG else 2700


def main() -> int:
    """Play the machine's life once."""
    limit(TOTAL_SECONDS)
    try:
        made = system.fresh(system.build())
        say("built a stock Debian")
        carried = stick.make()
        say("made a release")
    except (Lacking, Broken, TryAgain) as lacking:
        return _verdict(f"FAIL: {lacking}")
    with tempfile.TemporaryDirectory(prefix="kindpakket-") as folder, town(Path(folder)) as municipality:
        return _verdict(_play(Install(made, str(carried), municipality)))


def _play(life: Install) -> str:
    try:
        play(life.steps())
    except (AssertionError, Refused, Lacking, OSError) as error:
        say("the machine's last words:", life.last_words())
        return f"FAIL: {type(error).__name__}: {error}"
    finally:
        life.cut()
    return "PASS"


def _verdict(sentence: str) -> int:
    return verdict("test-install", sentence)


if __name__ == "__main__":
    sys.exit(main())
