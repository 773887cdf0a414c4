"""F13, on a real node: a block that is undone takes settlements with it; each is sent again, and counts once."""

from contracts.gateway.chain.endpoints import Endpoints
from contracts.gateway.chain.node import Node
from contracts.wire import batch
from tests.gateway.node_town import Town
from tests.gateway.world import KEY_OF_SHARED_GATEWAY


def settle(town: Town, sequence: int) -> None:
    while town.world.sequence(town.till) < sequence:
        town.desk.sender.step()
    town.desk.sender.step()  # sees the receipt


def test_f13_sent_again_and_paid_once(town: Town):
    town.pay(300)
    settle(town, 1)
    assert (town.outgoing()[0].block, town.on_the_way()) == (town.world.web3.eth.block_number, [None])
    sent = town.outgoing()[0].newest.hash

    town.reorganise(1)
    town.drop()
    assert town.world.sequence(town.till) == 0
    town.desk.sender.step()

    assert town.on_the_way() == [town.outgoing()[0].id]
    assert town.outgoing()[0].newest.hash == sent, "the same bytes"
    settle(town, 1)
    town.mine(4)
    town.desk.read()
    town.desk.work()
    assert town.desk.outcomes(town.till) == [(1, 0, 300)]
    assert (town.left(), town.outgoing(), town.spent()) == (700, [], [(1, 1)])


def test_f13_two_settlements_of_one_terminal_are_undone_together(town: Town):
    town.pay(300)
    settle(town, 1)
    town.pay(200)
    settle(town, 2)

    town.reorganise(2)
    town.drop()
    settle(town, 2)
    town.mine(4)
    town.desk.read()
    town.desk.work()

    assert town.desk.outcomes(town.till) == [(1, 0, 300), (2, 0, 200)]
    assert (town.left(), town.outgoing(), town.spent()) == (500, [], [(2, 2)])


def test_f13_undone_and_too_cheap_in_the_new_chain(town: Town):
    town.pay(300)
    settle(town, 1)
    town.hold()
    town.reorganise(1)
    town.drop()
    town.next_base_fee(60)
    town.mine(1)

    town.desk.sender.step()

    assert len(town.outgoing()[0].attempts) == 2
    town.mine(1)
    settle(town, 1)
    town.mine(4)
    town.desk.work()
    assert town.desk.outcomes(town.till) == [(1, 0, 300)]


def test_f13_what_follows_waits_until_what_was_undone_is_sent_again(town: Town):
    """Another account must not send the next entries meanwhile: they would be a gap."""
    town.pay(300)
    settle(town, 1)
    town.hold()
    town.reorganise(1)
    town.drop()
    town.pay(200)
    other = town.desk.open_sender(KEY_OF_SHARED_GATEWAY, owner="another process")
    other.step()
    assert [one.block for one in town.outgoing()] != [None], "it is not known here yet"
    assert town.pooled() == 0, "and nothing was sent"

    for _ in range(4):
        town.desk.sender.step()
        town.mine(1)
        other.step()
    town.mine(4)
    town.desk.work()

    assert town.desk.outcomes(town.till) == [(1, 0, 300), (2, 0, 200)]
    assert town.desk.marked() == {}


def test_f13_a_settlement_by_somebody_else_is_undone(town: Town):
    """It was never a transaction of ours: the entries are simply not settled."""
    town.pay(300)
    town.world.settle(batch.encode([town.till.segment()]))
    town.reorganise(1)
    settle(town, 1)
    town.mine(4)
    town.desk.work()
    assert town.desk.outcomes(town.till) == [(1, 0, 300)]


def test_final_by_depth(town: Town):
    """A chain whose node knows no final block: so many blocks on top are enough."""
    world = town.world
    node = Node(Endpoints([world.rpc_url], world.record()), final_depth=3)
    newest = world.web3.eth.block_number
    assert node.final().number == newest - 3
    town.mine(5)
    assert node.final().number == newest + 2
    assert Node(Endpoints([world.rpc_url], world.record()), final_depth=10**6).final().number == 0
