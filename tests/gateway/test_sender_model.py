"""Whatever a chain does to a gateway's transactions, every entry is consumed once, in order, and no nonce is skipped.

The sender and its store are real, the chain is a model that does its worst: it drops, forgets, undoes blocks, raises
its price, lets something else use a nonce, and answers nothing; and the gateway is killed in between.
"""

import tempfile
from contextlib import suppress
from pathlib import Path

import pytest
from eth_account import Account
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import insert, select, update

from contracts.gateway.serving import intake
from contracts.gateway.settling import outbox
from contracts.gateway.settling.batcher import Limits
from contracts.gateway.settling.follower import Terms
from contracts.gateway.settling.outbox import Outgoing
from contracts.gateway.settling.sender import IN_FLIGHT_MAX, Sender, Settling
from contracts.gateway.settling.wallet import Wallet
from contracts.gateway.store import waiting
from contracts.gateway.store.database import Store
from contracts.gateway.store.tables import progress, terminals
from contracts.wire.errors import TryAgain
from contracts.wire.typed_data import Domain
from contracts.wire.units import Address, Timestamp
from tests.gateway.chain_model import FIRST_BLOCK, Chain
from tests.gateway.world import KEY_OF_GATEWAY, Till

DOMAIN = Domain(1337, Address(b"c" * 20))
CEILING = 1_000
FINAL_DEPTH = 3


class Storm(RuleBasedStateMachine):
    """A gateway and a chain, and everything that may happen between them."""

    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.chain, self.now = Chain(DOMAIN), 1_000
        self.tills = [Till(DOMAIN) for _ in range(3)]
        self.taken = [0, 0, 0]
        self.store = Store.open(Path(self.folder.name), DOMAIN, FIRST_BLOCK + 1)
        with self.store.writing() as connection:
            connection.execute(insert(terminals), [{"terminal": till.address, "shop": 1} for till in self.tills])
        self.restart()

    @rule()
    def restart(self) -> None:
        """Killed, and started again: all that it remembered is gone."""
        wallet = Wallet(Account.from_key(KEY_OF_GATEWAY), DOMAIN)
        terms, limits = Terms(CEILING, 60), Limits(entries=4, age=0)
        parts = self.store, self.chain, DOMAIN, "only", lambda: Timestamp(self.now), limits, terms
        self.sender = Sender(Settling(*parts), wallet)  # type: ignore[arg-type]

    @rule(number=st.integers(0, 2), count=st.integers(1, 3))
    def take_in(self, number: int, count: int) -> None:
        till = self.tills[number]
        for _ in range(count):
            till.add(b"\x02\x63" + bytes([len(till.entries) % 256]))
        intake.take_in(self.store, DOMAIN, till.segment(self.taken[number] + 1), Timestamp(self.now))
        self.taken[number] = len(till.entries)

    @rule(seconds=st.sampled_from([1, 1, 11, 61]))
    def step(self, seconds: int) -> None:
        self.now += seconds
        with suppress(TryAgain):
            self.sender.step()

    @rule()
    def mine(self) -> None:
        """Chain and gateway have one clock: what is stuck is told by blocks that were made after it was sent."""
        self.now += 1
        self.chain.time = self.now
        self.chain.mine()

    @rule(number=st.integers(0, 2))
    def settle(self, number: int) -> None:
        """All goes well: something is taken in, sent, mined, and seen to be."""
        self.take_in(number, 1)
        self.step(1)
        self.mine()
        self.step(1)

    @rule()
    def read(self) -> None:
        """What is final is read, as the reader does."""
        final = self.chain.head - FINAL_DEPTH
        with self.store.writing() as connection:
            if final <= connection.execute(select(progress.c.block)).scalar_one():
                return
            for terminal, places in self.chain.consumed(final).items():
                where = terminals.c.terminal == terminal
                connection.execute(update(terminals).where(where).values(sequence=places[-1][1]))
            connection.execute(update(progress).values(block=final))
            waiting.tidy(connection)

    @precondition(lambda self: self.undoable() > 0)
    @rule(data=st.data(), keep=st.booleans())
    def undo(self, data: st.DataObject, keep: bool) -> None:
        self.chain.undo(data.draw(st.integers(1, self.undoable())), keep=keep)

    @precondition(lambda self: len(self.outgoing()) == 0)
    @rule(number=st.integers(0, 2), keep=st.booleans())
    def settle_in_vain(self, number: int, keep: bool) -> None:
        """All went well, and was undone."""
        self.settle(number)
        self.chain.undo(min(1, self.undoable()), keep=keep)

    @rule()
    def drop(self) -> None:
        self.chain.pool.clear()

    @rule(base=st.sampled_from([1, 10, 30, 300, 900, 2_000]))
    def price(self, base: int) -> None:
        self.chain.base = base

    @rule(forgetful=st.booleans(), down=st.booleans())
    def behave(self, forgetful: bool, down: bool) -> None:
        self.chain.forgetful, self.chain.down = forgetful, down

    @rule()
    def spend(self) -> None:
        self.chain.spend()

    @invariant()
    def consumed_once_and_in_order(self) -> None:
        for places in self.chain.consumed().values():
            ends = [0, *(last for _, last in places)]
            assert [first for first, _ in places] == [last + 1 for last in ends[:-1]]

    @invariant()
    def few_and_cheap(self) -> None:
        ongoing = self.outgoing()
        assert sum(one.block is None for one in ongoing) <= IN_FLIGHT_MAX + len(ongoing) * (self.chain.salt > 0)
        assert all(attempt.fees.most <= CEILING for one in ongoing for attempt in one.attempts)
        assert len({one.nonce for one in ongoing}) == len(ongoing)

    def undoable(self) -> int:
        """Blocks that nobody has taken for final."""
        with self.store.reading() as connection:
            return int(self.chain.head - connection.execute(select(progress.c.block)).scalar_one())

    def outgoing(self) -> list[Outgoing]:
        with self.store.reading() as connection:
            return outbox.outgoing(connection, Wallet(Account.from_key(KEY_OF_GATEWAY), DOMAIN).address)

    def teardown(self) -> None:
        """The weather clears up: everything comes to its end, and nothing stays on its way."""
        if not hasattr(self, "store"):
            return
        self.chain.base, self.chain.forgetful, self.chain.down = 10, False, False
        for _ in range(40):
            self.step(31)
            self.mine()
            self.read()
        consumed = self.chain.consumed()
        assert [consumed.get(till.address, [(0, 0)])[-1][1] for till in self.tills] == self.taken
        assert self.outgoing() == []
        ours = [sent.nonce for sent in self.chain.pool.values() if sent.batch]  # somebody else's may lie there for ever
        assert ours == [], "no nonce was skipped"
        self.store.close()
        self.folder.cleanup()


Storm.TestCase.settings = settings(
    max_examples=25, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
)
test_whatever_a_chain_does = pytest.mark.timeout(600)(Storm.TestCase)
