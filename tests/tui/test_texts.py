"""Both languages are complete and say the same."""

import re
from dataclasses import fields

import pytest

from contracts.wire.reasons import MEANINGS, Reason
from drivers.base import Status
from terminal.link import EntryState, Item, Saying, Stage, Trouble, Wait
from terminal.link.sayings import SAYINGS
from terminal.tui import stages
from terminal.tui.dutch import DUTCH
from terminal.tui.english import ENGLISH
from terminal.tui.languages import LANGUAGES
from terminal.tui.look import Look
from terminal.tui.stages import words
from terminal.tui.texts import Texts
from terminal.tui.words import Words, sentence
from tests.tui.moments import MOMENTS

NAMES = [field.name for field in fields(Texts)]


def sentences(texts: Texts, name: str) -> dict[str, str]:
    value = getattr(texts, name)
    return {name: value} if isinstance(value, str) else dict(value)


@pytest.mark.parametrize("name", NAMES)
def test_each_text_stands_in_both_languages_with_the_same_gaps(name):
    dutch, english = sentences(DUTCH, name), sentences(ENGLISH, name)
    assert dutch.keys() == english.keys()
    for key, text in dutch.items():
        assert bool(text) == bool(english[key])
        assert re.findall(r"\{\w*\}", text) == re.findall(r"\{\w*\}", english[key])


@pytest.mark.parametrize("texts", LANGUAGES.values(), ids=LANGUAGES)
def test_every_state_and_every_status_of_a_device_has_words(texts):
    assert set(texts.device) == set(Status)
    assert set(texts.items) == set(Item)
    assert set(texts.troubles) == set(Trouble)
    for states in (texts.states, texts.ask_states, texts.refund_states):
        assert set(states) == set(EntryState)
        assert all(states.values())
    assert set(texts.asking_steps) == set(Wait)
    assert [status for status in Status if not texts.device[status]] == [Status.READY]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reason", Reason)
def test_the_sentence_of_a_reason_is_that_of_the_table(language, reason):
    assert sentence(reason, Look(language)) == getattr(MEANINGS[reason], language)


def test_every_stage_has_words():
    assert set(stages._STAGES) == set(Stage)


@pytest.mark.parametrize("name", MOMENTS)
def test_every_moment_says_something_else_in_the_other_language(name):
    moment = MOMENTS[name]
    said = [stages.gone(Look(language)) if moment is None else words(moment, Look(language)) for language in LANGUAGES]
    assert isinstance(said[0], Words)
    assert said[0].headline != said[1].headline


def test_all_that_learning_says_stands_in_both_languages_with_the_same_gaps():
    assert set(SAYINGS) == set(Saying)
    for dutch, english in SAYINGS.values():
        assert dutch != english or "{0}" in dutch
        assert set(re.findall(r"\{\d\}", dutch)) == set(re.findall(r"\{\d\}", english))


POVERTY = re.compile(
    r"arm\b|armoede|minima|inkomen|bijstand|schuld|te weinig|poor|poverty|income|welfare|debt", re.IGNORECASE
)


@pytest.mark.parametrize("texts", LANGUAGES.values(), ids=LANGUAGES)
def test_no_word_on_the_screen_speaks_of_poverty(texts):
    said = [text for name in NAMES for text in sentences(texts, name).values()]
    said += [text for both in SAYINGS.values() for text in both]
    assert [text for text in said if POVERTY.search(text)] == []
