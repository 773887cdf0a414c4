"""The script of the simulators: what it refuses, and what is its own."""

import asyncio
import json

import pytest

from drivers import simulated
from drivers.base import KeyPress, Oversized, Scan, Status
from tests.drivers.rigs import SimulatedRig, running


@pytest.fixture
def rig(tmp_path):
    return SimulatedRig(tmp_path)


@pytest.fixture
async def scanner(rig):
    async with running(simulated.scanner(**rig.options)) as heard:
        yield heard


@pytest.fixture
async def keypad(rig):
    async with running(simulated.keypad(**rig.options)) as heard:
        yield heard


SCANNER_JUNK = {
    b"\xff\xfe\n": "one JSON object",
    b"[1]\n": "one JSON object",
    b"{}\n": "a scanner takes",
    b"[" * 10_000 + b"\n": "one JSON object",
    b'{"n": ' + b"1" * 5000 + b"}\n": "one JSON object",
    b'{"scan": ""}\n': "1 to 1024 characters",
    b'{"scan": 7}\n': "a scanner takes",
    b'{"scan": "A", "times": 2}\n': "a scanner takes",
    b'{"raw": "4b"}\n': "a scanner takes",
    b'{"raw": "4", "end": true}\n': "raw is hex digits",
    b'{"raw": "zz", "end": true}\n': "raw is hex digits",
    b'{"raw": "' + b"00" * 5000 + b'", "end": true}\n': "at most 4096 bytes",
    b'{"unplug": false}\n': "a scanner takes",
    b'{"plug": true}\n': "plugged in already",
    b'{"keys": ["1"]}\n': "a scanner takes",
    b"7" * 20_000 + b"\n": "a line has at most",
}


@pytest.mark.parametrize("line", SCANNER_JUNK)
async def test_a_scanner_refuses_junk_by_name_and_emits_nothing(line, rig, scanner):
    answer = await rig.ask(line)
    assert answer["ok"] is False
    assert SCANNER_JUNK[line] in str(answer["error"])
    assert len(scanner.events) == 1
    await rig.scan("AND-STILL-READS")
    assert scanner.events[-1] == Scan("AND-STILL-READS")


@pytest.mark.parametrize("keys", [[], ["1", "eleven"], ["1", 2], ["1"] * 65, "1"])
async def test_a_keypad_refuses_all_keys_when_one_is_wrong(keys, rig, keypad):
    answer = await rig.ask(json.dumps({"keys": keys}).encode() + b"\n")
    assert answer["ok"] is False
    assert len(keypad.events) == 1
    await rig.press("confirm")
    assert keypad.events[-1] == KeyPress("confirm")


async def test_an_error_does_not_repeat_what_was_sent(rig, scanner):
    answer = await rig.ask(b'{"scan": "KP1SECRET"\n')
    assert "SECRET" not in str(answer)


async def test_a_code_in_two_parts_without_a_pause_is_one_code(rig, scanner):
    reader, writer = await asyncio.open_unix_connection(rig.options["socket"])
    for part in ("KP1AB", "CD\r"):
        writer.write(json.dumps({"raw": part.encode().hex(), "end": False}).encode() + b"\n")
        assert json.loads(await reader.readline()) == {"ok": True}
    writer.close()
    assert scanner.events[1:] == [Scan("KP1ABCD")]


async def test_the_pause_comes_by_itself(rig, scanner):
    await rig.obeyed({"raw": b"KP1HALF".hex(), "end": False})
    assert len(scanner.events) == 1
    assert (await scanner.count(2))[1] == Scan("KP1HALF")


async def test_an_endless_stream_is_skipped_until_its_pause(rig, scanner):
    await rig.obeyed({"raw": b"9".hex() * 2000, "end": False})
    await rig.obeyed({"raw": b"KP1X".hex(), "end": True})
    await rig.send(b"KP1Y")
    assert scanner.events[1:] == [Oversized(), Scan("KP1Y")]


async def test_an_unplugged_scanner_reads_nothing_and_forgets_half_a_code(rig, scanner):
    await rig.obeyed({"raw": b"KP1HALF".hex(), "end": False})
    await rig.unplug()
    assert (await rig.ask(b'{"scan": "KP1A"}\n'))["error"] == "it is unplugged"
    assert (await rig.ask(b'{"unplug": true}\n'))["error"] == "it is unplugged already"
    await rig.plug()
    await rig.send(b"KP1B")
    assert [event for event in scanner.events if isinstance(event, Scan)] == [Scan("KP1B")]


async def test_the_socket_is_for_this_user_alone_and_goes_with_the_driver(rig):
    async with running(simulated.scanner(**rig.options)):
        assert rig.path.stat().st_mode & 0o777 == 0o600
    assert not rig.path.exists()


async def test_a_socket_that_a_killed_process_left_is_replaced(rig):
    import socket as sockets

    with sockets.socket(sockets.AF_UNIX) as left:
        left.bind(rig.options["socket"])
    async with running(simulated.scanner(**rig.options)):
        await rig.scan("KP1A")


async def test_a_path_that_cannot_be_used_is_a_missing_device_until_it_can(tmp_path, monkeypatch):
    monkeypatch.setattr(simulated, "_RETRY_SECONDS", 0.01)
    folder = tmp_path / "later"
    async with running(simulated.scanner(str(folder / "device.sock"))) as heard:
        assert heard.changes[0].status is Status.NO_DEVICE
        folder.mkdir()
        await heard.count(2)
    assert [change.status for change in heard.changes] == [Status.NO_DEVICE, Status.READY]


async def test_a_file_that_stands_at_the_path_is_left_alone(rig, tmp_path):
    path = tmp_path / "device.sock"
    path.write_text("mine")
    async with running(simulated.scanner(**rig.options)) as heard:
        assert heard.changes[0].status is Status.NO_DEVICE
    assert path.read_text() == "mine"
