"""The table of reasons is whole, and every sentence can be shown at a counter."""

import pytest

from contracts.wire.errors import Refused
from contracts.wire.reasons import ASK, MEANINGS, Money, Reason, money_of

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


DRAWN = [reason for reason in Reason if MEANINGS[reason].money is Money.FROM_SLICE]
ASKED = [reason for reason in Reason if reason.name.startswith("ASK_") and reason - ASK in set(DRAWN)]


def test_no_sentence_stands_for_two_reasons_but_that_of_a_rule_and_of_an_ask_that_breaks_it():
    said = [MEANINGS[reason] for reason in Reason if reason not in ASKED]
    assert len({meaning.nl for meaning in said}) == len(said)
    assert len({meaning.en for meaning in said}) == len(said)


def test_an_ask_that_breaks_a_rule_is_rejected_under_the_number_of_the_rule_and_ask():
    neither = {Reason.ABOVE_FLOOR_LIMIT, Reason.CLOCK_AHEAD}  # an ask has no floor limit, and the block's time
    assert {(reason.name, reason.value) for reason in ASKED} == {
        (f"ASK_{rule.name}", rule + ASK) for rule in DRAWN if rule not in neither
    }
    for reason in ASKED:
        rule = MEANINGS[Reason(reason - ASK)]
        assert MEANINGS[reason].money is Money.NOT_PAID
        assert (MEANINGS[reason].nl, MEANINGS[reason].en) == (rule.nl, rule.en)


def test_a_number_that_was_used_once_is_not_given_again():
    assert 139 not in {reason.value for reason in Reason}


def test_a_refusal_says_its_reason_by_name():
    assert str(Refused(Reason.GAP)) == "GAP"
    assert str(Refused(Reason.GAP, "after 3")) == "GAP: after 3"
