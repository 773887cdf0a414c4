"""The serial scanner on real pty pairs: found, read to the last byte, pulled out and put back."""

import errno
import random
import sys
import termios

import pytest
import serial
from serial.tools.list_ports_common import ListPortInfo

from drivers import registry, serial_scanner
from drivers.base import Changed, DriverMisconfigured, Scan, Status
from drivers.registry import Kind
from tests.drivers.pty_rig import PtyRig
from tests.drivers.rigs import running

CODE = "KP1ABCDEFGH0123456789"
GM65 = (0x1A86, 0x7523)


@pytest.fixture(autouse=True)
def soon(monkeypatch):
    monkeypatch.setattr(serial_scanner, "_RETRY_SECONDS", 0.01)


@pytest.fixture
def plugged(tmp_path):
    """Makes scanners, and takes them away again."""
    rigs = []

    def make(name="usb-scanner"):
        rigs.append(PtyRig(tmp_path, name))
        return rigs[-1]

    yield make
    for rig in rigs:
        rig.close()


@pytest.fixture
def ports(monkeypatch):
    """The serial ports of the machine, as the kernel's sysfs would list them."""
    listed: list[ListPortInfo] = []
    monkeypatch.setattr(serial_scanner, "comports", lambda: list(listed))
    return listed


def port(device, usb=GM65):
    made = ListPortInfo(device)
    made.vid, made.pid = usb or (None, None)
    made.product = "USB Serial"
    return made


def texts(heard):
    return [event.text for event in heard.events if isinstance(event, Scan)]


def make(device, **options):
    return registry.make("serial-scanner", {"device": str(device), **options}, allow_simulators=False)


async def test_f22_no_byte_is_lost_however_the_stream_is_cut(plugged):
    chance = random.Random(22)
    codes = [f"KP1{number:06}{'X' * chance.randrange(120)}" for number in range(150)]
    stream = "".join(code + chance.choice(["\r", "\n", "\r\n", "\t"]) for code in codes).encode()
    rig = plugged()
    async with running(make(rig.link)) as heard:
        while stream:
            cut = chance.choice([1, 2, 7, 64, 600])
            await rig.write(stream[:cut])
            stream = stream[cut:]
        await heard.count(1 + len(codes))
    assert texts(heard) == codes


async def test_every_byte_comes_through_the_line_as_it_was_sent(plugged):
    """XON, XOFF, interrupt and end-of-file mean something to a terminal line that is not raw."""
    junk = bytes(byte for byte in range(256) if byte not in b"\r\n\t")
    rig = plugged()
    async with running(make(rig.link)) as heard:
        await rig.write(junk + b"\r")
        await heard.count(2)
    assert texts(heard) == [junk.decode("latin-1")]


async def test_f24_a_scanner_that_comes_back_as_another_device_is_read_again(plugged):
    rig = plugged()
    async with running(make(rig.link)) as heard:
        before = rig.port
        await rig.unplug()
        plugged("takes-the-old-number")
        await rig.plug()
        assert rig.port != before
        await heard.count(3)
        await rig.scan(CODE)
        await heard.count(4)
    assert texts(heard) == [CODE]


async def test_f24_half_a_code_is_forgotten_when_the_scanner_is_pulled_out(plugged):
    rig = plugged()
    async with running(make(rig.link)) as heard:
        await rig.write(CODE[:7].encode())
        await rig.unplug()
        await rig.plug()
        await heard.count(3)
        await rig.scan(CODE)
        await heard.count(4)
    assert texts(heard) == [CODE]


async def test_a_scanner_that_is_not_there_yet_is_waited_for_and_said_once(plugged, tmp_path):
    async with running(make(tmp_path / "usb-scanner")) as heard:
        assert heard.changes[0].status is Status.NO_DEVICE
        assert "not plugged in" in heard.changes[0].detail
        plugged()
        await heard.count(2)
    assert [change.status for change in heard.changes] == [Status.NO_DEVICE, Status.READY]


async def test_f24_a_scanner_is_found_by_what_it_is_in_whatever_port(plugged, ports):
    rig = plugged()
    ports.append(port(plugged("another").port, usb=(0x0403, 0x6001)))
    ports.append(port("/dev/ttyS0", usb=None))
    ports.append(port(rig.port))
    async with running(make("1a86:7523")) as heard:
        await rig.scan(CODE)
        await heard.count(2)
        ports.pop()
        await rig.unplug()
        await heard.count(3)
        await rig.plug()
        ports.append(port(rig.port))
        await heard.count(4)
        await rig.scan(CODE)
        await heard.count(5)
    assert [change.status for change in heard.changes] == [Status.READY, Status.LOST, Status.READY]
    assert texts(heard) == [CODE, CODE]


async def test_f25_two_scanners_of_one_model_are_both_read(plugged, ports):
    one, two = plugged("one"), plugged("two")
    ports.append(port(one.port))
    ports.append(port(two.port))
    async with running(make("1a86:7523")) as first, running(make("1a86:7523")) as second:
        await one.scan("KP1ONE")
        await two.scan("KP1TWO")
        await first.count(2)
        await second.count(2)
    assert sorted(texts(first) + texts(second)) == ["KP1ONE", "KP1TWO"]


async def test_f20_nobody_else_reads_along_and_a_device_in_use_is_said_so(plugged):
    rig = plugged()
    with serial.Serial(str(rig.link), exclusive=True) as other:
        async with running(make(rig.link)) as heard:
            assert heard.changes[0].status is Status.NO_DEVICE
            assert "in use by another program" in heard.changes[0].detail
            other.close()
            await heard.count(2)
            with pytest.raises(OSError, match="lock"):
                serial.Serial(str(rig.link), exclusive=True)
    with serial.Serial(str(rig.link), exclusive=True) as freed:
        assert freed.is_open


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (PermissionError(errno.EACCES, "no"), "group dialout"),
        (termios.error(errno.EIO, "gone"), "not plugged in"),
        (serial.SerialException("odd"), "odd"),
    ],
)
async def test_what_cannot_be_opened_is_a_missing_device_with_what_to_do(fault, said, monkeypatch):
    def refuse(*_, **__):
        raise fault

    monkeypatch.setattr(serial.Serial, "open", refuse)
    async with running(make("/dev/ttyUSB9")) as heard:
        assert heard.changes[0].status is Status.NO_DEVICE
        assert said in heard.changes[0].detail


@pytest.mark.parametrize("device", ["", "ttyUSB0", "1A86:7523", "1a86:7523:x", "/dev/\0", "/"])
def test_a_device_that_is_neither_path_nor_usb_id_is_refused(device):
    with pytest.raises(DriverMisconfigured, match="vendor:product"):
        make(device)


@pytest.mark.parametrize("baud", [0, -9600, 9601])
def test_a_baud_rate_that_does_not_exist_is_refused(baud):
    with pytest.raises(DriverMisconfigured, match=f"no baud rate {baud}"):
        make("/dev/ttyUSB0", baud=baud)


async def test_the_line_runs_at_the_rate_that_was_asked_for(plugged):
    rig = plugged()
    async with running(make(rig.link, baud=115200)) as heard:
        assert "115200" in heard.changes[0].detail
        assert termios.tcgetattr(rig._line)[4:6] == [termios.B115200, termios.B115200]


async def test_f21_what_the_scanner_puts_around_a_code_is_taken_off(plugged):
    rig = plugged()
    async with running(make(rig.link, prefix="<", suffix=">")) as heard:
        await rig.scan(f"<]Q1{CODE}>")
        await heard.count(2)
    assert texts(heard) == [CODE]


def test_it_is_looked_for_without_being_opened(plugged, ports, monkeypatch):
    rig = plugged()
    ports.append(port(rig.port))
    monkeypatch.delattr(serial.Serial, "open")
    for device in (rig.link, "1a86:7523"):
        assert make(device).look() == Changed(Status.READY, f"{rig.link if device is rig.link else rig.port} is there")
    for device in (rig.link.with_name("another"), "0403:6001"):
        seen = make(device).look()
        assert seen.status is Status.NO_DEVICE
        assert "plug it in" in seen.detail
    monkeypatch.setattr("os.access", lambda *_: False)
    assert "group dialout" in make(rig.link).look().detail


def test_f25_the_ports_that_are_here_are_candidates_by_the_name_that_stays(plugged, ports, tmp_path, monkeypatch):
    monkeypatch.setattr(serial_scanner, "BY_ID", tmp_path)
    (tmp_path / "consoles").write_text("ttyS0                -W- (EC p a)    4:64\n")
    monkeypatch.setattr(serial_scanner, "_CONSOLES", tmp_path / "consoles")
    rig = plugged()
    for device in (rig.port, "/dev/ttyAMA0", "/dev/ttyS0"):
        ports.append(port(device))
    found = registry.candidates(Kind.SCANNER)
    mine = [each for each in found if each.driver == "serial-scanner"]
    assert [each.options["device"] for each in mine] == [str(rig.link), "/dev/ttyAMA0"]
    for each in mine:
        for variant in ({}, *each.variants):
            registry.make(each.driver, {**each.options, **variant}, allow_simulators=False)


def test_a_machine_without_pyserial_has_no_serial_candidates(monkeypatch):
    monkeypatch.setitem(sys.modules, "drivers.serial_scanner", None)
    assert all(each.driver != "serial-scanner" for each in registry.candidates(Kind.SCANNER))


@pytest.mark.parametrize("ending", ["\r", "\n", "\t"])
async def test_whoever_sets_it_up_hears_what_ends_its_codes(plugged, ending):
    rig = plugged()
    async with running(make(rig.link)) as heard:
        await rig.write(f"{CODE}{ending}".encode())
        await rig.send(CODE.encode())
        assert [event.ended_by for event in await heard.count(3) if isinstance(event, Scan)] == [ending, ""]
