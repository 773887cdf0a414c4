"""A phone's code: one payment in one programme, up to its ceiling, until its expiry, once."""

from dataclasses import replace

import pytest

from contracts.wire.entry import EntryKind, PhoneAsk, PhonePayment
from contracts.wire.reasons import Reason
from contracts.wire.units import Cents, Timestamp
from terminal.core.effects import Commit, Forget, Signal, Tone
from terminal.core.events import Key
from terminal.core.facts import OpenEntry
from terminal.core.screen import Stage
from terminal.core.spending import is_used, net
from terminal.core.state import Knowledge
from tests.core.shop import CLOTHES, CODE, FAMILY_01, FAMILY_02, NOON, SPORTS, Shop, budget

REFUSED = (Forget(), Signal(Tone.REFUSED))


def pay(shop, amount, code=CODE, *budgets):
    shop.wait(5)
    shop.phone(code, FAMILY_01, *budgets)
    shop.type(str(amount))
    return shop.confirm()


def test_a_phones_code_pays_by_its_delegation(shop):
    shop.storing = False
    assert shop.phone() == (Signal(Tone.SCANNED),)
    shop.type("1250")
    assert shop.confirm() == (Commit(1, FAMILY_01, PhonePayment(Cents(1_250), NOON, CODE), NOON),)
    assert shop.state.sale.commit.entry().counter == 7


def test_it_offers_its_own_programme_alone(shop):
    shop.phone(replace(CODE, programme=2), FAMILY_01, budget(), budget(programme=2))
    assert (shop.screen.stage, shop.screen.programme) == (Stage.AMOUNT, "Sport")


def test_a_pass_without_a_budget_there_cannot_pay_by_it(shop):
    assert shop.phone(replace(CODE, programme=2), FAMILY_01, budget()) == REFUSED
    assert shop.refusal is Reason.PASS_UNKNOWN


def test_its_own_programmes_trouble_is_named():
    shop = Shop(programmes=(CLOTHES, replace(SPORTS, paused=True)))
    assert shop.phone(replace(CODE, programme=2), FAMILY_01, budget(), budget(programme=2)) == REFUSED
    assert shop.refusal is Reason.PROGRAMME_PAUSED


@pytest.mark.parametrize(("amount", "reason"), [(4_000, 0), (4_001, Reason.PHONE_CODE_CEILING)])
def test_the_ceiling_is_inclusive_and_a_lower_amount_may_do(shop, amount, reason):
    pay(shop, amount)
    assert shop.screen.reason == reason
    if reason:
        shop.type("4000")
        shop.confirm()
    assert (shop.screen.stage, shop.screen.amount) == (Stage.APPROVED, 4_000)


def test_no_ask_cures_the_ceiling(shop):
    shop.online()
    pay(shop, 6_000)
    assert (shop.refusal, shop.commits) == (Reason.PHONE_CODE_CEILING, [])


@pytest.mark.parametrize(("seconds", "stage"), [(120, Stage.AMOUNT), (121, Stage.REFUSED)])
def test_the_expiry_is_inclusive(shop, seconds, stage):
    shop.wait(seconds)
    shop.phone()
    assert shop.screen.stage is stage
    assert stage is Stage.AMOUNT or shop.refusal is Reason.PHONE_CODE_EXPIRED


def test_it_is_judged_again_when_it_is_confirmed(shop):
    shop.wait(115)
    shop.phone()
    shop.type("500")
    shop.wait(6)
    assert shop.confirm() == REFUSED
    assert shop.refusal is Reason.PHONE_CODE_EXPIRED


@pytest.mark.parametrize("clock", [NOON + 121, NOON - 500])
def test_f19_a_clock_can_only_refuse_it(shop, clock):
    """Whatever it says, the entry's time is not before what is certain, and not after the expiry."""
    shop.now = replace(shop.now, clock=Timestamp(clock), synchronised=True)
    shop.phone()
    assert (shop.screen.stage is Stage.AMOUNT) == (clock < NOON)


def test_f15_a_code_that_was_used_here_is_used_although_the_snapshot_does_not_know(shop):
    pay(shop, 500)
    shop.wait(5)
    assert shop.phone() == REFUSED
    assert shop.refusal is Reason.PHONE_CODE_USED
    assert shop.phone(replace(CODE, counter=8)) == (Signal(Tone.SCANNED),)


def test_f15_a_code_of_another_pass_with_that_counter_is_another_code(shop):
    pay(shop, 500)
    assert shop.phone(CODE, FAMILY_02) == (Signal(Tone.SCANNED),)


def test_f15_once_the_snapshot_has_it_the_snapshot_tells(shop):
    pay(shop, 500)
    shop.snapshot(CLOTHES, SPORTS, sequence=1)
    shop.wait(5)
    shop.phone(CODE, FAMILY_01, replace(budget(), counter=7, window=1))
    assert shop.refusal is Reason.PHONE_CODE_USED


@pytest.mark.parametrize(("reason", "used"), [(Reason.ASK_DAY_LIMIT, False), (Reason.PAID, True)])
def test_an_ask_uses_the_code_unless_it_is_refused(shop, reason, used):
    shop.online()
    code = replace(CODE, ceiling=Cents(9_000))
    pay(shop, 6_000, code)
    deadline = Timestamp(NOON + 120)
    assert shop.commits[0].content == PhoneAsk(Cents(6_000), Timestamp(NOON + 5), deadline, code)
    shop.press(Key.CANCEL)
    shop.wait(5)
    assert shop.phone(code) == REFUSED
    shop.checkpoint(11, 1, ask=(1, int(reason)))
    shop.wait(9)
    shop.phone(code)
    assert (shop.screen.stage is Stage.REFUSED) == used


@pytest.mark.parametrize(
    ("counter", "window", "code", "used"),
    [
        (0, 0, 0, False),
        (100, 1, 100, True),
        (100, 1, 101, False),
        (100, 1, 99, False),
        (100, 0b101, 98, True),
        (100, 1, 37, False),
        (100, 1 << 63, 37, True),
        (100, 1, 36, True),
        (100, 1, 2**32 - 1, False),
    ],
)
def test_a_counter_is_unused_above_the_highest_or_within_63_below_and_not_marked(counter, window, code, used):
    assert is_used(replace(budget(), counter=counter, window=window), code) == used


@pytest.mark.parametrize(
    ("used", "counter", "window"),
    [
        ([101], 101, 0b11),
        ([99], 100, 0b11),
        ([163], 163, 1 << 63 | 1),
        ([164], 164, 1),
        ([2**32 - 1], 2**32 - 1, 1),
        ([102, 101], 102, 0b111),
        ([37], 100, 1 << 63 | 1),
        ([36], 100, 1),
    ],
)
def test_own_codes_mark_the_window_as_the_contract_does(used, counter, window):
    paid = OpenEntry(1, FAMILY_01, 1, Cents(1), NOON, NOON, EntryKind.PHONE_PAYMENT)
    entries = tuple(replace(paid, sequence=number, counter=code) for number, code in enumerate(used, start=1))
    (after,) = net(Knowledge(9, entries=entries), FAMILY_01, (replace(budget(), counter=100, window=1),))
    assert (after.counter, after.window) == (counter, window)


def test_a_new_code_of_the_same_phone_is_taken_at_once(shop):
    """The customer shows a new one because the first was refused: it need not leave the camera for three seconds."""
    assert shop.phone(replace(CODE, expiry=Timestamp(NOON - 1))) == REFUSED
    shop.wait(1)
    assert shop.phone() == (Signal(Tone.SCANNED),)


def test_f23_the_same_code_within_three_seconds_is_the_same_scan(shop):
    shop.phone()
    shop.type("12")
    shop.wait(2)
    assert shop.phone() == ()
    assert shop.screen.amount == 12


def test_f23_the_letter_of_that_pass_is_another_scan(shop):
    """The signer holds what was read last: it must be what the sale is made with."""
    shop.phone()
    shop.type("12")
    assert shop.scan() == (Signal(Tone.SCANNED),)
    shop.type("500")
    shop.confirm()
    assert shop.commits[0].content.amount == 500
    assert not isinstance(shop.commits[0].content, PhonePayment)
