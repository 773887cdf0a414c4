"""F14: several nodes. One that does not answer, lags, has forgotten, or is another chain's, and the next one asked."""

from collections.abc import Iterator
from typing import Any

import pytest

from contracts.gateway.chain import endpoints as module
from contracts.gateway.chain.endpoints import Endpoints
from contracts.gateway.chain.node import Node
from contracts.wire import batch
from contracts.wire.errors import Broken, TryAgain
from contracts.wire.units import Address, to_hex
from tests.chain.mask import Mask, masked
from tests.gateway.desk import Desk
from tests.gateway.world import World


@pytest.fixture
def first(rpc_url: str) -> Iterator[Mask]:
    with masked(rpc_url) as mask:
        yield mask


@pytest.fixture
def second(rpc_url: str) -> Iterator[Mask]:
    with masked(rpc_url) as mask:
        yield mask


@pytest.fixture
def both(first: Mask, second: Mask, world: World) -> Endpoints:
    return Endpoints([first.url, second.url], world.record())


def test_f14_the_first_that_works_is_asked(both: Endpoints, first: Mask, second: Mask):
    node = Node(both)
    node.final()
    assert second.asked == []
    first.change = lambda *_: None
    assert node.final().number > 0, "the same question goes to the next"
    assert second.asked != []
    told = both.health()
    assert [one.ok for one in told] == [False, True]
    assert [one.errors for one in told] == [1, 0]
    assert told[0].why == "ConnectionError"


def test_f14_no_address_tells_a_password(both: Endpoints, first: Mask, second: Mask):
    first.change = second.change = lambda *_: None
    with pytest.raises(TryAgain) as error:
        Node(both).final()
    told = str(error.value) + repr(both.health())
    assert "127.0.0.1" in told
    assert "secret" not in told
    assert "customers-key" not in told


def test_f14_the_first_is_asked_again_when_it_has_rested(both: Endpoints, first: Mask, monkeypatch):
    monkeypatch.setattr(module, "_FIRST_REST", 0.0)
    node = Node(both)
    first.change = lambda *_: None
    node.final()
    first.change = lambda _, answer: answer
    first.asked.clear()
    node.final()
    assert first.asked[:2] == ["eth_chainId", "eth_getCode"], "looked at anew"
    assert both.health()[0].ok


def test_f14_what_belongs_together_is_asked_of_one_node(both: Endpoints, first: Mask, second: Mask):
    node = Node(both)
    with node.steady():
        node.final()
        first.change = lambda *_: None
        with pytest.raises(TryAgain):
            node.events(1, 2)
        assert second.asked == []
    with node.steady():
        node.events(1, 2)
    assert "eth_getLogs" in second.asked


@pytest.mark.parametrize("words", ["missing trie node 1234", "header not found", "project ID request limit exceeded"])
def test_f14_a_node_that_cannot_serve_is_left_for_the_next(both: Endpoints, first: Mask, words: str):
    first.refuse("eth_getLogs", words=words)
    assert Node(both).events(1, 2) == []
    assert both.health()[0].why == words


def test_f14_a_refusal_that_every_node_would_give_is_an_answer(both: Endpoints, first: Mask, second: Mask):
    first.refuse("eth_sendRawTransaction", words="nonce too low")
    refusal = Node(both).send(b"\x02")
    assert refusal is not None
    assert refusal[1] == "nonce too low"
    assert second.asked == []


def test_f14_another_chain_is_never_asked(both: Endpoints, first: Mask, second: Mask):
    first.change = lambda call, answer: {**answer, "result": "0x2"} if call["method"] == "eth_chainId" else answer
    node = Node(both)
    node.events(1, 2)
    assert "eth_getLogs" not in first.asked
    assert both.health()[0].why == "the node is on chain 2, and the record says 1337"
    second.change = first.change
    both.failed(both.all()[1], "a pause")
    with pytest.raises(Broken, match="chain 2"):
        node.check()


def test_f14_a_node_that_lags_behind_the_others_is_asked_last(both: Endpoints, first: Mask, second: Mask):
    def old(call: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
        if call["method"] == "eth_getBlockByNumber":
            answer["result"]["timestamp"] = hex(int(answer["result"]["timestamp"], 16) - 61)
        return answer

    node = Node(both)
    first.change = old
    node.look()
    assert "s behind another's" in both.health()[0].why
    first.asked.clear()
    node.final()
    assert first.asked == []
    first.change = lambda _, answer: answer
    node.look()
    node.final()
    assert first.asked[-1] == "eth_getBlockByNumber"
    assert [one.ok for one in both.health()] == [True, True]


def test_f14_a_node_with_an_old_final_block_is_left_for_the_next(desk: Desk, both: Endpoints, first: Mask):
    """What was read is never read again from a node that knows less."""
    desk.read()
    desk.node = desk.reader._node = Node(both)  # type: ignore[assignment]

    def old(call: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
        if call["params"][:1] == ["finalized"]:
            answer["result"]["number"] = "0x1"
        return answer

    first.change = old
    with pytest.raises(TryAgain, match="the node is behind: its final block is 1"):
        desk.reader.step()
    desk.read()
    assert not both.health()[0].ok


def test_f14_a_pruned_node_has_forgotten_a_transaction(world: World, desk: Desk, both: Endpoints, first: Mask):
    till, card = world.till(), world.card()
    till.pay(card, 100)
    desk.reader._node = Node(both)
    first.change = lambda call, answer: (
        {**answer, "result": None} if call["method"] == "eth_getTransactionByHash" else answer
    )
    world.settle(batch.encode([till.segment()]))
    with pytest.raises(TryAgain):
        desk.read()
    assert "pruned" in both.health()[0].why
    desk.read()
    assert desk.outcomes(till) == [(1, 0, 100)]


def test_f14_no_node_need_remember_what_was_taken_in_here(world: World, desk: Desk, both: Endpoints, first: Mask):
    till = world.till()
    till.pay(world.card(), 100)
    desk.read()
    desk.take_in(till)
    desk.reader._node = Node(both)
    desk.settle(till)
    assert desk.outcomes(till) == [(1, 0, 100)]
    assert "eth_getTransactionByHash" not in first.asked


def test_f14_a_node_on_another_fork_stops_no_gateway_that_has_others(
    world: World, desk: Desk, both: Endpoints, first: Mask
):
    desk.read()
    world.card()
    fork = {"hash": "0x" + "11" * 32}
    first.change = lambda call, answer: (
        {**answer, "result": answer["result"] | fork} if call["method"] == "eth_getBlockByNumber" else answer
    )
    desk.reader._node = Node(both)
    with pytest.raises(TryAgain, match="this is another chain"):
        desk.reader.step()
    desk.read()
    assert "was read before" in both.health()[0].why
    desk.reader._node = Node(Endpoints([first.url], world.record()))
    with pytest.raises(Broken, match="this is another chain"):
        desk.reader.step()


def test_f14_a_node_that_is_not_synchronised_yet_is_no_other_chain(both: Endpoints, first: Mask, second: Mask):
    early = {"eth_getCode": "0x", "eth_blockNumber": "0x0"}
    first.change = lambda call, answer: {**answer, "result": early.get(call["method"], answer.get("result"))}
    assert Node(both).final().number > 0, "the other one is"
    second.change = first.change
    both.failed(both.all()[1], "a pause")
    with pytest.raises(TryAgain, match="has not come to the contract's block yet"):
        Node(both).check()
    early["eth_blockNumber"] = "0xffffff"
    with pytest.raises(Broken, match="is not that of the record"):
        Node(both).check()


@pytest.mark.parametrize(
    ("status", "words"), [(200, "the method does not exist"), (400, "Unsupported method"), (200, "Internal error")]
)
def test_a_provider_that_simulates_nothing_is_asked_in_the_old_way(world: World, first: Mask, status: int, words: str):
    till = world.till()
    till.pay(world.card(), 100)
    first.status_of_errors = status
    first.refuse("eth_simulateV1", words=words)
    node = Node(Endpoints([first.url], world.record()))
    with node.steady():
        assert node.gas_for(Address(bytes(20)), batch.encode([till.segment()])) > 21_000
    assert "eth_estimateGas" in first.asked


@pytest.mark.parametrize("nonsense", [None, [], [{}], 7, [{"calls": [{"status": "0x0", "error": None}]}]])
def test_f14_an_answer_of_another_form_is_no_answer(world: World, first: Mask, nonsense: object):
    till = world.till()
    till.pay(world.card(), 100)
    first.change = lambda call, answer: {**answer, "result": nonsense} if "simul" in call["method"] else answer
    with pytest.raises(TryAgain):
        Node(Endpoints([first.url], world.record())).gas_for(Address(bytes(20)), batch.encode([till.segment()]))


def test_many_cursors_in_one_question(world: World, both: Endpoints, first: Mask):
    till, card = world.till(), world.card()
    till.pay(card, 100)
    world.settle(batch.encode([till.segment()]))
    other, stranger = world.till(), type(till)(world.domain)
    node = Node(both)
    node.check()
    first.asked.clear()

    found = node.cursors([other.address, till.address, stranger.address] + [till.address] * 61)

    assert first.asked == ["eth_call"]
    assert [one.sequence for one in found[:4]] == [0, 1, 0, 1]
    assert (found[0].shop > 0, found[2].shop) == (True, 0)
    assert all(one == node.cursor(till.address) for one in found[3:])
    assert to_hex(found[1].head) == to_hex(till.head(1)[-20:])
