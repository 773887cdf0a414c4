"""The chain's word: encoded and decoded by hand, believed only when it is exactly what was asked for."""

import json
from contextlib import closing
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.wire import journal
from contracts.wire.errors import TryAgain
from contracts.wire.hashing import keccak256
from contracts.wire.units import CENTS_MAX, Address, Cents, Timestamp
from terminal.checkpoint import CheckpointReader, Reading, Watcher, decode_answer, encode_call, proves_fork
from terminal.core.events import CheckpointRead, Locked
from terminal.core.facts import Checkpoint, Slice
from terminal.core.moment import Moment
from terminal.endpoint import Endpoint
from terminal.http import Http
from tests.terminal.till import DOMAIN, NETWORK, Till, now
from tests.terminal.web import World, rpc_result, serving, word

TERMINAL = Address(b"\x11" * 20)
HEAD = bytes(range(20))


def answer(
    *slices, chain=DOMAIN.chain_id, network=NETWORK, block=9, time=1000, shop=3, sequence=4, head=HEAD, ask=(3, 48)
):
    fields = b"".join(map(word, (chain, network, block, time, shop, sequence)))
    return word(32) + fields + head.ljust(32, b"\0") + b"".join(map(word, (*ask, 320, len(slices), *slices)))


def test_the_call_is_what_the_contract_abi_says():
    data = encode_call(TERMINAL, (1, 2))
    assert data[:4] == keccak256(b"checkpoint(address,uint32[])")[:4]
    assert data[4:] == bytes(12) + TERMINAL + word(64) + word(2) + word(1) + word(2)


def test_the_answer_becomes_a_checkpoint():
    reading = decode_answer(answer(500, 0), DOMAIN.chain_id, NETWORK, (1, 2))
    slices = (Slice(1, Cents(500)), Slice(2, Cents(0)))
    assert reading == Reading(Checkpoint(9, Timestamp(1000), 3, 4, slices, ask_sequence=3, ask_reason=48), HEAD)


def test_a_slice_beyond_what_a_payment_can_name_counts_as_the_largest_payment():
    reading = decode_answer(answer(2**200), DOMAIN.chain_id, NETWORK, (1,))
    assert reading.checkpoint.slices == (Slice(1, CENTS_MAX),)


@pytest.mark.parametrize(
    "wrong",
    [
        b"",
        answer(),
        answer(1, 2),
        answer(1) + bytes(32),
        answer(1)[:-1],
        answer(1, chain=1),
        answer(1, network=8),
        answer(1, block=2**63),
        answer(1, time=2**40),
        answer(1, shop=2**32),
        answer(1, sequence=2**32),
        answer(1, head=HEAD + b"\1"),
        answer(1, ask=(5, 0)),
        answer(1, ask=(4, 256)),
        answer(1, ask=(2**32, 0)),
        word(64) + answer(1)[32:],
    ],
)
def test_anything_else_is_no_checkpoint(wrong):
    with pytest.raises(ValueError):
        decode_answer(wrong, DOMAIN.chain_id, NETWORK, (1,))


@given(st.binary(max_size=400))
def test_no_bytes_break_the_decoder(data):
    with pytest.raises(ValueError):
        decode_answer(data, DOMAIN.chain_id, NETWORK, (1,))


def reading(sequence, head, shop=3):
    return Reading(Checkpoint(9, Timestamp(1000), shop, sequence, ()), head)


def test_f16_a_sequence_beyond_ours_or_another_head_proves_a_fork():
    heads = {0: keccak256(b"0"), 1: keccak256(b"1")}
    assert not proves_fork(reading(1, journal.kept(heads[1])), heads.get)
    assert not proves_fork(reading(0, journal.kept(heads[0])), heads.get)
    assert proves_fork(reading(1, HEAD), heads.get)
    assert proves_fork(reading(2, HEAD), heads.get)


def test_a_terminal_that_is_not_registered_yet_has_no_fork():
    assert not proves_fork(reading(0, bytes(20), shop=0), {0: keccak256(b"0")}.get)


async def read(handler, programmes=(1,), network=NETWORK):
    async with serving(handler) as url, Http() as http:
        return await CheckpointReader(Endpoint(http, url, 16384).ask, DOMAIN, network, TERMINAL).read(programmes)


async def test_the_final_block_is_asked_for_over_http():
    asked = []

    def node(method, target, headers, body):
        asked.append(json.loads(body))
        return 200, rpc_result(answer(500))

    assert (await read(node)).checkpoint.slices == (Slice(1, Cents(500)),)
    assert asked[0]["method"] == "eth_call"
    assert asked[0]["params"][1] == "finalized"


PORTAL = b"<html><body>Welcome to FreeWiFi, please log in</body></html>"


@pytest.mark.parametrize(
    ("status", "body", "says"),
    [
        (200, PORTAL, "not JSON"),
        (511, PORTAL, "HTTP status 511"),
        (200, b"[]", "refuses"),
        (200, b'{"id": 1, "result": null}', "0x"),
        (200, b'{"id": 1, "error": {"message": "rate limited"}}', "rate limited"),
        (200, b'{"id": 1, "result": "0x"}', "right contract"),
        (200, b'{"id": 1, "result": "12"}', "0x"),
        (200, rpc_result(answer(1, chain=1)), "chain 1"),
        (200, b"[" * 10_000, "not JSON"),
        (200, b"x" * 20_000, "more than"),
    ],
)
async def test_f34_only_a_well_formed_answer_of_the_right_contract_counts(status, body, says):
    with pytest.raises(TryAgain, match=says):
        await read(lambda *_: (status, body))


@pytest.fixture
def till(tmp_path):
    return Till(tmp_path / "till")


class Watch:
    """A watcher on a world, and what it says."""

    def __init__(self, store, http, url):
        self.events: list[Any] = []
        self.contact: list[bool] = []
        self.bounds: list[int] = []
        reader = CheckpointReader(Endpoint(http, url + "/rpc").ask, DOMAIN, NETWORK, store.terminal)
        moment = Moment(0, now(), now(), synchronised=True)
        self.watcher = Watcher(
            store,
            reader,
            lambda: moment,
            float,
            self.bounds.append,
            self.events.append,
            self.contact.append,
            poll_seconds=lambda: 7.0,
        )

    async def turn(self):
        return await self.watcher._turn()


async def test_a_reading_is_kept_told_and_moves_the_bound(till):
    world = World(till.address)
    async with serving(world.handle) as url, Http() as http:
        with closing(till.store()) as store:
            watch = Watch(store, http, url)
            assert await watch.turn() == 7.0
            (event,) = watch.events
            assert isinstance(event, CheckpointRead)
            assert store.checkpoint() == event.checkpoint
            assert watch.bounds == [event.checkpoint.time]
            assert watch.contact == [True]


async def test_f14_an_older_block_than_known_is_no_news_and_waits_longer_each_time(till):
    world = World(till.address)
    async with serving(world.handle) as url, Http() as http:
        with closing(till.store()) as store:
            watch = Watch(store, http, url)
            await watch.turn()
            world.block = 3
            assert await watch.turn() == 1.0
            world.chain_online = False
            assert await watch.turn() == 2.0
            assert watch.contact == [True, False, False]
            assert len(watch.events) == 1


async def test_f16_a_chain_that_is_ahead_of_the_journal_locks(till):
    world = World(till.address)
    world.heads.append(keccak256(b"another journal"))
    world.settled = 1
    async with serving(world.handle) as url, Http() as http:
        with closing(till.store()) as store:
            watch = Watch(store, http, url)
            await watch.turn()
            assert [type(event) for event in watch.events] == [Locked]
            assert store.checkpoint() is None
