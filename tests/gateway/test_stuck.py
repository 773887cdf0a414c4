"""F12, on a real node: a transaction that does not get into a block, whatever the reason, and what becomes of it."""

import pytest
from eth_account import Account

from contracts.chain import checksum
from contracts.gateway.settling.follower import Terms
from contracts.wire.errors import TryAgain
from contracts.wire.units import Address, from_hex
from tests.gateway.node_town import ACCOUNT, GWEI, Town
from tests.gateway.world import KEY_OF_GATEWAY


def finish(town: Town) -> None:
    """Blocks are made, everything is followed to its end, and nothing is left on its way."""
    for _ in range(4):
        town.mine(4)
        town.desk.time += 10
        town.desk.work()
    assert town.outgoing() == []
    assert town.pooled() == 0


def test_f12_a_stuck_transaction_is_replaced_by_a_dearer_one(town: Town):
    town.desk.sender = town.desk.open_sender(KEY_OF_GATEWAY, terms=Terms(stuck=5))
    town.hold()
    town.pay(300)
    town.desk.sender.step()
    first = town.outgoing()[0]
    town.next_base_fee(50)
    town.mine(1)
    town.desk.time += 4
    town.desk.sender.step()
    assert len(town.outgoing()[0].attempts) == 1, "not stuck yet"

    town.desk.time += 1
    town.desk.sender.step()

    second = town.outgoing()[0]
    assert second.nonce == first.nonce
    assert second.newest.fees.most > 2 * 43 * GWEI, "today's price"
    assert second.attempts[0].hash == first.newest.hash
    finish(town)
    assert town.desk.outcomes(town.till) == [(1, 0, 300)]
    assert town.nonce() == first.nonce + 1, "one nonce, one settlement"
    assert town.spent() == [(1, 1)]


def test_f12_a_chain_that_stands_still_is_no_reason_to_pay_more(town: Town):
    town.hold()
    town.desk.time = town.world.web3.eth.get_block("latest")["timestamp"] + 100
    town.pay(300)
    town.desk.sender.step()
    town.desk.time += 3_600
    town.desk.sender.step()
    assert len(town.outgoing()[0].attempts) == 1


def test_f12_nothing_is_sent_while_the_base_fee_is_above_the_ceiling(town: Town):
    town.hold()
    town.next_base_fee(300)
    town.mine(1)
    town.pay(300)
    with pytest.raises(TryAgain, match=r"base fee is .* gwei, and at most 200 are to be paid"):
        town.desk.sender.step()
    assert town.outgoing() == []

    for _ in range(8):
        town.mine(1)  # it falls by an eighth each
    town.desk.sender.step()
    finish(town)
    assert town.desk.outcomes(town.till) == [(1, 0, 300)]


def test_f12_a_stuck_transaction_is_not_replaced_beyond_the_ceiling(town: Town):
    town.desk.sender = town.desk.open_sender(KEY_OF_GATEWAY, terms=Terms(ceiling=4 * GWEI))
    town.hold()
    town.pay(300)
    town.desk.sender.step()
    town.next_base_fee(50)
    town.mine(1)
    town.desk.time += 60
    with pytest.raises(TryAgain, match="more than 4 gwei is not to be paid"):
        town.desk.sender.step()
    assert len(town.outgoing()[0].attempts) == 1
    for _ in range(40):
        town.mine(1)
    finish(town)
    assert town.desk.outcomes(town.till) == [(1, 0, 300)]


def test_f12_what_the_node_has_dropped_is_given_to_it_again(town: Town):
    town.hold()
    town.pay(300)
    town.desk.sender.step()
    raw = town.outgoing()[0].newest.hash
    town.drop()
    assert town.pooled() == 0

    town.desk.time += 10
    town.desk.sender.step()

    assert town.pooled() == 1
    assert [one.hash for one in town.outgoing()[0].attempts] == [raw], "the same bytes"
    town.desk.time += 10
    town.desk.sender.step()  # the node knows it already
    finish(town)
    assert town.desk.outcomes(town.till) == [(1, 0, 300)]


def test_f12_what_was_dropped_at_the_ceiling_is_given_to_the_node_again(town: Town):
    town.desk.sender = town.desk.open_sender(KEY_OF_GATEWAY, terms=Terms(ceiling=2 * GWEI))
    town.hold()
    town.next_base_fee(1)
    town.mine(1)
    town.pay(300)
    town.desk.sender.step()
    assert town.outgoing()[0].newest.fees.most == 2 * GWEI
    town.drop()
    town.mine(1)
    town.desk.time += 60

    with pytest.raises(TryAgain, match="more than 2 gwei is not to be paid"):
        town.desk.sender.step()

    assert town.pooled() == 1


def test_f12_a_clock_that_ran_ahead_keeps_no_transaction_from_being_replaced(town: Town):
    town.hold()
    town.desk.time += 10**8
    town.pay(300)
    town.desk.sender.step()
    town.desk.time -= 10**8
    town.next_base_fee(50)
    town.mine(1)
    town.desk.sender.step()
    town.desk.sender.step()
    assert len(town.outgoing()[0].attempts) == 2
    finish(town)
    assert town.desk.outcomes(town.till) == [(1, 0, 300)]


def test_f12_dropped_and_too_cheap_by_now(town: Town):
    """The node forgets it, the price has doubled: it is not taken again as it is, and replaced at once."""
    town.hold()
    town.pay(300)
    town.desk.sender.step()
    town.drop()
    town.next_base_fee(50)
    town.mine(1)
    town.desk.time += 10
    town.desk.sender.step()
    assert len(town.outgoing()[0].attempts) == 2
    assert town.pooled() == 1
    finish(town)
    assert town.desk.outcomes(town.till) == [(1, 0, 300)]


def test_f12_a_nonce_that_something_else_has_used(town: Town):
    """The same key elsewhere: the entries go again, with the next nonce."""
    town.hold()
    town.pay(300)
    town.desk.sender.step()
    nonce = town.outgoing()[0].nonce
    town.drop()
    spend(town, nonce)
    town.mine(1)
    town.desk.time += 59
    town.desk.sender.step()
    assert [one.nonce for one in town.outgoing()] == [nonce], "its receipt may yet come"

    town.desk.time += 1
    town.desk.sender.step()

    assert [one.nonce for one in town.outgoing()] == [nonce + 1]
    finish(town)
    assert town.desk.outcomes(town.till) == [(1, 0, 300)]
    assert town.spent() == [(1, 1)]


def test_f12_an_account_without_money_leaves_the_entries_to_others(town: Town):
    town.ask("anvil_setBalance", ACCOUNT.address, "0x1")
    town.pay(300)
    with pytest.raises(TryAgain, match="send it gas money"):
        town.desk.sender.step()
    assert (town.outgoing(), town.on_the_way()) == ([], [None])

    rich = town.desk.open_sender(OTHER_KEY, owner="another process")
    rich.step()

    assert town.world.sequence(town.till) == 1


def test_f12_several_transactions_at_once_keep_their_order(town: Town):
    """Four at most are on their way; the fifth terminal waits, and the terminals of the four do too."""
    tills = [town.world.till() for _ in range(6)]
    town.mine(4)
    town.desk.read()
    town.hold()
    for till in tills:
        till.pay(town.card, 10)
        town.desk.take_in(till)
        town.desk.sender.step()
    assert [one.nonce for one in town.outgoing()] == list(range(town.nonce(), town.nonce() + 4))
    tills[0].pay(town.card, 11)
    town.desk.take_in(tills[0], 2)
    town.desk.sender.step()
    assert town.pooled() == 4

    finish(town)

    assert [town.desk.reasons(till) for till in tills] == [[0, 0], [0], [0], [0], [0], [0]]
    assert town.world.left(town.card) == 1_000 - 71


def test_a_nonce_that_was_given_up_is_used_again(town: Town):
    """A transaction in the middle is taken out by hand: those behind it cannot be mined before its nonce is used."""
    tills = [town.world.till() for _ in range(3)]
    town.mine(4)
    town.desk.read()
    town.hold()
    for till in tills:
        till.pay(town.card, 10)
        town.desk.take_in(till)
        town.desk.sender.step()
    lost = town.outgoing()[1]
    town.ask("anvil_dropTransaction", "0x" + lost.newest.hash.hex())
    town.desk.sender._follower.give_back(lost.id)

    town.desk.sender.step()

    assert [one.nonce for one in town.outgoing()] == list(range(town.nonce(), town.nonce() + 3))
    finish(town)
    assert [town.desk.reasons(till) for till in tills] == [[0], [0], [0]]


OTHER_KEY = from_hex("0x" + "59" * 32)


@pytest.fixture(autouse=True)
def _money_for_the_other(town: Town) -> None:
    town.ask("anvil_setBalance", Account.from_key(OTHER_KEY).address, hex(10**18))


def spend(town: Town, nonce: int) -> None:
    fields = {"nonce": nonce, "gas": 21_000, "value": 1, "to": checksum(Address(bytes(19) + b"\x01")), "chainId": 1337}
    signed = ACCOUNT.sign_transaction(fields | {"gasPrice": 10**11})
    town.world.web3.eth.send_raw_transaction(signed.raw_transaction)
