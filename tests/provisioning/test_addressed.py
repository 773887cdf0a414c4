"""A letter to a family: its code is read back, its address stands in the envelope's window, and nothing else does."""

import re

import pytest

from contracts.wire import passcode
from contracts.wire.errors import Refused
from contracts.wire.reasons import Reason
from provisioning import addressed, paper, passes
from provisioning.addressed import Letter, Pile, Sender
from provisioning.letter_words import LANGUAGES
from tests.provisioning import pages
from tests.provisioning.test_paper import AMOUNT, SHAME, SHAME_ENGLISH, within

MM = 72 / 25.4
HEIGHT = 297
PAGE = "https://portal.voorbeeld.example/pass/"
SENDER = Sender("Gemeente Voorbeeld", "Gemeente Voorbeeld, Dorpsstraat 1, bel 14 0000 (ma tot vr)")
ADDRESS = ("family-01", "Voorbeeldstraat 1", "1234 AB  VOORBEELD")
WINDOW = (20 * MM, (HEIGHT - 90) * MM, 110 * MM, (HEIGHT - 45) * MM)
BOXES = {
    "sender": (20 * MM, (HEIGHT - 45) * MM, 190 * MM, HEIGHT * MM),
    "window": WINDOW,
    "beside the code": (73 * MM, (HEIGHT - 150) * MM, 190 * MM, (HEIGHT - 99) * MM),
    "left": (20 * MM, 15 * MM, 102 * MM, (HEIGHT - 150) * MM),
    "right": (108 * MM, 15 * MM, 191 * MM, (HEIGHT - 150) * MM),
    "for a phone": (20 * MM, 15 * MM, 151 * MM, (HEIGHT - addressed.PHONE_FROM) * MM),
    "foot": (20 * MM, 0, 102 * MM, 15 * MM),
}


def letter(words=LANGUAGES[0], to=ADDRESS, holder="child-01"):
    return Letter(passes.new_pass(7), to, holder, words)


def boxed(document):
    """Each piece of text with the names of the boxes that it is wholly within."""
    for page in pages.opened(document):
        reader = page.get_textpage()
        for number in range(reader.count_rects()):
            found = reader.get_rect(number)
            yield reader.get_text_bounded(*found), [name for name, box in BOXES.items() if within(found, box)]


@pytest.mark.parametrize("words", LANGUAGES)
def test_it_has_all_its_words_in_one_language_and_its_code_is_read_back(words):
    one = letter(words)
    document = addressed.draw(Pile([one], SENDER, "7-2"))
    assert pages.codes(document) == [one.made.code]
    (text,) = (" ".join(each.split()) for each in pages.texts(document))
    said = [sentence for part in (*words.parts, words.lost) for sentence in part.sentences]
    assert [sentence for sentence in said if sentence not in text] == []
    assert f"{words.title} {words.number} {paper.label(one.made.address)} {words.holder} child-01" in text
    assert text.endswith("7-2 / 1")
    (other,) = set(LANGUAGES) - {words}
    assert other.title not in text


def test_the_window_shows_the_address_and_nothing_else():
    document = addressed.draw(Pile([letter()], SENDER, "7-2"))
    shown = [text for text, boxes in boxed(document) if "window" in boxes]
    assert " ".join(" ".join(shown).split()) == " ".join(" ".join(ADDRESS).split())


def test_the_code_lies_between_the_folds_and_below_the_window():
    folds = (HEIGHT / 3, HEIGHT / 2, HEIGHT * 2 / 3)
    top, bottom = (addressed.CODE_FROM, addressed.CODE_FROM + addressed.CODE)
    assert top > 90
    assert [fold for fold in folds if top <= fold <= bottom] == []


@pytest.mark.parametrize("words", LANGUAGES)
def test_a_second_code_opens_the_page_on_a_phone_and_can_be_typed_in(words):
    one = letter(words)
    document = addressed.draw(Pile([one], Sender("Gemeente Voorbeeld", "14 0000", PAGE)))
    assert (pages.codes(document), pages.links(document)) == ([one.made.code], [f"{PAGE}#{one.made.code}"])
    text = " ".join(pages.texts(document)[0].split())
    assert [said for said in (words.phone.heading, *words.phone.sentences, words.typed) if said not in text] == []
    assert f"portal.voorbeeld.example/pass {grouped(one.made.code)}" in text


def test_a_till_that_reads_the_second_code_says_by_name_that_it_is_a_link():
    with pytest.raises(Refused) as refused:
        passcode.parse(f"{PAGE}#{letter().made.code}", 7)
    assert refused.value.reason is Reason.SCAN_LINK


def test_the_tills_code_stays_first_and_biggest_and_far_from_the_other():
    document = addressed.draw(Pile([letter()], Sender("Gemeente Voorbeeld", "14 0000", PAGE)))
    (till, phone) = sorted(pages.places(document), key=lambda place: place.top)
    assert till.text.startswith("KP1")
    assert till.side > 1.25 * phone.side
    assert phone.top - (till.top + till.side) > 90, "millimetres: no hand-held scanner sees both"


def test_without_the_pages_address_there_is_no_second_code():
    document = addressed.draw(Pile([letter()], SENDER))
    assert pages.links(document) == []
    assert LANGUAGES[0].phone.heading not in pages.texts(document)[0]


def grouped(code):
    return " ".join(code[at : at + 4] for at in range(0, len(code), 4))


@pytest.mark.parametrize("words", LANGUAGES)
@pytest.mark.parametrize("long", ["W" * 200, "Wm " * 60, "iIl " * 60], ids=["wide", "words", "narrow"])
def test_the_longest_names_run_over_no_edge(words, long):
    page = f"https://{'w' * 46}/pass/"
    document = addressed.draw(Pile([letter(words, (long, long, long), long)], Sender(long, long, page), "123456-99"))
    assert [(text, boxes) for text, boxes in boxed(document) if not boxes] == []


def test_a_name_that_the_font_lacks_keeps_its_sound():
    document = addressed.draw(Pile([letter(to=("Şahin-Łukasz", "Eén\nplein 1"), holder="Đorđe")], SENDER))
    text = " ".join(pages.texts(document)[0].split())
    assert "Sahin-Lukasz" in text
    assert "Eén plein 1" in text
    assert "Dorde" in text


@pytest.mark.parametrize("words", LANGUAGES)
def test_it_says_nothing_of_money_owed_or_poverty(words):
    text = " ".join(pages.texts(addressed.draw(Pile([letter(words)], Sender("Gemeente", "14 0000", PAGE)))))
    assert words.phone.heading in text
    for word in (rf"\b({SHAME})", rf"\b({SHAME_ENGLISH})\b", AMOUNT):
        assert re.search(word, text, re.IGNORECASE) is None


def test_no_person_and_no_code_shows_in_its_repr():
    one = letter()
    shown = repr(Pile([one], SENDER)) + repr(one)
    assert [word for word in ("family-01", "child-01", one.made.code) if word in shown] == []
