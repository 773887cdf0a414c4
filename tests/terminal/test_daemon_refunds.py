"""Giving back, the PIN before it, phones, and a retired terminal, in the real daemon."""

import json
from contextlib import asynccontextmanager

import pytest

from contracts.wire import passcode
from contracts.wire.entry import Delegation, PhonePayment, Refund
from contracts.wire.reasons import Reason
from contracts.wire.units import Address, Cents, Timestamp, to_hex
from terminal import daemon, pin
from terminal.core.facts import GivenBack
from terminal.core.screen import Booked, Item, Stage
from tests.terminal.books import retire
from tests.terminal.clockwork import BEGIN, Times, connected, open_counter, served
from tests.terminal.till import NETWORK, Till, code, pass_address, phone_code

OTHER = Address(b"\x77" * 20)
MADE_UP = passcode.make_phone(NETWORK, Delegation(1, Cents(5_00), Timestamp(2**39), 1), b"\xff" * 64)


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
    async with served(till, times, **facts) as world, connected(till, times) as counter:
        yield counter, world


async def sell(counter, times, family, *keys):
    """A sale, and away from its picture."""
    approved = await counter.sell(family, *keys)
    assert approved.stage is Stage.APPROVED
    times.pass_by(5)
    counter.press("cancel")
    await counter.until(Stage.READY)


async def look(counter, family):
    """To the list of what may be given back to this family; or to its being empty."""
    counter.press("menu")
    await counter.until(Stage.MENU)
    counter.press("2")
    await counter.until(Stage.REFUND_SCAN)
    await counter.scan(code(family))
    return await counter.until(
        lambda screen: screen.stage is Stage.REFUSED or (screen.stage is Stage.REFUND_CHOOSE and not screen.searching)
    )


async def test_f40_a_part_of_a_sale_is_given_back_and_no_more_than_the_rest_is_left(till, times):
    async with opened(till, times) as (counter, world):
        await sell(counter, times, 1, "2", "0", "00")
        found = await look(counter, 1)
        assert [(sale.key, sale.sequence, sale.here, sale.amount) for sale in found.sales] == [("1", 1, True, 20_00)]
        counter.press("1", "5", "00", "confirm")
        refunded = await counter.until(Stage.REFUNDED)
        assert (refunded.amount, refunded.sequence, refunded.recent[0].kind) == (5_00, 2, Booked.REFUND)
        await counter.until(lambda screen: screen.status.unsent == 0)
        refund = world.contents()[2]
        assert isinstance(refund, Refund)
        assert (refund.pass_address, refund.terminal, refund.sequence) == (pass_address(1), till.address, 1)
        times.pass_by(5)
        counter.press("cancel")
        await counter.until(Stage.READY)
        assert [sale.amount for sale in (await look(counter, 1)).sales] == [15_00]
        counter.press("1", "9", "9", "00", "confirm")
        assert (await counter.until(Stage.REFUNDED)).amount == 15_00


def told(family, amount, refunded=0, **changes):
    sale = {"terminal": to_hex(OTHER), "sequence": 4, "programme": 1, "pass_address": to_hex(pass_address(family))}
    return {**sale, "amount": amount, "refunded": refunded, "time": BEGIN - 50, **changes}


async def test_f40_sales_of_the_shops_other_terminals_come_from_the_gateway(till, times):
    async with opened(till, times) as (counter, world):
        world.sales = [told(1, 30_00, 10_00), told(2, 5_00)]
        found = await look(counter, 1)
        assert [(sale.here, sale.amount) for sale in found.sales] == [(False, 20_00)]
        counter.press("1", "confirm")
        assert (await counter.until(Stage.REFUNDED)).amount == 20_00
        given = GivenBack(1, OTHER, 4, 1, pass_address(1), Cents(20_00))
        assert list(counter.store.refunds()) == [given]
        await counter.until(lambda screen: screen.status.unsent == 0)
        world.sales = [told(1, 30_00, 30_00)]
        times.pass_by(5)
        counter.press("cancel")
        await counter.until(Stage.READY)
        empty = await look(counter, 1)
        assert (empty.stage, empty.reason) == (Stage.REFUSED, Reason.REFUND_NOTHING)


LIES = [
    b"<html>log in</html>",
    b"[" * 10_000,
    json.dumps({"sequence": 0, "sales": [told(1, 30_00, 40_00)]}).encode(),
    json.dumps({"sequence": 0, "sales": [told(1, 30_00)] * 2}).encode(),
    json.dumps({"sequence": 0, "sales": [told(1, -1)]}).encode(),
    json.dumps({"sequence": 0, "sales": [told(1, 1, sequence=number) for number in range(1, 22)]}).encode(),
    json.dumps({"sequence": 0, "sales": [told(1, 1, name="x")]}).encode(),
]


@pytest.mark.parametrize("lie", LIES, ids=range(len(LIES)))
async def test_f34_f38_what_is_no_answer_leaves_this_terminals_own_sales(till, times, lie):
    async with opened(till, times) as (counter, world):
        await sell(counter, times, 1)
        world.lie = lambda _, target, __: (200, lie) if "/sales?" in target else None
        assert [sale.here for sale in (await look(counter, 1)).sales] == [True]


async def test_f38_a_sale_of_this_terminal_that_it_never_made_is_not_offered(till, times):
    async with opened(till, times) as (counter, world):
        world.sales = [told(1, 30_00, terminal=to_hex(till.address))]
        assert (await look(counter, 1)).reason == Reason.REFUND_NOTHING


async def test_f32_what_a_lost_pass_paid_is_given_back_to_it_when_its_successor_is_shown(till, times):
    """By the contract's rules it is worth the same, and what was drawn for the old pass is repaid first."""
    async with opened(till, times) as (counter, world):
        await sell(counter, times, 1)
        await counter.until(lambda screen: screen.status.unsent == 0)
        world.successors = {pass_address(1): pass_address(8), pass_address(8): pass_address(9)}
        world.sales = [told(1, 5_00, terminal=to_hex(till.address), sequence=1) | {"for": to_hex(pass_address(9))}]
        assert [sale.here for sale in (await look(counter, 9)).sales] == [True]
        counter.press("1", "confirm")
        await counter.until(Stage.REFUNDED)
        assert [refund.pass_address for refund in counter.store.refunds()] == [pass_address(1)]


@pytest.mark.parametrize("successors", [{}, {1: 8}, {1: 8, 8: 1}, {2: 9}])
async def test_f38_another_familys_sale_is_not_offered_on_the_gateways_word(till, times, successors):
    """What is given back would go to that family, and nobody at the counter would see it."""
    async with opened(till, times) as (counter, world):
        world.successors = {pass_address(old): pass_address(new) for old, new in successors.items()}
        world.sales = [told(1, 5_00) | {"for": to_hex(pass_address(9))}]
        assert (await look(counter, 9)).reason == Reason.REFUND_NOTHING


async def test_without_a_network_own_sales_can_be_given_back(till, times):
    async with open_counter(till, times) as counter:
        await sell(counter, times, 1)
        assert len((await look(counter, 1)).sales) == 1
        counter.press("1", "confirm")
        assert (await counter.until(Stage.REFUNDED)).amount == 5_00


async def test_the_last_sale_is_given_back_by_one_item(till, times):
    async with opened(till, times) as (counter, _):
        await sell(counter, times, 1)
        counter.press("menu")
        assert Item.VOID in (await counter.until(Stage.MENU)).items
        counter.press("5")
        assert (await counter.until(Stage.VOID)).amount == 5_00
        counter.press("confirm")
        assert (await counter.until(Stage.REFUNDED)).amount == 5_00
        assert [refund.sale_sequence for refund in counter.store.refunds()] == [1]


async def test_the_menu_opens_with_the_shops_pin_alone(till, times, caplog):
    till.extra = f'staff_pin = "{pin.seal("2468")}"'
    till.configure()
    async with open_counter(till, times) as counter:
        await counter.until(Stage.READY)
        counter.press("menu")
        await counter.until(Stage.PIN)
        counter.press("1", "3", "5", "7", "confirm")
        wrong = await counter.until(lambda screen: screen.reason)
        assert (wrong.stage, wrong.reason, wrong.typed) == (Stage.PIN, Reason.PIN_WRONG, 0)
        counter.press("2", "4", "6", "8", "confirm")
        await counter.until(Stage.MENU)
    assert "2468" not in caplog.text
    assert "1357" not in caplog.text


async def test_a_phone_pays_once_with_one_code(till, times):
    async with opened(till, times) as (counter, world):
        assert (await counter.pay(phone_code(1, counter=7), "2", "0", "00")).stage is Stage.APPROVED
        await counter.until(lambda screen: screen.status.unsent == 0)
        content = world.contents()[1]
        assert isinstance(content, PhonePayment)
        assert (content.amount, content.delegation.counter) == (20_00, 7)
        for again, reason in ((7, Reason.PHONE_CODE_USED), (8, Reason.PHONE_CODE_CEILING)):
            times.pass_by(5)
            counter.press("cancel")
            await counter.until(Stage.READY)
            refused = await counter.pay(phone_code(1, counter=again, ceiling=10_00), "2", "0", "00")
            assert (refused.stage, refused.reason) == (Stage.REFUSED, reason)


async def test_f22_a_phones_code_that_no_pass_signed_changes_nothing_in_a_sale(till, times):
    """It is well-formed: whoever holds it up could otherwise take the pass's key away under an open sale."""
    async with open_counter(till, times) as counter:
        await counter.scan(code(1))
        await counter.until(Stage.AMOUNT)
        await counter.scan(MADE_UP)
        assert (await counter.until(Stage.REFUSED)).reason == Reason.SCAN_DAMAGED
        counter.press("5", "00", "confirm")
        assert (await counter.until(Stage.APPROVED)).amount == 5_00


async def test_f31_f33_a_retired_terminal_sells_no_more_and_still_sends_what_waits(till, times):
    async with open_counter(till, times) as counter:
        await sell(counter, times, 1)
    with till.store() as store:
        retire(store, till.signer())
    async with served(till, times) as world, open_counter(till, times) as counter:
        locked = await counter.until(lambda screen: screen.status.unsent == 0)
        assert (locked.stage, locked.reason) == (Stage.LOCKED, Reason.TERMINAL_IS_RETIRED)
        await counter.scan(code(2))
        counter.press("menu")
        assert len(world.entries) == 2
        assert counter.store.sequence == 2
