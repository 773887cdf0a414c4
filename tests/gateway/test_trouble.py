"""What cannot be settled is marked and rests; everything else goes on. Real store, real chain, one thread."""

import pytest
from eth_account import Account
from sqlalchemy import select

from contracts.gateway.chain.refusals import Refusal
from contracts.gateway.settling import attention, maker
from contracts.gateway.store import journals
from contracts.gateway.store.tables import attention as marks
from contracts.wire import batch
from contracts.wire.errors import TryAgain
from contracts.wire.reasons import Reason
from tests.gateway.desk import Desk
from tests.gateway.world import GRANTED, KEY_OF_GATEWAY, Till, World, checksum


def paying(world: World, *amounts: int) -> Till:
    till, card = world.till(), world.card()
    for amount in amounts:
        till.pay(card, amount)
    return till


def test_who_fails_in_simulation_rests_and_the_others_go_on(world: World, desk: Desk):
    bad, good = paying(world, 100), paying(world, 200)
    desk.read()
    desk.take_in(bad)
    desk.time += 1
    desk.take_in(good)
    desk.node.refused = (bad.address,)

    desk.work()

    assert desk.outcomes(good) == [(1, 0, 200)]
    assert desk.marked() == {bad.address: Reason.SEGMENT_FORM}
    desk.node.refused = ()
    desk.work()
    assert desk.outcomes(bad) == [], "it rests"
    desk.time += 31
    desk.work()
    assert desk.outcomes(bad) == [(1, 0, 100)]
    assert desk.marked() == {}, "and the mark goes when the journal goes on"


def test_pauses_grow(world: World, desk: Desk):
    till = paying(world, 100)
    desk.read()
    desk.take_in(till)
    desk.node.refused = (till.address,)
    pauses = []
    for _ in range(9):
        desk.sender.step()
        with desk.store.reading() as connection:
            retry_at = connection.execute(select(marks.c.retry_at)).scalar_one()
        pauses.append(retry_at - desk.time)
        desk.time = retry_at
    assert pauses == [30, 60, 120, 240, 480, 960, 1_920, 3_600, 3_600]


def test_a_rest_that_began_while_the_clock_ran_ahead_is_over(world: World, desk: Desk):
    till = paying(world, 100)
    desk.read()
    desk.take_in(till)
    desk.node.refused, desk.time = (till.address,), desk.time + 10**8
    desk.sender.step()
    desk.node.refused, desk.time = (), desk.time - 10**8
    desk.work()
    assert desk.outcomes(till) == [(1, 0, 100)]


def test_a_batch_that_takes_too_much_is_cut_at_an_earlier_signature(world: World, desk: Desk):
    till = paying(world, *range(101, 109))
    desk.read()
    for last in (2, 4, 8):
        desk.take_in(till, 1, last)
    desk.node.bytes_max = 125 + 32 + 5 * 79

    desk.sender.step()
    assert world.sequence(till) in {2, 4}
    desk.work()

    assert [outcome[:2] for outcome in desk.outcomes(till)] == [(n, 0) for n in range(1, 9)]


def test_f16_the_contract_has_another_journal_than_was_taken_in(world: World, desk: Desk):
    till = paying(world, 100, 200)
    fork = till.copy()
    fork.entries[1:] = []
    fork.pay(world.card(), 900)
    desk.read()
    desk.take_in(till)
    world.settle(batch.encode([fork.segment()]))
    nonce = world.web3.eth.get_transaction_count(Account.from_key(KEY_OF_GATEWAY).address)
    till.pay(world.card(), 300)
    desk.take_in(till)

    desk.sender.step()
    assert desk.marked() == {till.address: Reason.FORK}, "seen at the newest block"
    desk.work()
    desk.time += 10_000
    desk.work()

    assert desk.marked() == {till.address: Reason.FORK}
    assert world.web3.eth.get_transaction_count(Account.from_key(KEY_OF_GATEWAY).address) == nonce, "no gas on it"
    assert desk.outcomes(till) == [(1, 0, 100), (2, 0, 900)], "what the contract did is told all the same"
    with desk.store.reading() as connection:
        assert journals.position(connection, till.domain, till.address).sequence == 3, "and the proof is kept"


def test_f16_another_journal_is_told_though_nothing_waits_behind_it(world: World, desk: Desk):
    till = paying(world, 100, 200)
    fork = till.copy()
    fork.entries[1:] = []
    fork.pay(world.card(), 900)
    desk.read()
    desk.take_in(till)

    desk.settle(fork)

    assert desk.marked() == {till.address: Reason.FORK}
    desk.work()
    assert desk.marked() == {till.address: Reason.FORK}


def test_f01_somebody_else_is_faster(world: World, desk: Desk):
    """The same entries are settled by somebody else between our simulation and our transaction."""
    till, card = world.till(), world.card()
    till.pay(card, 100)
    till.pay(card, 200)
    desk.read()
    desk.take_in(till)
    send = desk.node.send

    def overtaken(raw: bytes) -> tuple[Refusal, str] | None:
        world.settle(batch.encode([till.segment()]))
        return send(raw)

    desk.node.send = overtaken  # type: ignore[method-assign]
    desk.work()

    assert desk.outcomes(till) == [(1, 0, 100), (2, 0, 200)]
    assert desk.marked() == {}
    assert world.left(card) == GRANTED - 300


def test_those_with_nothing_to_send_hold_up_nobody(world: World, desk: Desk, monkeypatch: pytest.MonkeyPatch):
    """Settled by somebody else, and not final yet: they have waited longest, and may be more than one batch takes."""
    monkeypatch.setattr(maker, "SEGMENTS_MAX", 1)
    settled, behind = paying(world, 100), paying(world, 200)
    desk.read()
    desk.take_in(settled)
    desk.time += 1
    desk.take_in(behind)
    world.settle(batch.encode([settled.segment()]))

    desk.sender.step()
    desk.sender.step()

    assert world.sequence(behind) == 1
    desk.work()
    assert desk.outcomes(settled) == [(1, 0, 100)]


def test_a_transaction_that_the_node_refuses_is_made_anew(world: World, desk: Desk):
    till = paying(world, 100)
    desk.read()
    desk.take_in(till)
    send = desk.node.send

    def spoilt(raw: bytes) -> tuple[Refusal, str] | None:
        desk.node.send = send  # type: ignore[method-assign]
        return send(raw[:40] + b"junk")

    desk.node.send = spoilt  # type: ignore[method-assign]
    with pytest.raises(TryAgain, match="does not take"):
        desk.sender.step()
    desk.work()
    assert desk.outcomes(till) == [(1, 0, 100)]


def test_a_node_that_takes_no_large_transaction_gets_smaller_ones(world: World, desk: Desk):
    """Some nodes bound what one transaction may cost in all, whatever the chain allows."""
    tills = [paying(world, *[1] * 60) for _ in range(3)]
    desk.read()
    for till in tills:
        desk.take_in(till)
    take, sizes = desk.node.send, []

    def picky(raw: bytes) -> tuple[Refusal, str] | None:
        sizes.append(len(raw))
        return (Refusal.OTHER, "tx fee exceeds the configured cap") if len(raw) > 12_000 else take(raw)

    desk.node.send = picky  # type: ignore[method-assign]
    with pytest.raises(TryAgain, match="exceeds"):
        desk.sender.step()
    desk.work()
    desk.work()
    assert [desk.reasons(till) for till in tills] == [[0] * 60] * 3
    assert sizes[0] > 12_000 > max(sizes[1:])
    assert desk.marked() == {}


def test_settled_through_another_contract(world: World, desk: Desk):
    """A forwarder calls settle: the transaction is not ours and not to the contract, and its data holds the batch."""
    till = paying(world, 100, 200)
    forwarder = deploy(world, f"365f5f375f5f365f5f73{world.contract.address[2:]}5af100")
    data = world.contract.encode_abi("settle", args=[batch.encode([till.segment()])])
    call(world, forwarder, data)
    desk.read()
    assert desk.outcomes(till) == [(1, 0, 100), (2, 0, 200)]


@pytest.mark.parametrize("known", [True, False])
def test_settled_where_no_transaction_shows_the_entries(world: World, desk: Desk, known: bool):
    """The batch lies in a contract's code: the gateway's own entries help, else the contract is asked for budgets."""
    till, card = world.till(), world.card(1_000)
    till.pay(card, 100)
    till.add(b"\x01\x09")
    till.phone(card, 200, counter=3)
    till.ask(card, 50)
    till.refund(card, 20, sale=1)
    if known:
        desk.read()
        desk.take_in(till)
    holder = deploy(world, world.contract.encode_abi("settle", args=[batch.encode([till.segment()])])[2:])
    size, target = f"73{holder[2:]}3b", world.contract.address[2:]
    call(world, deploy(world, f"{size}5f5f73{holder[2:]}3c5f5f{size}5f5f73{target}5af100"), "0x")

    newest = world.reissue(card)
    desk.read()

    paid = (100, 200) if known else (0, 0)
    assert desk.outcomes(till) == [(1, 0, paid[0]), (2, 32, 0), (3, 0, paid[1]), (4, 0, 50), (5, 0, 0)]
    assert (desk.budget(newest).left, desk.budget(newest).today) == (670, 330)
    assert (desk.budget(card).counter, desk.budget(card).blocked) == (3, True)
    assert [sale.refunded for sale in desk.sales(till, newest) if sale.sequence == 1] == ([20] if known else [])


def test_a_revoked_terminal_is_told_so(world: World, desk: Desk):
    till = paying(world, 100)
    desk.read()
    desk.take_in(till)
    world.send(world.contract.functions.revoke_terminal(1, checksum(till.address)))
    desk.work()
    assert desk.outcomes(till) == [(1, Reason.TERMINAL_REVOKED, 0)]
    with desk.store.reading() as connection:
        assert attention.count(connection) == 0


def deploy(world: World, code: str) -> str:
    size = len(code) // 2
    init = f"61{size:04x}80600a3d393d f3{code}".replace(" ", "")
    return str(call(world, None, "0x" + init)["contractAddress"])


def call(world: World, to: str | None, data: str):
    nonce = world.web3.eth.get_transaction_count(world.owner.address)
    fields = {"nonce": nonce, "gas": 8_000_000, "gasPrice": 10**11, "value": 0, "data": data, "chainId": 1337}
    signed = world.owner.sign_transaction(fields | ({"to": to} if to else {}))
    sent = world.web3.eth.send_raw_transaction(signed.raw_transaction)
    receipt = world.web3.eth.wait_for_transaction_receipt(sent, poll_latency=0.01)
    assert receipt["status"] == 1
    return receipt
