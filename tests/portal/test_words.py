"""Both languages are whole, and are read without effort: in short sentences, as level B1 asks."""

import pytest

from tests.portal import words

MOST_WORDS = 20
MEAN_WORDS = 15
PARTS = words.parts()


@pytest.fixture(params=PARTS, ids=lambda part: part.name)
def part(request):
    return request.param


def test_all_that_is_said_is_said_in_dutch(part):
    catalogue = words.dutch(part)
    silent = []
    for one in words.said(part):
        found = catalogue.get((one.text, one.plural) if one.plural else one.text, one.context)
        if found is None or not all(words.forms(found.string)) or found.fuzzy:
            silent.append(f"{one.where}: {one.text}")
    assert silent == []


def test_a_catalogue_says_nothing_that_no_page_says(part):
    here = {(one.context, one.text) for one in words.said(part)}
    for path in words.catalogues(part):
        kept = [(each.context, words.forms(each.id)[0]) for each in words.read(path) if each.id]
        assert [one for one in kept if one not in here] == [], path


def test_what_is_filled_in_is_filled_in_in_every_language(part):
    for path in words.catalogues(part):
        for each in words.read(path):
            for text in words.forms(each.string) if each.id else ():
                known = {name for form in words.forms(each.id) for name in words.placeholders(form)}
                assert set(words.placeholders(text)) <= known, text


def test_what_is_installed_is_what_is_written(part):
    for path in words.catalogues(part):
        written, installed = (words.table(words.read(path.with_suffix(end))) for end in (".po", ".mo"))
        assert installed == written, f"msgfmt -o django.mo django.po, in {path.parent}"


@pytest.mark.parametrize("language", ["nl", "en"])
def test_sentences_are_short(part, language):
    catalogue = words.dutch(part)
    texts = [
        text for each in catalogue if each.id for text in words.forms(each.string if language == "nl" else each.id)
    ]
    found = [sentence for text in texts for sentence in words.sentences(text)]
    assert [" ".join(sentence) for sentence in found if len(sentence) > MOST_WORDS] == []
    whole = [len(sentence) for sentence in found if len(sentence) > 4]  # a label is no sentence
    assert not whole or sum(whole) / len(whole) <= MEAN_WORDS


def test_a_long_sentence_is_seen():
    assert [len(one) for one in words.sentences("Kort. " + "woord " * 21)] == [1, 21]


def test_one_text_has_one_translation():
    """Django keeps all parts' words in one table, in which the first part's stand."""
    found: dict[tuple[object, ...], set[tuple[str, ...]]] = {}
    for each in PARTS:
        for key, text in words.table(words.dutch(each)).items():
            found.setdefault(key, set()).add(text)
    assert {key: texts for key, texts in found.items() if len(texts) > 1} == {}
