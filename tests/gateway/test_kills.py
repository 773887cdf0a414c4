"""F10: the gateway is killed at the worst moments, and nothing is lost or settled twice."""

from collections.abc import Callable
from typing import Any

import pytest

from contracts.wire.units import to_hex
from tests.gateway.process import GatewayProcess, Proxy, until
from tests.gateway.world import KEY_OF_GATEWAY, Pass, Till, World

Start = Callable[..., GatewayProcess]


@pytest.fixture
def till(world: World) -> Till:
    return world.till()


@pytest.fixture
def card(world: World) -> Pass:
    return world.card()


def transactions(world: World) -> int:
    account = world.web3.eth.account.from_key(KEY_OF_GATEWAY).address
    return world.web3.eth.get_transaction_count(account)


def test_f10_killed_between_accepting_and_settling(world: World, start: Start, till: Till, card: Pass):
    gateway = start("--batch-seconds", "3600")
    till.pay(card, 700)
    assert gateway.post(till, till.body()).status_code == 200
    gateway.kill()

    again = start()

    assert again.position(till) == 1
    assert again.outcomes(till, 1) == [(1, 0, 0, 700)]


@pytest.mark.parametrize("moment", ["before", "after"])
def test_f10_killed_while_sending(world: World, start: Start, proxy: Proxy, till: Till, card: Pass, moment: str):
    """The transaction is stored; the node has not seen it yet, or has and the reply is lost."""
    sent_before = transactions(world)
    proxy.hold("eth_sendRawTransaction", moment)
    gateway = start(rpc=proxy.url)
    till.pay(card, 700)
    assert gateway.post(till, till.body()).status_code == 200
    raw = proxy.wait_for_held()["params"][0]
    gateway.kill()

    again = start()

    assert again.outcomes(till, 1) == [(1, 0, 0, 700)]
    told = again.get(till, "outcomes").json()["outcomes"]
    assert told[0]["transaction"] == world.web3.to_hex(world.web3.keccak(hexstr=raw)), "the same bytes again"
    assert transactions(world) == sent_before + 1
    assert world.left(card) == 30_000 - 700


def test_f10_killed_before_the_receipt_is_read(world: World, start: Start, proxy: Proxy, till: Till, card: Pass):
    sent_before = transactions(world)
    gateway = start(rpc=proxy.url)
    proxy.hold("eth_getTransactionReceipt", "before")
    till.pay(card, 700)
    assert gateway.post(till, till.body()).status_code == 200
    proxy.wait_for_held()
    gateway.kill()

    again = start()

    assert again.outcomes(till, 1) == [(1, 0, 0, 700)]
    till.pay(card, 100)
    assert again.post(till, till.body()).status_code == 200
    assert again.outcomes(till, 2)[1] == (2, 0, 0, 100)
    assert transactions(world) == sent_before + 2


def test_f02_the_reply_is_lost_and_the_same_bytes_come_again(world: World, start: Start, till: Till, card: Pass):
    gateway = start()
    till.pay(card, 700)
    body = till.body()
    first = gateway.post(till, body)
    gateway.kill()
    again = start()

    second = again.post(till, body)

    assert (second.status_code, second.json()) == (200, first.json())
    assert again.outcomes(till, 1) == [(1, 0, 0, 700)]
    assert again.post(till, body).json() == first.json()
    assert world.left(card) == 30_000 - 700


def of_the_chain(snapshot: Any) -> dict[str, Any]:
    """Without what tells when it was read, and in how many steps: rows come in the order of their changes."""
    return {**snapshot, "budgets": sorted(snapshot["budgets"]), "version": None, "block": None}


def test_a_rebuilt_projection_equals_the_one_that_lived(world: World, start: Start, till: Till, card: Pass):
    gateway = start()
    till.pay(card, 700)
    till.pay(card, 30_000)
    till.add(b"\x01\x09")
    gateway.post(till, till.body())
    outcomes = gateway.outcomes(till, 3)
    lived = of_the_chain(gateway.snapshot(till))
    assert gateway.terminate() == 0

    again = start("--rebuild")

    assert again.outcomes(till, 3) == outcomes
    assert of_the_chain(again.snapshot(till)) == lived


def test_a_lost_database_comes_back_from_the_chain(world: World, start: Start, till: Till, card: Pass):
    gateway = start()
    till.pay(card, 700)
    till.pay(card, 800)
    gateway.post(till, till.body())
    gateway.outcomes(till, 2)
    gateway.kill()
    for path in (gateway.folder / "gateway").iterdir():
        path.unlink()

    again = start()

    assert again.outcomes(till, 2) == [(1, 0, 0, 700), (2, 0, 0, 800)]
    position = again.get(till, "position").json()
    assert position == {"sequence": 2, "head": to_hex(till.head(2)), "signature": to_hex(till.segment().signature)}
    till.pay(card, 900)
    assert again.post(till, till.body(first=3)).status_code == 200
    assert again.outcomes(till, 3)[2] == (3, 0, 0, 900)


def test_intake_goes_on_without_a_node_and_health_says_why(world: World, start: Start, till: Till, card: Pass):
    gateway = start()
    gateway.snapshot(till)  # so the terminal is known
    gateway.kill()
    alone = start(rpc="http://127.0.0.1:9")
    till.pay(card, 700)

    assert alone.post(till, till.body()).status_code == 200
    stranger = Till(world.domain)
    stranger.pay(card, 1)
    answer = alone.post(stranger, stranger.body())
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    health = until(lambda: alone.client.get("/v1/health").json(), lambda told: "node" in told["why"])
    assert (health["live"], health["ready"]) == (True, False)
    alone.kill()

    assert start().outcomes(till, 1) == [(1, 0, 0, 700)]
