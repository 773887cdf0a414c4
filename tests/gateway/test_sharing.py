"""F11: several processes on one store share the work, one sends from each account, and nothing is settled twice."""

import threading
from collections.abc import Iterator
from contextlib import suppress
from itertools import product

import pytest

from contracts.gateway.settling.leases import LEASE_SECONDS, Lease, let_go_of_all
from contracts.gateway.settling.left_behind import LEFT_SECONDS, give_up
from contracts.wire import batch
from contracts.wire.errors import TryAgain
from contracts.wire.units import Address
from tests.gateway.desk import Desk
from tests.gateway.postgres import Postgres
from tests.gateway.process import until
from tests.gateway.world import KEY_OF_GATEWAY, KEY_OF_SHARED_GATEWAY, Till, World


class Processes:
    """Two desks on one database: each its own connections, node and name."""

    def __init__(self, world: World, url: str, keys: tuple[bytes, bytes]) -> None:
        self.world = world
        self.one, self.two = Desk(world, url), Desk(world, url)
        self.one.sender = self.one.open_sender(keys[0], owner="one")
        self.two.sender = self.two.open_sender(keys[1], owner="two")
        self.card = world.card()

    def take_in(self, count: int) -> list[Till]:
        tills = [self.world.till() for _ in range(count)]
        self.one.read()
        for till in tills:
            till.pay(self.card, 10)
            self.one.take_in(till)
        return tills

    def nonce(self) -> int:
        return self.world.web3.eth.get_transaction_count(self.world.web3.eth.account.from_key(KEY_OF_GATEWAY).address)

    def pass_by(self, seconds: int) -> None:
        self.one.time += seconds
        self.two.time += seconds


@pytest.fixture
def same(world: World, postgres: Postgres) -> Iterator[Processes]:
    yield from opened(Processes(world, postgres.url(), (KEY_OF_GATEWAY, KEY_OF_GATEWAY)))


@pytest.fixture
def different(world: World, postgres: Postgres) -> Iterator[Processes]:
    yield from opened(Processes(world, postgres.url(), (KEY_OF_GATEWAY, KEY_OF_SHARED_GATEWAY)))


def opened(processes: Processes) -> Iterator[Processes]:
    yield processes
    processes.one.store.close()
    processes.two.store.close()


def test_f11_a_second_process_with_the_same_key_stands_by(same: Processes):
    same.one.sender.step()
    till = same.take_in(1)[0]
    assert same.two.sender.step() is False
    assert same.world.sequence(till) == 0
    same.one.work()
    assert same.one.reasons(till) == [0]


def test_f11_it_goes_on_where_the_first_stood_when_that_is_gone(same: Processes):
    """The first stores its transaction, and dies before it sends it."""
    before = same.nonce()
    till = same.take_in(1)[0]
    same.one.node.send = lambda _: pytest.fail("died")  # type: ignore[assignment, method-assign]
    with pytest.raises(BaseException, match="died"):
        same.one.sender.step()
    same.two.sender.step()
    assert same.world.sequence(till) == 0, "the lease is the first one's still"

    same.pass_by(LEASE_SECONDS)
    same.two.work()

    assert same.two.reasons(till) == [0]
    assert same.nonce() == before + 1


def test_f11_who_has_lost_the_account_stores_nothing(same: Processes):
    """It slept while it made a batch; the other has sent meanwhile."""
    before = same.nonce()
    till = same.take_in(1)[0]
    estimate = same.one.node.gas_for

    def sleepy(payer: Address, made: bytes) -> int:
        same.pass_by(61)
        same.two.work()
        return int(estimate(payer, made))

    same.one.node.gas_for = sleepy  # type: ignore[method-assign]
    with pytest.raises(TryAgain, match="another gateway sends from this account now"):
        same.one.sender.step()
    assert same.two.reasons(till) == [0]
    assert same.nonce() == before + 1


def test_f11_two_accounts_share_the_work(different: Processes):
    """While one makes its batch, the other passes over what it has leased."""
    tills = different.take_in(3)
    estimate, late = different.one.node.gas_for, different.take_in(2)

    def meanwhile(payer: Address, made: bytes) -> int:
        different.one.node.gas_for = estimate  # type: ignore[method-assign]
        assert different.two.sender.step() is False
        return int(estimate(payer, made))

    different.one.node.gas_for = meanwhile  # type: ignore[method-assign]
    different.one.work()
    different.two.work()
    assert [different.two.reasons(till) for till in tills + late] == [[0]] * 5


def test_f11_a_lost_lease_doubles_nothing(different: Processes):
    """The lease of the work runs out: the other settles it, and what the first has made is thrown away."""
    before = different.nonce()
    till = different.take_in(1)[0]
    estimate = different.one.node.gas_for

    def sleepy(payer: Address, made: bytes) -> int:
        different.one.node.gas_for = estimate  # type: ignore[method-assign]
        different.pass_by(61)
        different.one.sender._account.lease.held()
        different.two.work()
        return int(estimate(payer, made))

    different.one.node.gas_for = sleepy  # type: ignore[method-assign]
    with pytest.raises(TryAgain, match="ran out while its batch was made"):
        different.one.sender.step()
    assert different.two.reasons(till) == [0]
    assert different.nonce() == before


class Stepping:
    """Senders that step as fast as they can, each in a thread of its own, until they are stopped."""

    def __init__(self, desks: list[Desk]) -> None:
        self.failures: list[BaseException] = []
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(desk,)) for desk in desks]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join(20)

    def _run(self, desk: Desk) -> None:
        while not self._stopping.is_set():
            try:
                with suppress(TryAgain):
                    desk.sender.step()
            except BaseException as error:
                self.failures.append(error)
                raise


def test_f11_all_at_once(world: World, postgres: Postgres):
    """Three processes at the same moment, two of them with the same key: every entry counts once."""
    url = postgres.url()
    keys = (KEY_OF_GATEWAY, KEY_OF_SHARED_GATEWAY, KEY_OF_GATEWAY)
    desks = [Desk(world, url) for _ in keys]
    for number, (desk, key) in enumerate(zip(desks, keys, strict=True)):
        desk.sender = desk.open_sender(key, owner=f"process {number}")
    card, tills = world.card(), [world.till() for _ in range(12)]
    desks[0].read()
    stepping = Stepping(desks)
    for amount, till in product((1, 2, 3), tills):
        till.pay(card, amount)
        desks[0].take_in(till, amount)
    until(lambda: [world.sequence(till) for till in tills] + stepping.failures, lambda told: set(told) == {3})
    stepping.stop()
    desks[0].work()
    assert [desks[0].reasons(till) for till in tills] == [[0, 0, 0]] * 12
    assert world.left(card) == 30_000 - 12 * 6
    for desk in desks:
        desk.store.close()


def test_f11_entries_that_somebody_else_settles_meanwhile(different: Processes):
    till = different.take_in(1)[0]
    different.world.settle(batch.encode([till.segment()]))
    different.one.sender.step()
    different.two.work()
    assert different.two.reasons(till) == [0]


def test_what_an_account_leaves_behind_goes_in_anothers_transaction(different: Processes):
    """Its key is taken out before any node has its transaction: nobody will ever follow that."""
    one, two = different.one, different.two
    till = different.take_in(1)[0]
    one.node.send = lambda _: None  # type: ignore[assignment, method-assign]
    one.sender.step()
    different.pass_by(LEFT_SECONDS)
    assert give_up(two.store, two.clock()) is False, "it may be started again"
    different.pass_by(LEASE_SECONDS)
    one.sender.step()
    assert give_up(two.store, two.clock()) is False, "it is at work again"
    different.pass_by(LEFT_SECONDS + LEASE_SECONDS)
    two.work()
    assert two.reasons(till) == []

    assert give_up(two.store, two.clock()) is True

    two.work()
    assert two.reasons(till) == [0]
    assert give_up(two.store, two.clock()) is False


def test_what_is_in_a_block_is_not_given_up_before_that_is_final(different: Processes):
    till = different.take_in(1)[0]
    different.one.sender.step()
    until(lambda: different.world.sequence(till), bool)
    different.pass_by(LEASE_SECONDS)
    different.one.sender.step()
    different.pass_by(LEFT_SECONDS + LEASE_SECONDS)
    assert give_up(different.two.store, different.two.clock()) is False
    different.two.read()
    assert different.two.reasons(till) == [0]
    assert give_up(different.two.store, different.two.clock()) is True


def test_a_lease_is_one_owners_until_it_runs_out_or_is_let_go(desk: Desk):
    one, two = (Lease(desk.store, "reader", owner, desk.clock) for owner in ("one", "two"))
    assert (one.held(), two.held()) == (True, False)
    desk.time += LEASE_SECONDS - 1
    assert (one.held(), two.held()) == (True, False), "renewed"
    desk.time += LEASE_SECONDS
    assert (two.held(), one.held()) == (True, False)
    let_go_of_all(desk.store, "two", desk.clock())
    assert one.held()
    desk.time += LEASE_SECONDS // 2
    assert (one.held(), two.held()) == (True, False)
    desk.time -= 10_000
    assert two.held(), "the clock was wrong when it was taken, and has been set"
