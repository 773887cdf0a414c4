"""What a family reads: short sentences, in both languages the same, and nothing that shames or tells too much."""

import re

import pytest

from provisioning import paper, passes
from provisioning.letter_words import DUTCH, ENGLISH, LANGUAGES, Words
from tests.provisioning import pages

WORDS_MAX = 15
CONTACT = "Gemeente Voorbeeld, Dorpsstraat 1, bel 14 0000 (ma tot vr)"
SHAME = r"arm|armoede|minima|inkomen|bijstand|uitkering|schuld|steun|hulp|kindpakket|budget|tegoed|gift|gratis"
SHAME_ENGLISH = r"poor|poverty|income|benefit|welfare|debt|support|aid|help|allowance|free|charity"
MM = 72 / 25.4
AMOUNT = r"€|\beuro|\bEUR\b|\d+[.,]\d{2}\b"


@pytest.fixture(scope="module")
def made():
    return [passes.new_pass(7) for _ in range(11)]


def sentences(words: Words) -> list[str]:
    """Every sentence; a heading is one too."""
    parts = (*words.parts, words.lost, words.phone)
    texts = [each for part in parts for each in (part.heading, *part.sentences)]
    return re.findall(
        r"[^.?!]+[.?!]?", " ".join([*texts, words.typed.replace(":", "."), " ".join(words.card), words.card_lost])
    )


@pytest.mark.parametrize("words", LANGUAGES)
def test_sentences_are_short(words):
    assert len(sentences(words)) > 20
    assert [each for each in sentences(words) if len(each.split()) > WORDS_MAX] == []


def test_words_are_short_too():
    """A Dutch word of more than twelve letters is mostly two in one, or an official's."""
    assert [word for each in sentences(DUTCH) for word in re.findall(r"\w+", each) if len(word) > 12] == []


def test_both_languages_say_as_much():
    assert [len(part.sentences) for part in (*DUTCH.parts, DUTCH.lost, DUTCH.phone)] == [
        len(part.sentences) for part in (*ENGLISH.parts, ENGLISH.lost, ENGLISH.phone)
    ]


@pytest.mark.parametrize("form", paper.MAKERS)
def test_paper_says_nothing_of_money_owed_or_poverty(made, form):
    text = " ".join(pages.texts(paper.MAKERS[form](made, CONTACT, None)))
    assert re.search("kassa", text)
    for word in (rf"\b({SHAME})", rf"\b({SHAME_ENGLISH})\b", AMOUNT):
        assert re.search(word, text, re.IGNORECASE) is None


def test_a_letter_has_all_its_words_its_number_and_whom_to_call(made):
    letters = pages.texts(paper.letters(made, CONTACT, None))
    assert len(letters) == len(made)
    for place, (text, one) in enumerate(zip(letters, made, strict=True), start=1):
        flat = " ".join(text.split())
        for words in LANGUAGES:
            assert f"{words.title} {words.number} {paper.label(one.address)}" in flat
            assert [each for part in (*words.parts, words.lost) for each in part.sentences if each not in flat] == []
        assert flat.count(CONTACT) == 2
        assert text.split()[-1] == str(place)


@pytest.mark.parametrize("contact", [CONTACT, "W" * paper.CONTACT_MAX])
def test_what_is_for_a_phone_stands_below_all_else_on_a_letter_in_two_languages(made, contact):
    page = f"https://{'w' * 46}/pass/"
    document = paper.letters(made[:1], contact, None, page)
    places: dict[str, tuple[float, float, float, float]] = {}
    for sheet in pages.opened(document):
        reader = sheet.get_textpage()
        found = (reader.get_rect(number) for number in range(reader.count_rects()))
        places |= {reader.get_text_bounded(*at): at for at in found}
    heads = [next(at for text, at in places.items() if words.phone.heading in text) for words in LANGUAGES]
    lowest = min(at[1] for text, at in places.items() if "WWW" in text or CONTACT[-10:] in text)
    assert lowest >= max(head[3] for head in heads), "whom to call stands above it"
    edge = (20 * MM, 16 * MM, 151 * MM, heads[0][3])
    assert [
        text for text, at in places.items() if at[3] <= heads[0][3] and at[1] > 14 * MM and not within(at, edge)
    ] == []
    assert pages.links(document) == [f"{page}#{made[0].code}"]


def test_a_card_has_its_number_and_whom_to_call_and_ten_fit_on_a_sheet(made):
    sheets = [" ".join(text.split()) for text in pages.texts(paper.cards(made, CONTACT, None))]
    assert [text.count("Laat deze code zien bij de kassa.") for text in sheets] == [10, 1]
    assert [text.count(CONTACT) for text in sheets] == [10, 1]
    assert [paper.label(one.address) in sheets[place >= 10] for place, one in enumerate(made)] == [True] * 11


@pytest.mark.parametrize("form", paper.MAKERS)
@pytest.mark.parametrize("contact", ["W" * paper.CONTACT_MAX, "Wm " * 20])
def test_nothing_runs_over_an_edge(made, form, contact):
    """The longest text keeps within its card, or its half of the letter, and off the code."""
    for page in pages.opened(paper.MAKERS[form](made, contact.strip(), None)):
        reader = page.get_textpage()
        rectangles = [reader.get_rect(number) for number in range(reader.count_rects())]
        assert rectangles
        for left, bottom, right, top in rectangles:
            assert [name for name, box in boxes(form).items() if within((left, bottom, right, top), box)] != []


def boxes(form: str) -> dict[str, tuple[float, float, float, float]]:
    """Where text may stand, in points from the lower left corner: beside and below the code."""
    if form == "letters":
        return {"left": (20 * MM, 0, 102 * MM, 215 * MM), "right": (90 * MM, 0, 190 * MM, 280 * MM)}
    corners = [((19.4 + 85.6 * across), (13.55 + 53.98 * down)) for across in range(2) for down in range(5)]
    return {
        f"card {number}": ((x + 45) * MM, (y + 2) * MM, (x + 85) * MM, (y + 52) * MM)
        for number, (x, y) in enumerate(corners)
    }


def within(inner, outer):
    return inner[0] >= outer[0] and inner[1] >= outer[1] and inner[2] <= outer[2] and inner[3] <= outer[3]
