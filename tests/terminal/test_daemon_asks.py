"""Sales that the contract must say yes to, in the real daemon: what the shopkeeper sees, and what is kept of it."""

import json
from contextlib import asynccontextmanager

import pytest

from contracts.wire.entry import Ask, PhoneAsk, Refund
from contracts.wire.reasons import Reason
from contracts.wire.units import Timestamp
from terminal import config, daemon
from terminal.clock import Clock
from terminal.core.effects import AskEnd
from terminal.core.screen import EntryState, Stage, Wait
from terminal.outward import Outward
from tests.terminal.clockwork import BEGIN, Times, connected, open_counter, served
from tests.terminal.till import Till, phone_code

PRICE = ("8", "0", "00")


@pytest.fixture
def times():
    return Times()


@pytest.fixture
def till(tmp_path, monkeypatch):
    monkeypatch.setattr(daemon, "TICK_SECONDS", 0.02)
    made = Till(tmp_path / "till")
    made.know(at=Timestamp(BEGIN))
    return made


@asynccontextmanager
async def opened(till, times, **facts):
    """A counter with a network, and its world."""
    async with served(till, times, **facts) as world, connected(till, times) as counter:
        yield counter, world


def ends(counter):
    return counter.store.ends()


async def test_f39_a_price_above_the_floor_limit_is_approved_once_the_contract_paid_it(till, times):
    async with opened(till, times) as (counter, world):
        asking = await counter.sell(1, *PRICE)
        assert (asking.stage, asking.amount, asking.sequence, asking.seconds) == (Stage.ASKING, 80_00, 1, 120)
        assert ends(counter) == {}
        approved = await counter.until(Stage.APPROVED)
        assert (approved.amount, approved.sequence) == (80_00, 1)
        assert approved.recent[0].state is EntryState.PAID
        assert ends(counter) == {1: AskEnd.HANDED_OVER}
        assert isinstance(world.contents()[1], Ask)


async def test_a_phone_asks_too(till, times):
    async with opened(till, times) as (counter, world):
        assert (await counter.pay(phone_code(1, ceiling=90_00), *PRICE)).stage is Stage.ASKING
        await counter.until(Stage.APPROVED)
        content = world.contents()[1]
        assert isinstance(content, PhoneAsk)
        assert content.delegation.counter == 1


async def test_f39_what_the_contract_refuses_is_refused_with_its_reason_and_takes_nothing(till, times):
    async with opened(till, times, ask_reason=Reason.ASK_DAY_LIMIT) as (counter, _):
        await counter.sell(1, *PRICE)
        refused = await counter.until(Stage.REFUSED)
        assert refused.reason == Reason.ASK_DAY_LIMIT
        assert ends(counter) == {1: AskEnd.REFUSED}
        assert counter.store.facts().entries == ()


async def test_f39_an_ask_that_nobody_settles_is_refused_when_it_can_no_longer_be_paid(till, times):
    async with opened(till, times, settles=False) as (counter, _):
        await counter.sell(1, *PRICE)
        await counter.until(lambda screen: screen.wait is Wait.CONTRACT)
        times.pass_by(121)
        refused = await counter.until(Stage.REFUSED)
        assert refused.reason == Reason.ASK_TOO_LATE
        assert ends(counter) == {1: AskEnd.REFUSED}


async def test_f39_when_nobody_waits_any_more_and_it_was_paid_the_shopkeeper_is_asked(till, times):
    async with opened(till, times, settles=False) as (counter, world):
        await counter.sell(1, *PRICE)
        counter.press("cancel")
        await counter.until(Stage.READY)
        world.settled = 1
        question = await counter.until(Stage.ASK_PAID)
        assert (question.amount, question.sequence) == (80_00, 1)
        assert ends(counter) == {1: AskEnd.PAID}
        times.pass_by(2)
        counter.press("1")
        await counter.until(Stage.READY)
        assert ends(counter) == {1: AskEnd.HANDED_OVER}
        assert counter.store.sequence == 1


async def test_f39_power_fails_after_an_ask_and_what_it_was_paid_is_given_back(till, times):
    async with served(till, times, settles=False) as world:
        async with connected(till, times) as counter:
            await counter.sell(1, *PRICE)
            await counter.until(lambda screen: screen.status.unsent == 0)
        world.settles, world.settled = True, 1
        async with open_counter(till, times) as counter:
            await counter.until(Stage.ASK_PAID)
            times.pass_by(2)
            counter.press("2")
            refunded = await counter.until(Stage.REFUNDED)
            assert (refunded.amount, refunded.sequence) == (80_00, 2)
            assert ends(counter) == {1: AskEnd.GIVEN_BACK}
            await counter.until(lambda screen: screen.status.unsent == 0)
            refund = world.contents()[2]
            assert isinstance(refund, Refund)
            assert (refund.terminal, refund.sequence, refund.amount) == (till.address, 1, 80_00)
        async with open_counter(till, times) as counter:
            assert counter.store.facts().paid_asks == ()


async def test_f39_power_fails_before_the_question_is_answered(till, times):
    async with opened(till, times, settles=False) as (counter, world):
        await counter.sell(1, *PRICE)
        counter.press("cancel")
        await counter.until(Stage.READY)
        world.settled = 1
        await counter.until(Stage.ASK_PAID)
    async with open_counter(till, times) as counter:  # with no network: it is known for certain already
        assert (await counter.until(Stage.ASK_PAID)).amount == 80_00


async def test_one_ask_is_open_at_a_time(till, times):
    async with opened(till, times, settles=False) as (counter, _):
        await counter.sell(1, *PRICE)
        counter.press("cancel")
        await counter.until(Stage.READY)
        refused = await counter.sell(2, *PRICE)
        assert (refused.stage, refused.reason) == (Stage.REFUSED, Reason.ASK_OPEN)
        for behind in (Stage.AMOUNT, Stage.READY):
            times.pass_by(5)
            counter.press("cancel")
            await counter.until(behind)
        assert (await counter.sell(3)).stage is Stage.APPROVED


async def test_without_a_network_nothing_can_be_asked(till, times):
    async with open_counter(till, times) as counter:
        refused = await counter.sell(1, *PRICE)
        assert (refused.stage, refused.reason) == (Stage.REFUSED, Reason.ASK_OFFLINE)


async def test_f38_the_gateways_word_pays_no_ask(till, times):
    """It says that the ask is paid; the chain has not heard of it."""
    async with opened(till, times, settles=False) as (counter, world):
        await counter.sell(1, *PRICE)
        asked = world.served["outcomes"]
        world.lie = lambda _, target, __: (200, OUTCOME) if "outcomes" in target else None
        told = await counter.until(lambda screen: screen.wait is Wait.FINALITY)
        assert (told.stage, world.served["outcomes"] > asked) == (Stage.ASKING, True)
        assert ends(counter) == {}


_PAID = {"sequence": 1, "reason": 0, "from_slice": 0, "from_budget": 80_00, "transaction": "0x" + "11" * 32, "block": 5}
OUTCOME = json.dumps({"outcomes": [_PAID]}).encode()


class Asked:
    """A daemon that has asked, or has not."""

    asks = False

    def report(self, event):
        """Nobody listens."""

    gateway_answers = chain_answers = report


async def test_somebody_who_waits_does_not_wait_for_the_next_round(till):
    with till.store() as store:
        listener = Asked()
        outward = Outward(config.load(till.config), store, till.signer(), Clock(Timestamp(0)), listener)
        pace = outward._pace(5.0, 1.0)
        assert pace() == 5.0
        listener.asks = True
        assert pace() == 1.0
        outward.wake()  # before there is anything to wake
        assert await outward.sales(till.address, 0) == ()


async def test_a_disk_that_takes_no_note_of_the_end_is_no_reason_to_stop(till, times, monkeypatch):
    """The chain tells again after the next start."""
    async with served(till, times) as world, connected(till, times) as counter:
        assert world.online
        counter.store._database.execute(
            "CREATE TRIGGER full BEFORE INSERT ON ends BEGIN SELECT raise(ABORT, 'full'); END"
        )
        await counter.sell(1, *PRICE)
        await counter.until(Stage.APPROVED)
        assert ends(counter) == {}
        counter.store._database.execute("DROP TRIGGER full")
        assert counter.store.facts().open_asks
