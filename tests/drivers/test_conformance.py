"""What every scanner and keypad must do, whatever the device: one suite over the rows of the registry."""

import pytest

from drivers import registry
from drivers.base import KEYS, DriverMisconfigured, KeyPress, Oversized, Scan, Status
from drivers.decode import LIMIT
from drivers.registry import TABLE, Kind
from tests.drivers.rigs import RIGS, running

SCANNERS = sorted(name for name, row in TABLE.items() if row.kind is Kind.SCANNER)
KEYPADS = sorted(name for name, row in TABLE.items() if row.kind is Kind.KEYPAD)
INPUTS = sorted([*SCANNERS, *KEYPADS])
CODE = "KP1-EEN-CODE-VOOR-DE-TEST"


@pytest.fixture
def rig(request, tmp_path):
    made = RIGS[request.param](tmp_path)
    yield made
    made.close()


@pytest.fixture
def driver(request, rig):
    return registry.make(request.node.callspec.params["rig"], rig.options, allow_simulators=True)


every = pytest.mark.parametrize("rig", INPUTS, indirect=True)
scanners = pytest.mark.parametrize("rig", SCANNERS, indirect=True)
keypads = pytest.mark.parametrize("rig", KEYPADS, indirect=True)


def test_every_row_has_a_rig():
    assert sorted(RIGS) == INPUTS


@every
async def test_the_first_event_is_that_it_is_ready(driver):
    async with running(driver) as heard:
        assert heard.events == heard.changes
        assert heard.changes[0].status is Status.READY
        assert heard.changes[0].detail


@every
async def test_it_frees_the_device_when_cancelled_and_runs_again(driver):
    for _ in range(2):
        async with running(driver) as heard:
            assert [change.status for change in heard.changes] == [Status.READY]


@every
async def test_a_lost_device_is_said_and_so_is_its_return(driver, rig):
    async with running(driver) as heard:
        await rig.unplug()
        await rig.plug()
        await heard.count(3)
    assert [change.status for change in heard.changes] == [Status.READY, Status.LOST, Status.READY]
    assert all(change.detail for change in heard.changes)


@every
async def test_cancelling_while_the_device_is_lost_is_clean(driver, rig):
    async with running(driver):
        await rig.unplug()


@every
async def test_options_it_does_not_have_are_refused(rig, request):
    name = request.node.callspec.params["rig"]
    with pytest.raises(DriverMisconfigured, match="no option 'colour'"):
        registry.make(name, {**rig.options, "colour": "green"}, allow_simulators=True)


@scanners
async def test_a_code_comes_out_as_it_was_sent(driver, rig):
    async with running(driver) as heard:
        await rig.scan(CODE)
        assert (await heard.count(2))[1] == Scan(CODE)


@scanners
async def test_f23_a_double_read_comes_out_twice(driver, rig):
    async with running(driver) as heard:
        await rig.scan(CODE)
        await rig.scan(CODE)
        assert (await heard.count(3))[1:] == [Scan(CODE), Scan(CODE)]


@scanners
async def test_f22_half_a_code_without_terminator_comes_out_as_the_half_it_is(driver, rig):
    async with running(driver) as heard:
        await rig.send(CODE[:9].encode())
        await rig.scan(CODE)
        assert (await heard.count(3))[1:] == [Scan(CODE[:9]), Scan(CODE)]


@scanners
async def test_f22_glued_codes_come_out_glued(driver, rig):
    async with running(driver) as heard:
        await rig.send(f"{CODE}{CODE}\r\n".encode())
        assert (await heard.count(2))[1] == Scan(CODE + CODE)


@scanners
async def test_f22_an_endless_stream_is_refused_once_and_the_next_code_is_read(driver, rig):
    async with running(driver) as heard:
        await rig.send(b"7" * (3 * LIMIT))
        await rig.scan(CODE)
        assert (await heard.count(3))[1:] == [Oversized(), Scan(CODE)]


@scanners
async def test_f22_binary_junk_does_not_stop_it(driver, rig):
    async with running(driver) as heard:
        await rig.send(bytes(range(256)))
        before = len(await heard.count(2))
        await rig.scan(CODE)
        assert (await heard.count(before + 1))[-1] == Scan(CODE)


@keypads
async def test_every_key_comes_out_by_its_name(driver, rig):
    async with running(driver) as heard:
        await rig.press(*KEYS)
        assert (await heard.count(1 + len(KEYS)))[1:] == [KeyPress(key) for key in KEYS]
