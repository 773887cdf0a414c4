"""The menu, and learning devices from it: when it may begin, what it shows, and that it always ends."""

import pytest

from contracts.wire.reasons import Reason
from terminal.core import events
from terminal.core.care import Trouble
from terminal.core.effects import BeginLesson, EndLesson, GatherHelp, KeepLesson
from terminal.core.events import Key
from terminal.core.lesson import Question, Said, Saying
from terminal.core.menu import SAID_MAX
from terminal.core.screen import Item, Stage
from tests.core.shop import FAMILY_01, FAMILY_02, budget

SCANNER = Said(Saying.SCANNER, ("a scanner", "Enter (CR)"))
KEYPAD = Said(Saying.KEYPAD, ("a keypad",))
STOPPED = Said(Saying.STOPPED)


def say(shop, *said):
    for each in said:
        shop.step(events.LessonSaid(shop.now, each))


def learn(shop, *said):
    """The menu's item, and what the lesson says."""
    effects = shop.press(Key.MENU, Key.D1)
    shop.step(events.LessonAsked(shop.now, Question.SCAN))
    say(shop, *said)
    return effects


def end(shop, said=STOPPED):
    return shop.step(events.LessonEnded(shop.now, said))


def test_the_menu_opens_where_no_sale_is_and_closes_again(shop):
    shop.press(Key.MENU)
    assert (shop.screen.stage, shop.screen.items) == (Stage.MENU, (Item.LEARN, Item.REFUND, Item.CLOSE_DAY, Item.HELP))
    for key in (Key.MENU, Key.CANCEL):
        shop.press(key)
        assert shop.screen.stage is Stage.READY
        shop.press(Key.MENU)
    assert shop.press(Key.D5, Key.D0, Key.CONFIRM) == ()
    shop.tick(31)
    assert shop.screen.stage is Stage.READY


def test_a_pass_that_is_scanned_under_an_open_menu_is_a_sale(shop):
    shop.press(Key.MENU)
    shop.scan()
    assert shop.screen.stage is Stage.AMOUNT


@pytest.mark.parametrize("budgets", [(budget(),), (budget(), budget(programme=2))])
def test_in_a_sale_nothing_is_learnt(shop, budgets):
    shop.scan(FAMILY_01, *budgets)
    assert not [each for each in shop.press(Key.MENU, Key.D1) if isinstance(each, BeginLesson)]
    assert shop.screen.stage is Stage.AMOUNT


def test_while_a_payment_is_stored_nothing_is_learnt(shop):
    shop.storing = False
    shop.scan()
    shop.type("500")
    shop.confirm()
    assert shop.press(Key.MENU, Key.D1) == ()
    assert shop.screen.stage is Stage.WORKING


def test_a_closed_terminal_has_no_menu(shop):
    shop.lock()
    assert shop.press(Key.MENU, Key.D1) == ()
    assert shop.screen.stage is Stage.LOCKED


def test_it_shows_what_it_asks_and_the_newest_that_it_says(shop):
    hears = [Said(Saying.HEARS, (f"scanner {number}",)) for number in range(SAID_MAX + 2)]
    assert learn(shop, *hears) == (BeginLesson(),)
    assert (shop.screen.stage, shop.screen.question, shop.screen.said) == (
        Stage.LEARN,
        Question.SCAN,
        tuple(hears[2:]),
    )
    shop.step(events.LessonAsked(shop.now, Question.PRESS))
    assert shop.screen.question is Question.PRESS


def test_no_sale_begins_while_devices_are_learnt_and_the_pass_is_forgotten(shop):
    def nothing_is_sold(stage):
        shop.wait(5)
        assert [type(each).__name__ for each in shop.scan(FAMILY_02)] == ["Forget"]
        shop.misread()
        assert shop.screen.stage is stage

    learn(shop)
    nothing_is_sold(Stage.LEARN)
    shop.step(events.LessonDone(shop.now))
    nothing_is_sold(Stage.KEEP)
    shop.wait(1)
    shop.confirm()
    nothing_is_sold(Stage.CHANGING)
    end(shop, Said(Saying.KEPT, ("backup",)))
    shop.wait(5)
    shop.scan(FAMILY_02)
    assert shop.screen.stage is Stage.AMOUNT


def test_what_was_found_is_kept_only_when_it_is_confirmed(shop):
    learn(shop, Said(Saying.HEARS, ("a scanner",)), SCANNER, *[Said(Saying.HEARS, ("x",))] * SAID_MAX, KEYPAD)
    assert shop.confirm() == ()
    shop.step(events.LessonDone(shop.now))
    assert (shop.screen.stage, shop.screen.said) == (Stage.KEEP, (SCANNER, KEYPAD))
    shop.wait(0.9)
    assert shop.confirm() == ()
    shop.wait(0.1)
    assert shop.confirm() == (KeepLesson(),)
    assert (shop.screen.stage, shop.screen.said) == (Stage.CHANGING, ())
    assert shop.press(*Key) == ()
    kept = Said(Saying.KEPT, ("terminal.toml.bak",))
    end(shop, kept)
    assert (shop.screen.stage, shop.screen.said) == (Stage.LEARNT, (kept,))
    shop.confirm()
    assert shop.screen.stage is Stage.READY


@pytest.mark.parametrize("done", [False, True])
def test_cancel_gives_the_old_devices_back_before_anything_else_is_done(shop, done):
    learn(shop, SCANNER)
    if done:
        shop.step(events.LessonDone(shop.now))
    assert shop.press(Key.CANCEL) == (EndLesson(),)
    assert shop.press(Key.MENU, Key.D1) == ()
    end(shop)
    assert (shop.screen.stage, shop.screen.said) == (Stage.UNLEARNT, (STOPPED,))
    shop.tick(31)
    assert shop.screen.stage is Stage.READY


def test_a_lesson_that_ends_by_itself_says_why(shop):
    learn(shop)
    unheard = Said(Saying.UNHEARD, ("180",))
    end(shop, unheard)
    assert (shop.screen.stage, shop.screen.said) == (Stage.UNLEARNT, (unheard,))
    shop.press(Key.MENU)
    assert learn(shop) == (BeginLesson(),)


def test_an_offer_that_nobody_answers_changes_nothing(shop):
    learn(shop, SCANNER)
    shop.wait(3600)
    shop.step(events.LessonDone(shop.now))
    assert shop.tick(119) == ()
    assert shop.tick(1) == (EndLesson(),)


@pytest.mark.parametrize("done", [False, True])
def test_a_lock_ends_a_lesson(shop, done):
    learn(shop)
    if done:
        shop.step(events.LessonDone(shop.now))
    assert shop.lock(Reason.FORK) == (EndLesson(),)
    end(shop)
    assert shop.screen.stage is Stage.LOCKED


def test_what_is_said_after_the_end_means_nothing(shop):
    before = shop.screen
    learn(shop)
    end(shop)
    shop.confirm()
    say(shop, SCANNER)
    shop.step(events.LessonDone(shop.now))
    end(shop)
    assert shop.screen == before


def to_help(shop):
    effects = shop.press(Key.MENU, Key.D4)
    assert (shop.screen.stage, shop.screen.help) == (Stage.HELP, "")
    return effects


def test_help_shows_what_was_gathered_for_as_long_as_somebody_is_there(shop):
    assert to_help(shop) == (GatherHelp(),)
    shop.step(events.HelpGathered(shop.now, "KPH1 WELL"))
    assert shop.screen.help == "KPH1 WELL"
    shop.tick(100)
    shop.press(Key.D7)
    shop.tick(119)
    assert shop.screen.help == "KPH1 WELL"
    shop.tick(1)
    assert (shop.screen.stage, shop.screen.help) == (Stage.READY, "")


@pytest.mark.parametrize("key", [Key.CANCEL, Key.MENU, Key.CONFIRM])
def test_help_ends_by_a_key_and_what_comes_later_opens_it_no_more(shop, key):
    to_help(shop)
    shop.press(key)
    assert shop.screen.stage is Stage.READY
    shop.step(events.HelpGathered(shop.now, "late"))
    assert (shop.screen.stage, shop.screen.help) == (Stage.READY, "")


def test_a_pass_and_a_lock_end_help(shop):
    to_help(shop)
    shop.scan()
    assert shop.screen.stage is Stage.AMOUNT
    shop.press(Key.CANCEL)
    to_help(shop)
    shop.lock()
    assert shop.shows(Stage.LOCKED)


def test_what_is_wrong_with_the_machine_is_on_every_screen_and_in_no_ones_way(shop):
    shop.step(events.TroublesKnown(shop.now, (Trouble.POWER_WEAK, Trouble.HOT)))
    shop.pay(500)
    assert (shop.screen.stage, shop.screen.status.troubles) == (Stage.APPROVED, (Trouble.POWER_WEAK, Trouble.HOT))
    shop.step(events.TroublesKnown(shop.now, ()))
    assert (shop.screen.stage, shop.screen.status.troubles) == (Stage.APPROVED, ())
