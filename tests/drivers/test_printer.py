"""Receipt printers: what is sent, and that none of their faults reaches whoever prints."""

import asyncio
import os
import pty
import threading
import time

import pytest

from drivers import printer, registry
from drivers.base import DriverMisconfigured, DriverUnavailable, Status
from drivers.output import Code, Printer, Text
from drivers.printer import PAGES_MAX, compose
from tests.drivers.paper import PaperPrinter
from tests.drivers.pty_rig import PATIENCE
from tests.drivers.rigs import running

PAGE = (Text("shop-03", large=True), Text("Kindpakket            EUR 12,50"), Code("KR1" + "ABCD" * 93))
NETWORK = {"connection": "network", "address": "127.0.0.1:9"}


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(printer, "RETRY_SECONDS", 0.05)
    monkeypatch.setattr(printer, "WATCH_SECONDS", 0.2)
    monkeypatch.setattr(printer, "STEP_SECONDS", 1.5)


@pytest.fixture
def paper():
    with PaperPrinter() as made:
        yield made


def driver(**options):
    made = registry.make("printer", options, allow_simulators=False)
    assert isinstance(made, Printer)
    return made


def on(double):
    return driver(connection="network", address=double.address)


async def status(heard, wanted):
    """Wait until the newest status is this."""
    async with asyncio.timeout(PATIENCE):
        while heard.changes[-1].status is not wanted:  # noqa: ASYNC110 - Heard tells of events, not of answers
            await asyncio.sleep(0.01)


async def page_on(double, count=1):
    await asyncio.to_thread(double.wait_for, lambda: len(double.pages) >= count)


# What is sent


def test_a_page_is_text_code_and_a_cut():
    data = compose(PAGE)
    assert data.startswith(b"\x1b@")
    assert b"\x1b!0" in data  # double width and height
    assert data.index(b"shop-03\n") < data.index(b"EUR 12,50\n") < data.index(PAGE[2].text.encode())
    assert b"\x1d(kz\x01" + b"1P0" + b"KR1" in data  # 375 characters and three of the command: 378 is 0x17a
    assert b"\x1dV" in data


def test_a_printer_that_draws_no_codes_gets_a_picture():
    data = compose(PAGE, qr_image=True)
    assert b"\x1dv0" in data
    assert b"KR1" not in data


def test_a_name_is_no_command_to_the_printer():
    data = compose((Text("\x1bp\x00\x19\xfa\x1b@"),))
    assert data.count(b"\x1b@") == 1
    assert b"\x1bp" not in data  # it would open the drawer


def test_what_no_code_page_has_is_a_question_mark():
    assert b"? caf\x82\n" in compose((Text("\u6f22 caf\xe9"),))


# While it works


async def test_a_page_is_printed_soon_and_it_is_ready(paper):
    device = on(paper)
    async with running(device) as heard:
        await status(heard, Status.READY)
        assert device.print(PAGE)
        await page_on(paper)
    assert paper.pages == [compose(PAGE)]
    assert [change.status for change in heard.changes] == [Status.READY]
    assert paper.address in heard.changes[0].detail


async def test_pages_come_in_order(paper):
    device = on(paper)
    async with running(device) as heard:
        await status(heard, Status.READY)
        for number in range(5):
            assert device.print((Text(f"page {number}"),))
        await page_on(paper, 5)
    assert [b"page %d" % number in page for number, page in enumerate(paper.pages)] == [True] * 5


async def test_a_printer_that_tells_nothing_of_its_paper_prints(paper):
    paper.mood = "mute"
    device = on(paper)
    async with running(device) as heard:
        await status(heard, Status.READY)
        device.print(PAGE)
        await page_on(paper)


async def test_it_runs_again_after_it_was_cancelled(paper):
    device = on(paper)
    for count in (1, 2):
        async with running(device) as heard:
            await status(heard, Status.READY)
            device.print(PAGE)
            await page_on(paper, count)


# When it does not


async def test_f29_out_of_paper_is_said_and_the_page_waits_for_the_new_roll(paper):
    device = on(paper)
    async with running(device) as heard:
        await status(heard, Status.READY)
        paper.mood = "empty"
        device.print(PAGE)
        await status(heard, Status.NO_PAPER)
        assert "new roll" in heard.changes[-1].detail
        assert paper.pages == []
        paper.mood = "good"
        await page_on(paper)
        await status(heard, Status.READY)
    assert len(paper.pages) == 1


async def test_f29_a_printer_that_is_off_is_no_device_and_one_that_goes_is_lost():
    with PaperPrinter() as double:
        device = on(double)
        double.switch_off()
        async with running(device) as heard:
            assert heard.changes[0].status is Status.NO_DEVICE
    with PaperPrinter() as double:
        device = on(double)
        async with running(device) as heard:
            await status(heard, Status.READY)
            double.switch_off()
            await status(heard, Status.LOST)
            assert "power" in heard.changes[-1].detail


@pytest.mark.parametrize("mood", ["rude", "hangs"])
async def test_f29_one_that_hangs_up_or_hangs_is_lost_until_it_behaves(paper, mood):
    device = on(paper)
    async with running(device) as heard:
        await status(heard, Status.READY)
        paper.mood = mood
        began = time.monotonic()
        assert device.print(PAGE)
        assert time.monotonic() - began < printer.STEP_SECONDS
        await status(heard, Status.LOST)


async def test_f29_a_page_that_broke_off_is_not_printed_twice(paper):
    device = on(paper)
    async with running(device) as heard:
        await status(heard, Status.READY)
        paper.mood = "torn"
        device.print(PAGE)
        await status(heard, Status.LOST)
        paper.mood = "good"
        await status(heard, Status.READY)
        device.print((Text("the next one"),))
        await page_on(paper)
    assert [b"the next one" in page for page in paper.pages] == [True]


async def test_f29_old_pages_are_not_printed_when_it_comes_back(paper, monkeypatch):
    monkeypatch.setattr(printer, "PAGE_SECONDS", 0.2)
    device = on(paper)
    async with running(device) as heard:
        await status(heard, Status.READY)
        paper.mood = "empty"
        device.print(PAGE)
        await status(heard, Status.NO_PAPER)
        await asyncio.sleep(0.3)
        paper.mood = "good"
        await status(heard, Status.READY)
        device.print((Text("the next one"),))
        await page_on(paper)
    assert [b"the next one" in page for page in paper.pages] == [True]


async def test_f29_more_pages_than_wait_are_dropped_at_once():
    with PaperPrinter("hangs") as double:
        device = on(double)
        task = asyncio.create_task(device.run(lambda _: None))
        await asyncio.to_thread(double.wait_for, lambda: double.asked)
        taken = [device.print(PAGE) for _ in range(PAGES_MAX + 3)]
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert taken == [True] * PAGES_MAX + [False] * 3


async def test_f29_a_thread_that_never_comes_back_is_lost_and_holds_nothing_up(monkeypatch):
    monkeypatch.setattr(printer, "HANG_SECONDS", 0.1)

    flows = threading.Event()

    class Hanging:
        def __init__(self):
            flows.wait(PATIENCE)  # as a serial line without flow: the library waits for ever

    device = printer.EscposPrinter(Hanging, "printer")
    async with running(device) as heard:
        assert "hangs" in heard.changes[0].detail
        began = time.monotonic()
    assert time.monotonic() - began < PATIENCE / 2
    flows.set()


async def test_whatever_a_library_raises_is_a_status():
    def broken():
        raise AssertionError("libusb is not there")

    device = printer.EscposPrinter(broken, "printer")
    async with running(device) as heard:
        assert heard.changes[0].status is Status.NO_DEVICE
        assert "libusb is not there" in heard.changes[0].detail


# The other ways


def test_a_serial_printer(tmp_path):
    ours, theirs = pty.openpty()
    try:
        driver(connection="serial", address=os.ttyname(theirs), baud=19200).deliver((Text("over a line"),))
        sent = b""
        while b"over a line" not in sent:  # the timeout of the suite ends it
            sent += os.read(ours, 4096)
    finally:
        os.close(ours)
        os.close(theirs)


def test_a_device_file(tmp_path):
    path = tmp_path / "lp0"
    driver(connection="file", address=str(path)).deliver(PAGE)
    assert path.read_bytes() == compose(PAGE)


def test_printing_now_says_why_not(paper):
    paper.mood = "empty"
    with pytest.raises(DriverUnavailable, match="out of paper") as refused:
        on(paper).deliver(PAGE)
    assert refused.value.status is Status.NO_PAPER


# The configuration


@pytest.mark.parametrize(
    ("connection", "address"),
    [
        ("network", ""),
        ("network", "a host"),
        ("network", "host:port"),
        ("usb", "04b8"),
        ("usb", "04b8:0e1z"),
        ("serial", "ttyUSB0"),
        ("file", ""),
        ("bluetooth", "x"),
    ],
)
def test_an_address_that_cannot_be_one_is_named(connection, address):
    with pytest.raises(DriverMisconfigured, match="printer"):
        registry.make("printer", {"connection": connection, "address": address}, allow_simulators=False)


def test_a_missing_library_is_a_status_with_advice(monkeypatch):
    monkeypatch.setattr(printer, "find_spec", lambda name: None if name == "escpos" else object())
    with pytest.raises(DriverUnavailable, match="pip install") as missing:
        registry.make("printer", NETWORK, allow_simulators=False)
    assert missing.value.status is Status.NO_DEPENDENCY
