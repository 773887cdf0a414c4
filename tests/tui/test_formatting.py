"""Money and time as they stand on the screen."""

from dataclasses import replace

import pytest

from contracts.wire.reasons import Reason
from contracts.wire.units import Cents, Timestamp
from terminal.link import Lamp
from terminal.tui.dutch import DUTCH
from terminal.tui.formatting import (
    clock,
    countdown,
    day_and_clock,
    money,
    money_back,
    short_countdown,
    short_day_and_clock,
    until,
)
from terminal.tui.look import Look
from terminal.tui.widgets.status import contact, devices, limit, queue
from tests.tui.moments import NOW, OFFLINE, ONLINE


@pytest.mark.parametrize(
    ("cents", "text"),
    [(0, "0,00"), (5, "0,05"), (12_50, "12,50"), (1_234_50, "1.234,50"), (2**32 - 1, "42.949.672,95")],
)
def test_money(cents, text):
    assert money(Cents(cents)) == f"€\u00a0{text}"


def test_money_that_went_back_is_negative():
    assert money_back(Cents(1_234_50)) == "€\u00a0-1.234,50"


def test_time_is_that_of_the_shop_in_winter_and_in_summer(monkeypatch):
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    assert clock(NOW) == "14:05"
    assert day_and_clock(NOW) == "24-11-2026  14:05"
    assert clock(Timestamp(1_782_907_200)) == "14:00"  # 1 July 2026, 12:00 UTC


def test_no_time_is_said_when_none_is_known():
    assert day_and_clock(Timestamp(0)) == "--:--"
    assert day_and_clock(Timestamp(2**40 - 1)).startswith("01-01-9999")


def test_another_day_is_named():
    assert until(Timestamp(NOW + 3600), NOW) == "15:05"
    assert until(Timestamp(NOW + 86_400), NOW) == "25-11 14:05"


@pytest.mark.parametrize(
    ("seconds", "text"), [(-5, "0:00:00"), (59, "0:00:59"), (9_300, "2:35:00"), (360_000, "100:00:00")]
)
def test_countdown(seconds, text):
    assert countdown(seconds) == text


@pytest.mark.parametrize(("seconds", "text"), [(-1, "0:00"), (9, "0:09"), (105, "1:45"), (6_000, "100:00")])
def test_short_countdown(seconds, text):
    assert short_countdown(seconds) == text


def test_a_sale_has_its_day_and_clock_when_they_are_known():
    assert [short_day_and_clock(moment) for moment in (NOW, Timestamp(0))] == ["24-11 14:05", ""]


@pytest.mark.parametrize(
    ("gateway", "chain", "text"),
    [(1, 1, "● Verbonden"), (0, 0, "○ Geen verbinding"), (1, 0, "◐ Contract niet"), (0, 1, "◐ Centrale niet")],
)
def test_contact_says_who_does_not_answer(gateway, chain, text):

    assert contact(replace(ONLINE, gateway=bool(gateway), chain=bool(chain)), Look()).startswith(text)


def test_f06_what_the_gateway_refuses_is_a_number_to_call_about():
    refusing = replace(ONLINE, attention=Reason.REQUEST_SIGNATURE)
    assert contact(refusing, Look("nl", support="050 123 45 67")) == "✗ Nummer 161   Hulp: 050 123 45 67"


def test_the_limit_is_said_when_it_matters():
    assert limit(ONLINE, DUTCH) == ""
    assert limit(OFFLINE, DUTCH) == "Betalen kan tot 16:40, nog 2:35:00"

    assert limit(replace(ONLINE, approves_until=Timestamp(0)), DUTCH) == "Betalen kan nu niet"
    assert limit(replace(OFFLINE, approves_until=NOW), DUTCH) == "Betalen kan nu niet"


def test_what_waits_is_counted():
    assert [queue(replace(ONLINE, waiting=count), DUTCH) for count in (0, 1, 2)] == [
        "Niets wacht",
        "1 wacht",
        "2 wachten",
    ]


def test_a_device_that_does_not_work_says_why():
    lamps = (Lamp("scanner", "lost"), Lamp("toetsen", "ready"), Lamp("bon", "asleep"))
    assert devices(lamps, DUTCH) == "✗\u00a0scanner los   ✓\u00a0toetsen   ✗\u00a0bon asleep"
    assert devices((), DUTCH) == "Geen scanner"
