"""What the terminal takes in beside the sale, and what it drops again."""

from dataclasses import replace

import pytest

from contracts.wire.reasons import Reason
from contracts.wire.units import Cents
from terminal.core import events
from terminal.core.events import Key
from terminal.core.facts import JournalFacts, OpenEntry, Outcome
from terminal.core.screen import EntryState, Stage
from tests.core.shop import CHECKPOINT, CLOTHES, FAMILY_01, NOON, OURS, SLICES, Shop, budget, slices


def entry(sequence: int, amount: int = 100) -> OpenEntry:
    return OpenEntry(sequence, FAMILY_01, 1, Cents(amount), NOON, NOON)


def kept(shop: Shop) -> list[int]:
    return [entry.sequence for entry in shop.state.knowledge.entries]


@pytest.mark.parametrize(("block", "sequence"), [(9, 0), (20, 0)])
def test_f14_an_older_checkpoint_is_ignored(shop, block, sequence):
    shop.pay(1000)
    shop.checkpoint(11, 1)
    known = shop.state.knowledge.checkpoint
    shop.checkpoint(block, sequence, slices(0))
    assert shop.state.knowledge.checkpoint == known


def test_the_same_block_read_again_is_taken(shop):
    shop.checkpoint(10, 0, slices(7))
    assert shop.state.knowledge.checkpoint.slices == slices(7)


def test_f16_a_checkpoint_beyond_the_own_journal_locks(shop):
    """The storage was put back from an old copy: the chain has settled what this journal does not have."""
    shop.pay(1000)
    shop.wait(5)
    shop.scan()
    shop.checkpoint(11, 2)
    assert (shop.screen.stage, shop.refusal) == (Stage.LOCKED, Reason.FORK)
    assert shop.state.knowledge.checkpoint == CHECKPOINT


def test_f16_why_it_was_locked_before_stays(shop):
    shop.lock(Reason.TERMINAL_REVOKED)
    shop.checkpoint(11, 2)
    assert shop.refusal is Reason.TERMINAL_REVOKED


def test_f16_so_does_one_that_is_found_at_the_start():
    shop = Shop(checkpoint=replace(CHECKPOINT, sequence=1))
    assert (shop.screen.stage, shop.refusal) == (Stage.LOCKED, Reason.FORK)


def test_a_retired_terminal_is_locked_and_says_so():
    shop = Shop(JournalFacts(3, 1, (), OURS, retired=True))
    assert (shop.screen.stage, shop.refusal) == (Stage.LOCKED, Reason.TERMINAL_IS_RETIRED)
    shop.pay(100)
    assert (shop.screen.stage, shop.press(Key.MENU, Key.D1), shop.commits) == (Stage.LOCKED, (), [])
    shop.step(events.Forwarded(shop.now, 3))
    assert (shop.screen.status.waiting, shop.screen.status.unsent) == (3, 0)


def test_f16_a_fork_is_named_before_the_retirement():
    shop = Shop(JournalFacts(3, 1, (), OURS, retired=True), replace(CHECKPOINT, sequence=4))
    assert shop.refusal is Reason.FORK


def test_an_entry_is_kept_until_chain_and_snapshot_have_it_and_five_minutes_went_by(shop):
    shop.pay(1000)
    shop.wait(301)
    shop.checkpoint(11, 1)
    after_checkpoint = kept(shop)
    shop.snapshot(CLOTHES, sequence=1)
    assert (after_checkpoint, kept(shop)) == ([1], [])


def test_f23_a_younger_entry_is_kept_for_the_question(shop):
    shop.pay(1000)
    shop.checkpoint(11, 1)
    shop.snapshot(CLOTHES, sequence=1)
    assert kept(shop) == [1]
    shop.wait(300)
    shop.checkpoint(12, 1)
    assert kept(shop) == []


def test_f03_a_start_counts_the_open_entries_of_the_journal():
    entries = (entry(4, 20_000), entry(5, 4_500))
    shop = Shop(JournalFacts(5, 4, entries, OURS, recent=(entries[1], entries[0])), replace(CHECKPOINT, sequence=3))
    shop.pay(501)  # all that is free is 500
    assert shop.refusal is Reason.ASK_OFFLINE
    assert [(line.sequence, line.amount, line.state) for line in shop.screen.recent] == [
        (5, 4_500, EntryState.WAITING),
        (4, 20_000, EntryState.FORWARDED),
    ]


def test_f03_the_next_entry_follows_the_journal_and_not_the_chain():
    shop = Shop(JournalFacts(5, 0, (entry(5),), OURS), replace(CHECKPOINT, sequence=3))
    shop.pay(700)
    assert shop.screen.sequence == 6


def test_f07_an_entry_is_forwarded_only_up_to_what_was_answered(shop):
    shop.pay(1000)
    shop.pay(2000)
    shop.step(events.Forwarded(shop.now, 1))
    assert [line.state for line in shop.screen.recent] == [EntryState.WAITING, EntryState.FORWARDED]
    assert (shop.screen.status.waiting, shop.screen.status.unsent) == (2, 1)


@pytest.mark.parametrize(
    ("outcome", "state", "reason"),
    [
        (Reason.PAID, EntryState.PAID, 0),
        (Reason.PROGRAMME_PAUSED, EntryState.PAID, 3),
        (Reason.TERMINAL_REVOKED, EntryState.REJECTED, 36),
    ],
)
def test_f38_an_outcome_is_final_when_the_chain_itself_has_the_entry(shop, outcome, state, reason):
    shop.pay(1000)
    shop.outcomes(Outcome(1, outcome))
    (claimed,) = shop.screen.recent
    shop.checkpoint(11, 1)
    (line,) = shop.screen.recent
    assert (claimed.state, claimed.reason) == (EntryState.WAITING, 0)
    assert (line.state, line.reason) == (state, reason)


def test_f38_what_the_chain_has_is_forwarded_even_when_the_gateway_never_said_so(shop):
    shop.pay(1000)
    shop.checkpoint(11, 1)
    assert [line.state for line in shop.screen.recent] == [EntryState.FORWARDED]
    assert (shop.screen.status.waiting, shop.screen.status.unsent) == (0, 0)


def test_the_newest_five_payments_are_listed_newest_first(shop):
    for amount in range(100, 107):
        shop.pay(amount)
    assert [line.amount for line in shop.screen.recent] == [106, 105, 104, 103, 102]


def test_only_outcomes_of_listed_payments_are_kept(shop):
    shop.pay(100)
    shop.outcomes(Outcome(1, Reason.PAID), Outcome(2, Reason.PAID))
    assert shop.state.outcomes == (Outcome(1, Reason.PAID),)
    for amount in range(101, 106):
        shop.pay(amount)
    assert shop.state.outcomes == ()


def test_the_last_word_on_an_outcome_stands(shop):
    shop.pay(100)
    shop.outcomes(Outcome(1, Reason.PAID))
    shop.outcomes(Outcome(1, Reason.BUDGET_SHORT))
    assert shop.state.outcomes == (Outcome(1, Reason.BUDGET_SHORT),)


def test_contact_and_devices_stand_on_the_status_line(shop):
    shop.step(events.ContactChanged(shop.now, gateway=True, chain=False))
    shop.step(events.DeviceChanged(shop.now, "scanner", "ready", ""))
    shop.step(events.DeviceChanged(shop.now, "keypad", "ready", ""))
    shop.step(events.DeviceChanged(shop.now, "scanner", "lost", "unplugged"))
    status = shop.screen.status
    assert (status.gateway, status.chain) == (True, False)
    assert [(lamp.name, lamp.status) for lamp in status.devices] == [("keypad", "ready"), ("scanner", "lost")]


def test_f06_what_the_gateway_refuses_stands_on_the_status_line_until_it_is_settled(shop):
    shop.step(events.AttentionChanged(shop.now, Reason.REQUEST_FORM))
    alarmed = shop.screen.status.attention
    shop.step(events.AttentionChanged(shop.now, None))
    assert (alarmed, shop.screen.status.attention) == (Reason.REQUEST_FORM, 0)


def test_f24_a_lost_scanner_leaves_the_sale_open(shop):
    shop.scan()
    shop.type("12")
    sale = shop.state.sale
    assert shop.step(events.DeviceChanged(shop.now, "scanner", "lost", "unplugged")) == ()
    assert shop.state.sale == sale


def test_news_moves_no_sale(shop):
    shop.scan(FAMILY_01, budget(800))
    shop.type("12")
    sale = shop.state.sale
    shop.snapshot(CLOTHES)
    shop.checkpoint(11, 0, SLICES)
    shop.outcomes(Outcome(1, Reason.PAID))
    shop.step(events.Forwarded(shop.now, 0))
    assert shop.state.sale == sale


def test_a_programme_that_is_no_longer_known_has_no_name(shop):
    shop.scan()
    shop.snapshot()
    assert (shop.screen.stage, shop.screen.programme) == (Stage.AMOUNT, "")
