"""The demo as people start it: the scripted day by its command, and the window by its keys."""

import asyncio
import json
import subprocess
import sys
import time

import httpx
import pytest
from coincurve import PrivateKey

from contracts.wire import passcode, typed_data
from contracts.wire.passcode import StaticCode
from contracts.wire.signature import address_of, sign
from contracts.wire.units import Cents, Timestamp, to_hex
from provisioning import cli
from provisioning.demo import plot
from provisioning.demo.setting import Setting
from provisioning.demo.window import Window
from terminal.core.screen import EntryState, Stage
from terminal.link import Screen
from terminal.tui.counter import CounterView

PATIENCE = 420
"""Seconds; a quiet machine needs a quarter of it."""

pytestmark = pytest.mark.timeout(PATIENCE + 30)

COUNTER_REFUSALS = 31
"""Every refusal that a counter can meet without its storage breaking, one of each kind."""


def test_the_scripted_day_ends_with_a_difference_of_zero(tmp_path):
    report = tmp_path / "day.json"
    command = [sys.executable, "-m", "provisioning.cli", "demo", "--scripted", "--folder", str(tmp_path / "town")]
    played = subprocess.run(
        [*command, "--report", str(report)], check=False, capture_output=True, text=True, timeout=PATIENCE
    )
    assert played.returncode == 0, played.stdout + played.stderr
    assert played.stdout.splitlines()[-1] == "difference 0"
    books = json.loads(report.read_text())
    assert books["approved"] == books["settled"] >= 30
    assert books["approved_cents"] == books["credited_cents"]
    assert (books["rejected"], books["difference_cents"], books["contradictions"]) == (0, 0, [])
    assert books["drawn"] > 0
    assert books["scans"] >= 30
    assert len(books["refusals"]) == COUNTER_REFUSALS
    assert books["refunds"] > 0
    assert books["lost_cents"] == books["compensated_cents"] > 0
    for rule in (
        "asked first",
        "on a phone",
        "for the day",
        "bicycles",
        "a second municipality",
        "handed over",
        "taken back",
        "lost pass",
        "retires",
        "gas",
        "on the desk",
    ):
        assert rule in played.stdout


def test_a_folder_that_is_not_empty_is_refused_and_stays_as_it_is(tmp_path):
    (tmp_path / "letter.txt").write_text("mine")
    command = [sys.executable, "-m", "provisioning.cli", "demo", "--scripted", "--folder", str(tmp_path)]
    refused = subprocess.run(command, check=False, capture_output=True, text=True, timeout=PATIENCE)
    assert refused.returncode == 1
    assert "not empty" in refused.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_a_folder_that_cannot_be_made_is_said_in_a_sentence(tmp_path, capsys):
    (tmp_path / "letter.txt").touch()
    assert cli.main(["demo", "--scripted", "--folder", str(tmp_path / "letter.txt" / "town")]) == 1
    assert "cannot be made" in capsys.readouterr().err


def hold_up(setting, page):
    """What the family's page does when its one button is pressed, with the pass that its address brought."""
    portal, code = page.split("/pass/#")
    assert "Your pass" in httpx.get(f"{portal}/pass/", headers={"Accept-Language": "en"}).text
    static = passcode.parse(code, plot.NETWORK)
    assert isinstance(static, StaticCode)
    domain, key = setting.town.deployment.domain, PrivateKey(static.private_key())
    body = json.dumps({"code": setting.phone_code("two-programmes", plot.KIND, Cents(20_00))}).encode()
    holder, now = address_of(key), Timestamp(int(time.time()))
    signature = sign(key, typed_data.request(domain, holder, "POST", "/pass/api/hold", body, now))
    signed = {"X-Pass": to_hex(holder), "X-Time": str(now), "X-Signature": to_hex(signature)}
    answer = httpx.post(f"{portal}/pass/api/hold", content=body, headers=signed)
    assert answer.status_code == 200, answer.text


class WatchedWindow(Window):
    """Remembers what the counter was told to show."""

    shown: Screen | None = None

    def on_mount(self) -> None:
        counter = self.query_one(CounterView)
        show = counter.update

        def update(screen: Screen | None) -> None:
            self.shown = screen
            show(screen)

        counter.update = update  # type: ignore[method-assign]  # a spy, not a stub: the widget is shown all the same


async def test_a_person_sells_in_the_window_and_sees_it_paid(tmp_path):
    setting = Setting(tmp_path, "en")
    window = WatchedWindow(setting, "en")
    async with window.run_test(size=(140, 40)) as pilot:

        async def until(wanted):
            for _ in range(PATIENCE * 10):
                if window.shown and wanted(window.shown):
                    return
                await pilot.pause(0.1)
            raise AssertionError(f"the window shows {window.shown}")

        await until(lambda screen: screen.status.approves_until > 0)
        await pilot.press("f1")
        await until(lambda screen: screen.stage is Stage.AMOUNT)
        for key in "1250":
            await pilot.press(key)
            await pilot.pause(0.1)
        await until(lambda screen: screen.amount == 1250)
        await pilot.press("enter")
        await until(lambda screen: screen.stage is Stage.APPROVED)
        await until(lambda screen: screen.recent[0].state is EntryState.PAID)
        pages = list[str]()
        window.open_url = pages.append  # type: ignore[method-assign,assignment]  # a test opens no browser
        await pilot.press("ctrl+p")
        await asyncio.to_thread(hold_up, setting, *pages)
        await until(lambda screen: screen.stage is Stage.AMOUNT)
        await pilot.press("ctrl+n")
        await until(lambda screen: not screen.status.chain)
