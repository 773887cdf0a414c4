"""The counter's screen as the process that it is: killed in a sale, started again, or two at once."""

import os
import pty
import re
import select
import subprocess
import sys
import time
from fcntl import ioctl
from struct import pack
from termios import TIOCSWINSZ

import pytest

from terminal.core.screen import Stage
from tests.terminal.till import PATIENCE, ROOT, Till, code

COLUMNS, LINES = 100, 30
CONTROL = re.compile(rb"\x1b(\[[0-9;?<>=]*[ -/]*[@-~]|[PX^_\]].*?(\x1b\\|\x07)|[@-Z\\-_])", re.DOTALL)


class Shown:
    """`kindpakket terminal ui` in a console of its own."""

    def __init__(self, till):
        self._console, inside = pty.openpty()
        ioctl(inside, TIOCSWINSZ, pack("HHHH", LINES, COLUMNS, 0, 0))
        words = ("-m", "provisioning.cli", "terminal", "ui", "--config", str(till.config))
        environment = {**os.environ, "TERM": "xterm-256color"}
        self.process = subprocess.Popen(
            [sys.executable, *words], stdin=inside, stdout=inside, stderr=inside, cwd=ROOT, env=environment
        )
        os.close(inside)
        self._written = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()
        os.close(self._console)

    def kill(self):
        self.process.kill()
        self.process.wait(PATIENCE)

    def until(self, words):
        """These words were drawn since it was asked before."""
        deadline = time.monotonic() + PATIENCE
        while words not in (drawn := CONTROL.sub(b"", self._written).decode(errors="replace")):
            assert select.select([self._console], [], [], deadline - time.monotonic())[0], drawn[-2000:]
            self._written += os.read(self._console, 65_536)
        self._written = b""


@pytest.fixture
def till(tmp_path):
    made = Till(tmp_path / "till")
    made.know()
    return made


def test_f30_the_screen_is_killed_in_a_sale_which_goes_on_and_the_next_one_shows_it(till):
    with till.start() as running, running.screen() as glass:
        with Shown(till) as screen:
            screen.until("Houd de QR-code")
            running.scan(code(1))
            screen.until("Kindpakket")
            running.keys("1", "2")
            glass.until(lambda seen: seen.amount == 12)
            screen.kill()
        running.keys("5", "0")
        assert glass.until(lambda seen: seen.amount == 12_50).stage is Stage.AMOUNT
        with Shown(till) as screen, Shown(till) as other:
            screen.until("Kindpakket")
            other.until("Kindpakket")
            running.keys("confirm")
            assert glass.until(Stage.APPROVED).amount == 12_50
            screen.until("Boeking 1: wacht")
            other.until("Boeking 1: wacht")
