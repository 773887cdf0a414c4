"""What happens when something is held before the scanner."""

from dataclasses import replace

import pytest

from contracts.wire.reasons import Reason
from contracts.wire.units import Timestamp
from terminal.core.effects import Forget, Signal, Tone
from terminal.core.events import Key, PassScanned
from terminal.core.screen import Stage
from tests.core.shop import CHECKPOINT, CLOTHES, DAY, FAMILY_01, FAMILY_02, NOON, SPORTS, Shop, budget, slices

REFUSED = (Forget(), Signal(Tone.REFUSED))
SCANNED = (Signal(Tone.SCANNED),)


def test_a_pass_with_one_programme_goes_straight_to_the_amount(shop):
    assert shop.scan() == SCANNED
    assert (shop.screen.stage, shop.screen.programme, shop.screen.amount) == (Stage.AMOUNT, "Kleding", 0)


def test_a_pass_with_several_programmes_asks_which(shop):
    assert shop.scan(FAMILY_01, budget(programme=2), budget(programme=1)) == SCANNED
    assert [(choice.key, choice.programme) for choice in shop.screen.choices] == [("1", "Sport"), ("2", "Kleding")]
    shop.press(Key.D2)
    assert (shop.screen.stage, shop.screen.programme) == (Stage.AMOUNT, "Kleding")


@pytest.mark.parametrize("key", [Key.D0, Key.D3, Key.D9, Key.DOUBLE_ZERO, Key.CONFIRM, Key.CORRECT, Key.MENU])
def test_a_key_that_chooses_nothing_is_ignored(shop, key):
    shop.scan(FAMILY_01, budget(), budget(programme=2))
    assert shop.press(key) == ()
    assert shop.screen.stage is Stage.CHOOSE


def test_cancel_ends_the_choosing(shop):
    shop.scan(FAMILY_01, budget(), budget(programme=2))
    assert shop.press(Key.CANCEL) == (Forget(),)
    assert shop.screen.stage is Stage.READY


def test_a_programme_that_could_not_pay_is_not_offered():
    shop = Shop(programmes=(replace(CLOTHES, paused=True), SPORTS))
    shop.scan(FAMILY_01, budget(), budget(programme=2))
    assert (shop.screen.stage, shop.screen.programme) == (Stage.AMOUNT, "Sport")


def test_when_no_programme_can_pay_the_first_ones_reason_is_shown():
    shop = Shop(programmes=(replace(CLOTHES, paused=True), replace(SPORTS, admitted=False)))
    assert shop.scan(FAMILY_01, budget(), budget(programme=2)) == REFUSED
    assert shop.refusal is Reason.PROGRAMME_PAUSED


AT_THE_SCAN = {
    Reason.PASS_BLOCKED: (Shop(), budget(blocked=True)),
    Reason.PROGRAMME_PAUSED: (Shop(programmes=(replace(CLOTHES, paused=True),)), budget()),
    Reason.PERIOD_NOT_BEGUN: (Shop(programmes=(replace(CLOTHES, begins=Timestamp(NOON + 1)),)), budget()),
    Reason.PERIOD_OVER: (Shop(programmes=(replace(CLOTHES, ends=Timestamp(NOON - 1)),)), budget()),
    Reason.SHOP_NOT_ADMITTED: (Shop(programmes=(replace(CLOTHES, admitted=False),)), budget()),
    Reason.NOT_SET_UP: (Shop(checkpoint=None), budget()),
    Reason.OFFLINE_TOO_LONG: (Shop(checkpoint=replace(CHECKPOINT, time=Timestamp(NOON - DAY))), budget()),
    Reason.BUDGET_SHORT: (Shop(), budget(0)),
    Reason.SLICE_USED_UP: (Shop(checkpoint=replace(CHECKPOINT, slices=slices(0))), budget()),
    Reason.CLOCK_UNKNOWN: (Shop(checkpoint=replace(CHECKPOINT, time=Timestamp(NOON + 1))), budget()),
}


@pytest.mark.parametrize("reason", AT_THE_SCAN, ids=lambda reason: reason.name)
def test_what_no_amount_can_cure_is_refused_at_the_scan(reason):
    shop, held = AT_THE_SCAN[reason]
    assert shop.scan(FAMILY_01, held) == REFUSED
    assert (shop.screen.stage, shop.refusal) == (Stage.REFUSED, reason)


def test_an_unknown_pass_is_refused_by_name(shop):
    assert shop.step(PassScanned(shop.now, FAMILY_02, ())) == REFUSED
    assert shop.refusal is Reason.PASS_UNKNOWN


def test_a_programme_that_the_snapshot_does_not_have_cannot_pay_this_shop(shop):
    assert shop.scan(FAMILY_01, budget(programme=7)) == REFUSED
    assert shop.refusal is Reason.SHOP_NOT_ADMITTED


def test_the_terminals_own_trouble_is_named_before_the_pass():
    shop = Shop(checkpoint=None)
    shop.step(PassScanned(shop.now, FAMILY_02, ()))
    assert shop.refusal is Reason.NOT_SET_UP


def test_f23_the_same_pass_within_three_seconds_is_the_same_scan(shop):
    shop.scan()
    shop.type("12")
    shop.wait(2.999)
    assert shop.scan() == ()
    assert shop.screen.amount == 12


def test_f23_after_three_seconds_it_is_a_new_scan(shop):
    shop.scan()
    shop.type("12")
    shop.wait(3)
    assert shop.scan() == SCANNED
    assert shop.screen.amount == 0


def test_f23_a_pass_kept_under_the_camera_pays_once(shop):
    shop.scan()
    shop.type("1200")
    shop.confirm()
    for _ in range(100):
        shop.wait(0.5)
        assert shop.scan() == (Forget(),)
        assert shop.screen.stage is Stage.APPROVED
    shop.tick(0.5)
    assert shop.scan() == (Forget(),)
    assert shop.screen.stage is Stage.READY


def test_f23_a_pass_kept_under_the_camera_does_not_hold_an_abandoned_sale_open(shop):
    shop.scan()
    for _ in range(121):
        shop.tick(1)
        shop.scan()
    assert shop.screen.stage is Stage.READY


def test_another_pass_takes_over_and_keeps_its_key(shop):
    shop.scan(FAMILY_01)
    shop.type("12")
    assert shop.scan(FAMILY_02) == SCANNED
    assert (shop.screen.stage, shop.screen.amount) == (Stage.AMOUNT, 0)
    shop.type("500")
    (commit,) = shop.confirm()
    assert commit.pass_address == FAMILY_02


def test_another_pass_that_is_refused_ends_the_open_sale(shop):
    shop.scan(FAMILY_01)
    assert shop.scan(FAMILY_02, budget(blocked=True)) == REFUSED
    shop.tick(8)
    assert shop.screen.stage is Stage.READY


@pytest.mark.parametrize("amount", ["700", ""])
def test_f27_a_product_scanned_by_mistake_is_named_and_the_sale_stays(shop, amount):
    shop.scan()
    shop.type(amount)
    assert shop.misread(Reason.SCAN_PRODUCT) == (Signal(Tone.REFUSED),)
    assert (shop.screen.stage, shop.refusal) == (Stage.REFUSED, Reason.SCAN_PRODUCT)
    shop.wait(1)
    shop.press(Key.CANCEL)
    assert (shop.screen.stage, shop.screen.amount) == (Stage.AMOUNT, int(amount or 0))


def test_f27_digits_typed_over_the_refusal_leave_no_hole_in_the_price(shop):
    shop.scan()
    shop.type("12")
    shop.misread()
    shop.type("50")
    assert (shop.screen.stage, shop.screen.amount) == (Stage.AMOUNT, 1250)


@pytest.mark.parametrize("key", [Key.CONFIRM, Key.CANCEL, Key.CORRECT, Key.MENU])
def test_f27_a_key_on_the_refusal_only_takes_it_away(shop, key):
    shop.scan()
    shop.type("1250")
    shop.misread()
    assert shop.press(key) == ()
    assert shop.screen.stage is Stage.REFUSED  # too soon: it was on its way to the keypad before the picture came
    shop.wait(1)
    assert shop.press(key) == ()
    assert (shop.screen.stage, shop.screen.amount, shop.screen.left) == (Stage.AMOUNT, 1250, None)


def test_f27_a_digit_over_the_refusal_still_chooses(shop):
    shop.scan(FAMILY_01, budget(), budget(programme=2))
    shop.misread()
    shop.press(Key.D2)
    assert (shop.screen.stage, shop.screen.programme) == (Stage.AMOUNT, "Sport")


def test_f27_the_refusal_goes_by_itself(shop):
    shop.misread()
    assert (shop.tick(7.999), shop.screen.stage) == ((), Stage.REFUSED)
    shop.tick(0.001)
    assert shop.screen.stage is Stage.READY


def test_f27_the_refusal_stays_for_its_time_however_long_nobody_was_there(shop):
    shop.tick(500)
    shop.misread()
    shop.tick(7)
    assert shop.screen.stage is Stage.REFUSED


def test_f27_two_wrong_codes_in_a_row_leave_the_sale_open(shop):
    shop.scan()
    shop.type("1250")
    shop.misread(Reason.SCAN_PRODUCT)
    shop.misread(Reason.SCAN_LINK)
    shop.tick(8)
    assert (shop.screen.stage, shop.screen.amount) == (Stage.AMOUNT, 1250)


def test_f27_a_product_left_before_the_scanner_beeps_once(shop):
    assert shop.misread() == (Signal(Tone.REFUSED),)
    shop.wait(2)
    assert shop.misread() == ()
    assert shop.misread(Reason.SCAN_WIFI) == (Signal(Tone.REFUSED),)
    assert shop.refusal is Reason.SCAN_WIFI


def test_f27_a_product_left_before_the_scanner_does_not_hold_a_sale_open(shop):
    shop.scan()
    heard = [effect for _ in range(121) for effect in (*shop.misread(), *shop.tick(1))]
    assert Forget() in heard
    assert shop.screen.stage is not Stage.AMOUNT


def test_f20_no_scan_changes_a_typed_amount(shop):
    shop.scan()
    shop.type("12")
    for reason in (each for each in Reason if each.name.startswith("SCAN_")):
        shop.misread(reason)
        shop.tick(8)
        assert (shop.screen.stage, shop.screen.amount) == (Stage.AMOUNT, 12)


def test_a_wrong_code_is_named_when_nothing_is_open(shop):
    assert shop.misread(Reason.SCAN_NETWORK) == (Signal(Tone.REFUSED),)
    assert shop.refusal is Reason.SCAN_NETWORK


def test_a_pass_is_taken_at_once_over_a_refusal(shop):
    shop.misread()
    assert shop.scan() == SCANNED
    assert shop.screen.stage is Stage.AMOUNT
