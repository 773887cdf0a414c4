"""What a shopkeeper hears of a sale, from the real daemon."""

import time

import pytest

from drivers.tones import PATTERNS
from terminal.core.screen import Stage
from tests.terminal.till import PATIENCE, Till, code, sell


@pytest.fixture
def till(tmp_path):
    made = Till(tmp_path / "till")
    made.know()
    made.config.write_text(
        made.config.read_text()
        + f"""
[[devices]]
name = "zoemer"
driver = "simulated-signal"
options = {{ file = "{made.folder / "heard"}" }}
"""
    )
    return made


def heard(till, *tones):
    """Wait until just these tones were played."""
    wanted = [pitch for tone in tones for beat in PATTERNS[tone] for pitch in (beat.hertz, 0)]
    deadline, path = time.monotonic() + PATIENCE, till.folder / "heard"
    found: list[int] = []
    while found != wanted and time.monotonic() < deadline:
        time.sleep(0.02)  # a file has no event
        found = [int(line) for line in path.read_text().split()] if path.exists() else []
    assert found == wanted


def ready(screen):
    return ("zoemer", "ready") in [(lamp.name, lamp.status) for lamp in screen.status.devices]


def test_a_scan_an_approval_and_a_refusal_are_heard(till):
    with till.start() as running, running.screen() as glass:
        glass.until(ready)
        running.scan(code(1))
        glass.until(Stage.AMOUNT)
        heard(till, "scanned")
        running.keys("1", "0", "0", "confirm")
        glass.until(Stage.APPROVED)
        heard(till, "scanned", "approved")
        running.scan("8712345678906")
        running.scan(code(99))
        glass.until(Stage.REFUSED)
        heard(till, "scanned", "approved", "refused")


def test_a_buzzer_that_is_not_there_changes_nothing(till):
    till.config.write_text(till.config.read_text().replace("/heard", "/nowhere/heard"))
    with till.start() as running, running.screen() as glass:
        assert sell(running, glass).stage is Stage.APPROVED
        glass.until(lambda screen: ("zoemer", "no device") in [(d.name, d.status) for d in screen.status.devices])
        assert running.stop() == 0
