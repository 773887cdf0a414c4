"""Checkpoints from several endpoints: in order until one answers, or from all of them, which must say the same."""

import json
from contextlib import asynccontextmanager, closing
from typing import Any

import pytest

from contracts.wire.errors import Broken, TryAgain
from contracts.wire.reasons import Reason
from terminal import agreement, config, doctor
from terminal.agreement import LAG_SECONDS, Agreeing, InOrder
from terminal.checkpoint import CheckpointReader, Disagreement, Watcher
from terminal.core.events import AttentionChanged, CheckpointRead
from terminal.core.moment import Moment
from terminal.endpoint import Endpoint
from terminal.http import Http, host
from tests.terminal.test_checkpoint import HEAD, TERMINAL, answer
from tests.terminal.till import DOMAIN, NETWORK, PROGRAMME, Till, now
from tests.terminal.web import rpc_result, serving, threaded


class Node:
    """An endpoint with a final block; what it says of a block is said by all, unless it lies."""

    def __init__(self, block: int, *, slice_: int = 500, time: int | None = None) -> None:
        self.block, self.slice, self.time = block, slice_, time
        self.online = True
        self.asked: list[Any] = []

    def handle(self, method: str, target: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        if not self.online:
            return 0, b""
        if target.endswith("/health"):
            return 200, b'{"live": true, "ready": true, "why": ""}'
        call, tag = json.loads(body)["params"]
        self.asked.append(tag)
        block = self.block if tag == "finalized" else int(tag, 16)
        time = 1_000 + 12 * block if self.time is None else self.time
        programmes = (len(call["data"]) // 2 - 5) // 32 - 3
        return 200, rpc_result(
            answer(*[self.slice] * programmes, block=block, time=time, sequence=0, ask=(0, 0), head=HEAD)
        )


@asynccontextmanager
async def reading(rule: Any, *nodes: Node):
    async with serving(nodes[0].handle) as first, serving(nodes[1].handle) as second, Http() as http:
        endpoints = [Endpoint(http, url, 16_384) for url in (first, second)]
        yield rule([CheckpointReader(each.ask, DOMAIN, NETWORK, TERMINAL, each.name) for each in endpoints])


class TestInOrder:
    async def test_f14_the_second_is_asked_when_the_first_does_not_answer(self):
        first, second = Node(9), Node(8)
        async with reading(InOrder, first, second) as source:
            assert (await source.read((1,))).checkpoint.block == 9
            assert second.asked == []
            first.online = False
            assert (await source.read((1,))).checkpoint.block == 8

    async def test_f14_whoever_answered_is_asked_first_for_a_while(self, monkeypatch):
        first, second = Node(9), Node(8)
        first.online = False
        async with reading(InOrder, first, second) as source:
            await source.read((1,))
            first.online = True
            assert (await source.read((1,))).checkpoint.block == 8
            monkeypatch.setattr("terminal.agreement.time.monotonic", lambda: source._until)
            assert (await source.read((1,))).checkpoint.block == 9

    async def test_f14_one_that_lags_is_passed_over(self):
        async with reading(InOrder, Node(5), Node(9)) as source:
            assert (await source.read((1,), not_before=7)).checkpoint.block == 9

    async def test_f14_when_none_is_good_each_is_named(self):
        first, second = Node(5), Node(6)
        async with reading(InOrder, first, second) as source:
            with pytest.raises(TryAgain, match=r"127.0.0.1:\d+ answers with block 5.*; .* answers with block 6"):
                await source.read((1,), not_before=7)


class TestAgreeing:
    async def test_they_are_held_to_the_lowest_of_their_final_blocks(self):
        first, second = Node(9), Node(7)
        async with reading(Agreeing, first, second) as source:
            assert (await source.read((1,))).checkpoint.block == 7
        assert (first.asked, second.asked) == (["finalized", "0x7"], ["finalized"])

    async def test_f38_an_invented_slice_is_believed_of_nobody(self):
        for nodes in ((Node(9), Node(9, slice_=999)), (Node(8, slice_=999), Node(9))):
            async with reading(Agreeing, *nodes) as source:
                with pytest.raises(Disagreement, match="do not agree at block"):
                    await source.read((1,))

    async def test_f14_one_that_lags_far_behind_is_named(self):
        slow = Node(5, time=1_000)
        async with reading(Agreeing, Node(9, time=1_000 + LAG_SECONDS), slow) as source:
            with pytest.raises(TryAgain) as refused:
                await source.read((1,), not_before=6)
            assert not isinstance(refused.value, Disagreement), "as long as it may take"
        async with reading(Agreeing, Node(9, time=1_001 + LAG_SECONDS), slow) as source:
            with pytest.raises(Disagreement, match=f"is {LAG_SECONDS + 1} s behind"):
                await source.read((1,))

    async def test_f14_silence_of_one_is_no_agreement(self):
        first, second = Node(9), Node(9)
        second.online = False
        async with reading(Agreeing, first, second) as source:
            with pytest.raises(TryAgain, match="no answer") as refused:
                await source.read((1,))
            assert not isinstance(refused.value, Disagreement)


@asynccontextmanager
async def watching(till: Till, rule: Any, *nodes: Node):
    async with reading(rule, *nodes) as source:
        with closing(till.store()) as store:
            store.replace_snapshot("1", 1, 0, (PROGRAMME,), [])
            events: list[Any] = []
            contact: list[bool] = []
            moment = Moment(0, now(), now(), synchronised=True)
            yield (
                store,
                events,
                Watcher(*(store, source, lambda: moment, float, lambda _: None, events.append, contact.append)),
            )


@pytest.fixture
def till(tmp_path):
    return Till(tmp_path / "till")


async def test_f38_the_old_checkpoint_stays_and_a_person_is_called_until_they_agree(till, monkeypatch):
    monkeypatch.setattr("terminal.checkpoint.proves_fork", lambda *_: False)
    first, second = Node(9), Node(9)
    async with watching(till, Agreeing, first, second) as (store, events, watcher):
        await watcher._turn()
        known = store.checkpoint()
        first.block = second.block = 10
        second.slice = 999
        await watcher._turn()
        await watcher._turn()
        assert store.checkpoint() == known
        assert store.attention()[0] is Reason.ENDPOINTS_DISAGREE
        second.slice = 500
        await watcher._turn()
        assert store.attention() is None
        assert store.checkpoint().block == 10
        said = [event.reason for event in events if isinstance(event, AttentionChanged)]
        assert said == [Reason.ENDPOINTS_DISAGREE, None]
        assert sum(isinstance(event, CheckpointRead) for event in events) == 2


async def test_f38_disagreement_takes_no_other_reasons_place(till, monkeypatch):
    monkeypatch.setattr("terminal.checkpoint.proves_fork", lambda *_: False)
    first, second = Node(9), Node(9, slice_=1)
    async with watching(till, Agreeing, first, second) as (store, events, watcher):
        store.save_attention(Reason.TERMINAL_LOCKED, "proven")
        await watcher._turn()
        second.slice = first.slice
        await watcher._turn()
        assert store.attention()[0] is Reason.TERMINAL_LOCKED
        assert not [event for event in events if isinstance(event, AttentionChanged)]


# ------------------------------------------------------------------------------------------- configuration and doctor


def with_also(till: Till, text: str) -> config.Config:
    till.config.write_text(till.config.read_text().replace("chain_id =", f"{text}\nchain_id ="))
    return config.load(till.config)


def test_endpoints_are_asked_in_the_order_of_the_configuration(till):
    settings = with_also(till, 'also = ["https://b.example", "https://c.example/key"]\nagree = true')
    assert settings.chain.endpoints == (till.rpc_url, "https://b.example", "https://c.example/key")
    assert isinstance(agreement.source((), settings, TERMINAL), Agreeing)


def test_several_endpoints_need_not_agree(till):
    assert isinstance(agreement.source((), with_also(till, 'also = ["https://b.example"]'), TERMINAL), InOrder)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("agree = true", "agree needs another endpoint"),
        ('also = ["http://127.0.0.1:9"]', "twice"),
        ('also = ["https://b.example", "https://b.example"]', "twice"),
        ('also = ["ftp://b.example"]', "also"),
        ('also = ["https://b", "https://c", "https://d", "https://e"]', "also"),
        ('agree = "yes"', "agree"),
    ],
)
def test_a_wrong_list_of_endpoints_is_named(till, text, says):
    with pytest.raises(Broken, match=says):
        with_also(till, text)


def test_an_endpoint_is_called_by_its_host_alone():
    assert host("https://name:secret@rpc.example:8545/v1/secret") == "rpc.example:8545"


@pytest.mark.parametrize(
    ("second", "chain", "grade"),
    [
        (Node(9), "fail", "ok"),  # the contract has settled another journal than ours: the rest is as it should be
        (Node(9, slice_=1), "fail", "ok"),
        (Node(9, time=1_000 - LAG_SECONDS), "fail", "warn"),
    ],
)
def test_doctor_names_endpoints_that_lag_or_disagree(till, capsys, second, chain, grade):
    till.know()
    first = Node(9)
    with threaded(first.handle) as one, threaded(second.handle) as two:
        till.rpc_url = till.gateway_url = one
        till.configure()
        with_also(till, f'also = ["{two}"]\nagree = true')
        doctor.main(["--config", str(till.config), "--json"])
    checks = {check["name"]: check for check in json.loads(capsys.readouterr().out)}
    assert checks["chain"]["grade"] == chain
    assert checks[f"endpoint {host(one)}"]["grade"] == "ok"
    assert checks[f"endpoint {host(two)}"]["grade"] == grade
    if second.slice == 1:
        assert "do not agree at block 9" in checks["chain"]["finding"]


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("http://rpc.example:8545/key", ("rpc.example:8545",)),
        ("http://127.0.0.1.example/", ("127.0.0.1.example",)),
        ("http://localhost@rpc.example", ("rpc.example",)),
        ("https://rpc.example", ()),
        ("http://127.0.0.1:8545", ()),
        ("http://[::1]:8545/", ()),
        ("http://localhost/", ()),
    ],
)
def test_f34_an_endpoint_that_is_asked_in_clear_is_named(tmp_path, monkeypatch, url, told):
    """Whoever stands between could invent a slice, and have approved what nobody pays."""
    till = Till(tmp_path / "till")
    monkeypatch.setenv("KINDPAKKET_TERMINAL_CHAIN__RPC_URL", url)
    assert agreement.in_clear(config.load(till.config)) == told
