"""How a machine's life is told: each step when it ended, at which second, and the verdict on the last line."""

import signal
import sys
import time
from collections.abc import Callable, Iterable
from types import FrameType

_begin = time.monotonic()


def limit(seconds: int) -> None:
    """Raise TimeoutError, wherever it is then, once it takes longer."""

    def too_late(_signal: int, _frame: FrameType | None) -> None:
        raise TimeoutError(f"it takes longer than {seconds} s")

    signal.signal(signal.SIGALRM, too_late)
    signal.alarm(seconds)


def say(sentence: str, saw: str = "") -> None:
    """A line with its second, and below it what was seen."""
    lines = (f"{time.monotonic() - _begin:6.1f} s  {sentence}", *(f"          {line}" for line in saw.splitlines()))
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


def play(steps: Iterable[Callable[[], str]]) -> None:
    """Take the steps, and tell each."""
    for step in steps:
        saw = step()
        say(f"ok  {step.__name__.replace('_', ' ')}", saw)


def verdict(target: str, sentence: str) -> int:
    """The last line, and the exit code: 0 for PASS alone."""
    say(f"{target}: {sentence}")
    return 0 if sentence == "PASS" else 1
