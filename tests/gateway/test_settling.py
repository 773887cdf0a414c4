"""A real gateway process between tills and a real contract."""

from contracts.wire import batch
from contracts.wire.units import to_hex
from tests.gateway.process import GatewayProcess
from tests.gateway.world import SLICE, World


def test_entries_are_paid_and_their_outcomes_told(world: World, gateway: GatewayProcess):
    till, card = world.till(), world.card(3_000)
    till.pay(card, 1_000)
    till.pay(card, 1_500)
    till.pay(card, 900)  # 500 are left: the slice covers 400

    answer = gateway.post(till, till.body())

    assert answer.status_code == 200
    assert answer.json() == {"sequence": 3, "head": to_hex(till.head(3))}
    assert gateway.outcomes(till, 3) == [(1, 0, 0, 1_000), (2, 0, 0, 1_500), (3, 8, 400, 500)]
    assert world.left(card) == 0
    first = gateway.get(till, "outcomes").json()["outcomes"][0]
    receipt = world.web3.eth.get_transaction_receipt(first["transaction"])
    assert receipt["blockNumber"] == first["block"]
    assert [one["sequence"] for one in gateway.get(till, "outcomes?after=2").json()["outcomes"]] == [3]


def test_f05_a_bad_entry_holds_up_none_behind_it(world: World, gateway: GatewayProcess):
    till, card = world.till(), world.card()
    till.add(b"\x05\x63junk")
    till.add(b"\x00")
    till.pay(card, 0)
    till.pay(card, 100)

    assert gateway.post(till, till.body()).status_code == 200

    assert gateway.outcomes(till, 4) == [(1, 32, 0, 0), (2, 32, 0, 0), (3, 34, 0, 0), (4, 0, 0, 100)]


def test_who_settles_makes_no_difference(world: World, gateway: GatewayProcess):
    till, card = world.till(), world.card(3_000)
    till.pay(card, 1_000)
    till.pay(card, 2_500)
    world.settle(batch.encode([till.segment()]))

    assert gateway.outcomes(till, 2) == [(1, 0, 0, 1_000), (2, 8, 500, 2_000)]
    position = gateway.get(till, "position").json()
    assert position == {"sequence": 2, "head": to_hex(till.head(2)), "signature": to_hex(till.segment().signature)}

    till.pay(card, 300)
    assert gateway.post(till, till.body()).json()["sequence"] == 3
    assert gateway.outcomes(till, 3)[2] == (3, 8, 300, 0)
    assert world.slice_left(till) == SLICE - 800
