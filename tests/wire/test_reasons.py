"""The table of reasons is whole, and every sentence can be shown at a counter."""

import pytest

from contracts.wire.errors import Refused
from contracts.wire.reasons import MEANINGS, Money, Reason, money_of

RANGES = {
    Money.FROM_BUDGET: range(1),
    Money.FROM_SLICE: range(1, 32),
    Money.NOT_PAID: range(32, 64),
    Money.UNDECIDED: range(64, 96),
    Money.NOTHING_HAPPENED: range(96, 224),
}


def test_every_reason_has_a_meaning():
    assert set(MEANINGS) == set(Reason)


@pytest.mark.parametrize("reason", Reason, ids=lambda reason: reason.name)
def test_the_number_says_what_happens_to_the_money(reason):
    assert reason in RANGES[MEANINGS[reason].money]
    assert money_of(reason) is MEANINGS[reason].money


@pytest.mark.parametrize("reason", Reason, ids=lambda reason: reason.name)
def test_every_sentence_fits_a_screen_and_is_in_both_languages(reason):
    meaning = MEANINGS[reason]
    for sentence in (meaning.nl, meaning.en):
        assert 10 < len(sentence) <= 100
        assert sentence[0].isupper()
        assert sentence[-1] == "."
    assert meaning.nl != meaning.en


def test_no_sentence_stands_for_two_reasons():
    assert len({meaning.nl for meaning in MEANINGS.values()}) == len(MEANINGS)
    assert len({meaning.en for meaning in MEANINGS.values()}) == len(MEANINGS)


def test_a_refusal_says_its_reason_by_name():
    assert str(Refused(Reason.GAP)) == "GAP"
    assert str(Refused(Reason.GAP, "after 3")) == "GAP: after 3"
