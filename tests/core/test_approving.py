"""The limits of approving by itself, each on both sides of its edge."""

from dataclasses import replace

import pytest

from contracts.wire.entry import Delegation, EntryKind
from contracts.wire.reasons import Reason
from contracts.wire.units import Cents, Timestamp
from terminal.core.approve import ONE_CENT, WAITING_MAX, WINDOW_MAX, approves_until, free, judge, waiting
from terminal.core.counter import Scanned
from terminal.core.facts import OpenEntry
from terminal.core.moment import Moment
from terminal.core.spending import net
from terminal.core.state import Knowledge
from tests.core.shop import CHECKPOINT, CLOTHES, DAY, FAMILY_01, FAMILY_02, NOON, SPORTS, TODAY, Shop, budget, slices

KNOWN = Knowledge(sequence=0, checkpoint=CHECKPOINT, programmes=(CLOTHES, SPORTS))
PASS = Scanned(FAMILY_01, (budget(), budget(programme=2)))
NOW = Moment(uptime_ms=0, bound=NOON, clock=Timestamp(0), synchronised=False)


def at(seconds: int) -> Moment:
    return replace(NOW, bound=Timestamp(NOON + seconds))


def entry(sequence: int, amount: int, programme: int = 1) -> OpenEntry:
    return OpenEntry(sequence, FAMILY_02, programme, Cents(amount), NOON, NOON)


def with_entries(*entries: OpenEntry, settled: int = 0) -> Knowledge:
    checkpoint = replace(CHECKPOINT, sequence=settled)
    return replace(KNOWN, sequence=len(entries), entries=entries, checkpoint=checkpoint)


def judged(amount: int, knowledge: Knowledge = KNOWN, moment: Moment = NOW, scanned: Scanned = PASS) -> Reason | None:
    return judge(knowledge, scanned, 1, Cents(amount), moment)


@pytest.mark.parametrize(("amount", "verdict"), [(1, None), (5000, None), (5001, Reason.ABOVE_FLOOR_LIMIT)])
def test_the_floor_limit_is_inclusive(amount, verdict):
    assert judged(amount) == verdict


@pytest.mark.parametrize("amount", [0, -1])
def test_no_amount_is_never_approved(amount):
    assert judged(amount) is Reason.AMOUNT_ZERO


@pytest.mark.parametrize(("amount", "verdict"), [(800, None), (801, Reason.BUDGET_SHORT)])
def test_the_budget_is_inclusive(amount, verdict):
    assert judged(amount, scanned=Scanned(FAMILY_01, (budget(800),))) == verdict


@pytest.mark.parametrize(("amount", "verdict"), [(1000, None), (1001, Reason.DAY_LIMIT)])
def test_the_day_limit_is_inclusive_and_counts_what_was_spent_that_day(amount, verdict):
    limited = replace(KNOWN, programmes=(replace(CLOTHES, day_limit=Cents(4_000)),))
    assert judged(amount, limited, scanned=Scanned(FAMILY_01, (budget(today=3_000),))) == verdict


@pytest.mark.parametrize(("seconds", "verdict"), [(DAY - NOON % DAY - 1, Reason.DAY_LIMIT), (DAY - NOON % DAY, None)])
def test_on_a_new_day_nothing_is_spent_yet(seconds, verdict):
    """The new day begins at 00:00 UTC of the time that the entry would carry."""
    limited = replace(KNOWN, programmes=(replace(CLOTHES, day_limit=Cents(4_000), offline_window=2 * DAY),))
    assert judged(1, limited, at(seconds), Scanned(FAMILY_01, (budget(today=4_000),))) == verdict


def test_an_entry_of_an_earlier_day_counts_for_the_budgets_own():
    """Another terminal's payment is of tomorrow already, by its clock: what this one takes counts for that day, too."""
    limited = replace(KNOWN, programmes=(replace(CLOTHES, day_limit=Cents(4_000)),))
    ahead = replace(budget(today=4_000), day=TODAY + 1)
    assert judged(1, limited, scanned=Scanned(FAMILY_01, (ahead,))) is Reason.DAY_LIMIT


@pytest.mark.parametrize(("amount", "verdict"), [(1000, None), (1001, Reason.SLICE_USED_UP)])
def test_f15_the_slice_less_own_open_payments_is_inclusive(amount, verdict):
    knowledge = with_entries(entry(1, 20_000), entry(2, 4_000))
    assert free(knowledge, 1) == 1000
    assert judged(amount, knowledge) == verdict


def test_a_snapshot_that_has_less_than_was_taken_leaves_nothing():
    knowledge = replace(KNOWN, sequence=1, entries=(entry(1, 600),))
    assert net(knowledge, FAMILY_02, (budget(500),)) == (budget(0, today=600),)


def test_f15_only_payments_of_this_programme_after_the_checkpoint_count():
    knowledge = with_entries(entry(1, 20_000), entry(2, 9_000, programme=2), entry(3, 100), settled=1)
    assert (free(knowledge, 1), free(knowledge, 2), free(knowledge, 3)) == (24_900, 1_000, 0)


def test_asks_take_nothing_of_the_slice():
    ask = replace(entry(2, 9_000), kind=EntryKind.ASK, deadline=Timestamp(NOON + 120))
    phone = replace(ask, sequence=3, kind=EntryKind.PHONE_ASK, counter=1)
    assert free(with_entries(entry(1, 1_000), ask, phone), 1) == 24_000


def test_without_a_checkpoint_nothing_is_free():
    knowledge = replace(KNOWN, checkpoint=None)
    assert (free(knowledge, 1), judged(1, knowledge)) == (0, Reason.NOT_SET_UP)


def test_without_a_snapshot_nothing_is_approved():
    assert judged(1, replace(KNOWN, programmes=())) is Reason.NOT_SET_UP


def test_a_slice_that_the_chain_was_not_asked_for_yet_is_no_slice_that_is_used_up():
    unasked = replace(KNOWN, checkpoint=replace(CHECKPOINT, slices=()))
    assert judged(1, unasked) is Reason.NOT_SET_UP
    assert approves_until(unasked, NOW) == 0


@pytest.mark.parametrize(
    ("entries", "settled", "verdict"),
    [(WAITING_MAX - 1, 0, None), (WAITING_MAX, 0, Reason.TOO_MANY_WAITING), (WAITING_MAX, 1, None)],
)
def test_fewer_than_75_entries_wait(entries, settled, verdict):
    knowledge = with_entries(*(entry(n, 1) for n in range(1, entries + 1)), settled=settled)
    assert (WAITING_MAX, waiting(knowledge)) == (75, entries - settled)
    assert judged(1, knowledge) == verdict


@pytest.mark.parametrize(("age", "verdict"), [(DAY - 1, None), (DAY, Reason.OFFLINE_TOO_LONG)])
def test_f09_the_checkpoint_is_younger_than_the_offline_window(age, verdict):
    assert judged(1, moment=at(age)) == verdict


def test_f09_each_programme_has_its_own_window():
    knowledge = replace(KNOWN, programmes=(CLOTHES, replace(SPORTS, offline_window=3 * DAY)))
    assert judge(knowledge, PASS, 1, ONE_CENT, at(DAY)) is Reason.OFFLINE_TOO_LONG
    assert judge(knowledge, PASS, 2, ONE_CENT, at(DAY)) is None


def test_f09_the_countdown_ends_with_the_smallest_window():
    knowledge = replace(KNOWN, programmes=(replace(CLOTHES, offline_window=3 * DAY), SPORTS))
    assert approves_until(knowledge, at(DAY - 1)) == NOON + DAY
    assert approves_until(knowledge, at(DAY)) == 0


@pytest.mark.parametrize(
    "knowledge",
    [
        replace(KNOWN, checkpoint=None),
        replace(KNOWN, programmes=()),
        replace(KNOWN, locked=Reason.FORK),
        with_entries(*(entry(n, 1) for n in range(1, 76))),
    ],
)
def test_f09_the_countdown_is_over_when_nothing_can_be_approved(knowledge):
    assert approves_until(knowledge, NOW) == 0


@pytest.mark.parametrize(
    ("seconds", "verdict"),
    [(-1, Reason.PERIOD_NOT_BEGUN), (0, None), (100, None), (101, Reason.PERIOD_OVER)],
)
def test_the_period_is_inclusive_at_both_ends(seconds, verdict):
    period = replace(CLOTHES, begins=NOON, ends=Timestamp(NOON + 100))
    checkpoint = replace(CHECKPOINT, time=Timestamp(NOON - 10))
    assert judged(1, replace(KNOWN, programmes=(period,), checkpoint=checkpoint), at(seconds)) == verdict


def test_f16_a_locked_terminal_approves_nothing():
    assert judged(1, replace(KNOWN, locked=Reason.FORK)) is Reason.TERMINAL_LOCKED


def test_a_blocked_budget_blocks_its_programme_alone():
    scanned = Scanned(FAMILY_01, (budget(blocked=True), budget(programme=2)))
    assert judged(1, scanned=scanned) is Reason.PASS_BLOCKED
    assert judge(KNOWN, scanned, 2, ONE_CENT, NOW) is None


def test_an_unknown_pass_is_judged_by_the_smallest_window_first():
    nobody = Scanned(FAMILY_01, ())
    assert judged(1, scanned=nobody) is Reason.PASS_UNKNOWN
    assert judged(1, scanned=nobody, moment=at(DAY)) is Reason.OFFLINE_TOO_LONG


NONE = Cents(0)
USED = replace(budget(0), window=1)
EVERYTHING_WRONG = {
    "sequence": 75,
    "locked": Reason.FORK,
    "entries": (entry(75, 25_000),),
    "checkpoint": None,
    "budgets": (),
    "rules": replace(
        CLOTHES, admitted=False, paused=True, begins=Timestamp(NOON + 1), floor_limit=NONE, day_limit=NONE
    ),
    "code": Delegation(1, NONE, Timestamp(NOON - 1), counter=0),
}
CURES: list[tuple[Reason, dict[str, object]]] = [
    (Reason.TERMINAL_LOCKED, {"locked": None}),
    (Reason.NOT_SET_UP, {"checkpoint": replace(CHECKPOINT, time=Timestamp(NOON + 1))}),
    (Reason.CLOCK_UNKNOWN, {"checkpoint": replace(CHECKPOINT, time=Timestamp(NOON - DAY))}),
    (Reason.OFFLINE_TOO_LONG, {"checkpoint": CHECKPOINT}),
    (Reason.TOO_MANY_WAITING, {"sequence": 74}),
    (Reason.PASS_UNKNOWN, {"budgets": (replace(USED, blocked=True),)}),
    (Reason.PASS_BLOCKED, {"budgets": (USED,)}),
    (Reason.SHOP_NOT_ADMITTED, {"rules": replace(CLOTHES, paused=True, begins=Timestamp(NOON + 1))}),
    (Reason.PROGRAMME_PAUSED, {"rules": replace(CLOTHES, begins=Timestamp(NOON + 1))}),
    (Reason.PERIOD_NOT_BEGUN, {"rules": replace(CLOTHES, floor_limit=NONE, day_limit=NONE)}),
    (Reason.PHONE_CODE_EXPIRED, {"code": Delegation(1, NONE, NOON, counter=0)}),
    (Reason.PHONE_CODE_USED, {"code": Delegation(1, NONE, NOON, counter=1)}),
    (Reason.BUDGET_SHORT, {"budgets": (budget(),)}),
    (Reason.DAY_LIMIT, {"rules": replace(CLOTHES, floor_limit=NONE)}),
    (Reason.PHONE_CODE_CEILING, {"code": None}),
    (Reason.ABOVE_FLOOR_LIMIT, {"rules": CLOTHES}),
    (Reason.SLICE_USED_UP, {"entries": ()}),
]


def test_what_fails_is_named_from_the_widest_to_the_narrowest():
    """Everything is wrong at once; each cure uncovers the next reason, until nothing is left."""
    named, facts = [], dict(EVERYTHING_WRONG)
    for _, cure in (*CURES, (None, {})):
        known = {name: value for name, value in facts.items() if name not in {"budgets", "rules", "code"}}
        knowledge = Knowledge(programmes=(facts["rules"],), **known)  # type: ignore[arg-type]
        scanned = Scanned(FAMILY_01, facts["budgets"], facts["code"])  # type: ignore[arg-type]
        named.append(judged(1, knowledge, scanned=scanned))
        facts |= cure
    assert named == [*(reason for reason, _ in CURES), None]


def test_f15_f38_a_lie_in_the_snapshot_cannot_lead_beyond_the_slice():
    """A gateway that invents budgets for pass after pass: the slice of EUR 250 is the end of it."""
    shop = Shop()
    for _ in range(10):
        shop.wait(301)
        shop.pay(5000, FAMILY_01, budget(4_000_000_000))
        shop.snapshot(CLOTHES, sequence=shop.state.knowledge.sequence)
    assert shop.state.knowledge.sequence == 5
    assert shop.refusal is Reason.SLICE_USED_UP


def test_f38_a_snapshot_frees_nothing_and_a_checkpoint_does():
    shop = Shop()
    shop.checkpoint(11, 0, slices(5000))
    shop.pay(5000)
    shop.snapshot(CLOTHES, sequence=1)
    shop.wait(301)
    shop.pay(5000)
    assert shop.refusal is Reason.SLICE_USED_UP
    shop.checkpoint(12, 1, slices(5000))
    shop.pay(5000)
    assert shop.state.knowledge.sequence == 2


@pytest.mark.parametrize(("age", "verdict"), [(WINDOW_MAX - 1, None), (WINDOW_MAX, Reason.OFFLINE_TOO_LONG)])
def test_f38_no_word_of_a_gateway_stretches_the_window_beyond_a_long_weekend(age, verdict):
    stretched = replace(CLOTHES, offline_window=2**40 - 1)
    knowledge = replace(KNOWN, programmes=(stretched,))
    assert judged(1, knowledge, at(age)) is verdict
    assert approves_until(knowledge, NOW) == NOON + WINDOW_MAX
