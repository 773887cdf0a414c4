"""10,000 random batches: the model and the contract say the same of each, event by event and reason by reason.

They are shared out over the workers; the books are compared now and then, and at the end of each share.
"""

from random import Random

import pytest

from contracts.wire.reasons import Reason
from tests.contract.chance import Chance
from tests.contract.model import Event

BATCHES, SHARES = 10_000, 40
LIVES = 2
"""In each share: a life begins anew before all its terminals have retired and its programmes are over."""

COMPARED_EVERY = 125
pytestmark = pytest.mark.timeout(600)


def play(life: Chance, batches: int) -> list[Event]:
    """Let that many batches settle, with what else happens between them; returns what they came to."""
    seen: list[Event] = []
    done = 0
    while done < batches:
        if life.one_in(3):
            life.act_of_any_kind()
        events = life.settle_of_any_kind()
        seen += events
        done += bool(events)
        if done % COMPARED_EVERY == 0:
            life.pair.compare()
    life.pair.compare()
    return seen


@pytest.mark.parametrize("share", range(SHARES))
def test_the_model_and_the_contract_agree(share):
    each = BATCHES // SHARES // LIVES
    assert each * SHARES * LIVES == BATCHES
    for life in range(LIVES):
        play(Chance.begin(Random(share * LIVES + life)), each)


KINDS = {"Settled", "Drawn", "Rejected", "AskPaid", "Refunded", "Repaid", "TerminalRetired", "SegmentRefused"}
NOT_HERE = {Reason.SEGMENT_FORM, Reason.TERMINAL_UNKNOWN, Reason.PHONE_CODE_REPEATED}
"""These need bytes that the wire does not make, or a terminal of nobody (test_segments); the last is no contract's."""

HANDED_OVER = "an ask that is paid from what was set aside"
REACHED_WITHIN = 20
"""Lives of 100 batches."""


def test_the_dice_reach_every_outcome():
    """Or the agreement would say nothing of what never happened."""
    missing: set[object] = {reason for reason in Reason if 0 < reason < 96} - NOT_HERE | KINDS | {HANDED_OVER}
    for seed in range(REACHED_WITHIN):
        for event in play(Chance.begin(Random(1000 + seed)), 100):
            missing.discard(event[0])
            if event[0] == "AskPaid" and event[-1]:
                missing.discard(HANDED_OVER)
            if event[0] in {"Drawn", "Rejected", "SegmentRefused"}:
                missing.discard(Reason(int(str(event[-1]))))
        if not missing:
            return
    assert missing == set()
