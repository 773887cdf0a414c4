import pytest
from coincurve import PrivateKey

from contracts.wire import passcode, signature
from contracts.wire.passcode import StaticCode
from provisioning.grant_plan import PART
from provisioning.portal import settings
from provisioning.portal.passes import giving, printing
from provisioning.portal.passes.models import Grant, Letters, Pass
from provisioning.portal.staff.models import Line
from provisioning.portal.tasks.models import Task
from tests.portal.passes.conftest import a_programme, child, granted, household
from tests.provisioning import pages
from tests.provisioning.conftest import NETWORK

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("record")]


def address_of(code):
    found = passcode.parse(code, NETWORK)
    assert isinstance(found, StaticCode)
    return signature.address_of(PrivateKey(found.private_key()))


def gathered(browser, count=200):
    answer = browser.post("/desk/letters/gather", {"count": count})
    pile = Letters.objects.latest("id")
    assert answer.url == f"/desk/letters/{pile.pk}/"
    return pile


def made(browser, pile, run=1, **more):
    answer = browser.post(f"/desk/letters/{pile.pk}/make", {"run": run, **more})
    assert answer["Content-Type"] == "application/pdf", answer
    assert "no-store" in answer["Cache-Control"]
    return answer.content


def test_letters_are_read_back_and_their_budgets_wait_for_the_printing(clerk, programme):
    other = a_programme(2, "Sport")
    first, second = child(household(1)), child(household(2, "en"))
    grants = [granted(first, programme), granted(first, other, 5_000), granted(second, programme)]
    pile = gathered(clerk)
    document = made(clerk, pile)
    codes = pages.codes(document)
    assert {address_of(code) for code in codes} == {bytes(each.address) for each in Pass.objects.all()}
    assert len(codes) == 2
    assert pages.links(document) == [f"http://testserver/pass/#{code}" for code in codes]
    texts = [" ".join(text.split()) for text in pages.texts(document)]
    for text, who, words in zip(texts, (first, second), ("Deze pas is voor:", "This pass is for:"), strict=True):
        given = who.passes.get()
        assert f"{who.household.who.name} {who.household.who.address} 1234 AB VOORBEELD" in text
        assert f"{given.label} {words} {who.who.name}" in text
        assert f"{pile.pk}-1 /" in text
    assert not Task.objects.exists()
    assert clerk.post(f"/desk/letters/{pile.pk}/printed", {"run": 1}).status_code == 302
    tasks = {task.arguments["programme"]: task for task in Task.objects.all()}
    assert {number: task.arguments["grants"] for number, task in tasks.items()} == {
        1: [grants[0].pk, grants[2].pk],
        2: [grants[1].pk],
    }
    assert tasks[1].arguments["reference"] == grants[0].reference
    assert not giving.waiting().exists()
    page = clerk.get(f"/desk/letters/{pile.pk}/").content.decode()
    assert [f"<p>{name}: " in page for name in ("Kindpakket", "Sport")] == [True, True]
    assert clerk.post(f"/desk/letters/{pile.pk}/printed", {"run": 1}).status_code == 302
    assert Task.objects.count() == 2


def test_phones_open_the_portal_s_own_address_where_it_has_one(clerk, programme, monkeypatch):
    granted(child(household(1)), programme)
    portal = settings.PORTAL.model_copy(update={"address": "https://portal.voorbeeld.example"})
    monkeypatch.setattr(settings, "PORTAL", portal)
    document = made(clerk, gathered(clerk))
    assert pages.links(document) == [f"https://portal.voorbeeld.example/pass/#{code}" for code in pages.codes(document)]


@pytest.mark.parametrize(("ticked", "sheets"), [({"cards": "yes"}, 2), ({}, 0)])
def test_with_a_tick_a_card_of_each_pass_follows_the_letters(clerk, programme, ticked, sheets):
    for number in range(1, 12):
        granted(child(household(number)), programme)
    document = made(clerk, gathered(clerk), **ticked)
    texts = pages.texts(document)
    on_letters, on_sheets = texts[:11], texts[11:]
    assert len(on_sheets) == sheets
    labels = [each.label for each in Pass.objects.all()]
    assert all(any(label in text for text in on_letters) for label in labels)
    assert sum(text.count(label) for text in on_sheets for label in labels) == (len(labels) if sheets else 0)
    addresses = sorted(bytes(each.address) for each in Pass.objects.all())
    assert sorted(map(address_of, pages.codes(document))) == sorted(addresses * (2 if sheets else 1))


def test_made_again_the_letters_before_are_nothing_and_cannot_be_given(clerk, programme):
    granted(child(household(1)), programme)
    pile = gathered(clerk)
    before = pages.codes(made(clerk, pile))
    assert clerk.post(f"/desk/letters/{pile.pk}/make", {"run": 1}).status_code == 302
    after = pages.codes(made(clerk, pile, run=2))
    assert before != after
    assert [bytes(each.address) for each in Pass.objects.all()] == [address_of(code) for code in after]
    clerk.post(f"/desk/letters/{pile.pk}/printed", {"run": 1})
    assert not Task.objects.exists()
    page = clerk.get(f"/desk/letters/{pile.pk}/").content.decode()
    assert "not the letters that were made last" in page
    assert f"At their foot stands {pile.pk}-2." in page
    clerk.post(f"/desk/letters/{pile.pk}/printed", {"run": 2})
    assert Task.objects.count() == 1
    assert clerk.post(f"/desk/letters/{pile.pk}/make", {"run": 3}).status_code == 302
    assert Pass.objects.count() == 1


@pytest.mark.parametrize("run", ["0", "1", "x", ""])
def test_what_was_not_made_is_not_given(clerk, programme, run):
    granted(child(household(1)), programme)
    pile = gathered(clerk)
    clerk.post(f"/desk/letters/{pile.pk}/printed", {"run": run})
    assert not Task.objects.exists()


def test_cancelled_letters_leave_no_pass_and_their_grants_wait_again(clerk, programme):
    grant = granted(child(household(1)), programme)
    pile = gathered(clerk)
    made(clerk, pile)
    assert not giving.waiting().exists()
    clerk.post(f"/desk/letters/{pile.pk}/cancel")
    assert list(giving.need_letter()) == [grant]
    assert not Pass.objects.exists()
    assert not Letters.objects.exists()
    pile = gathered(clerk)
    made(clerk, pile)
    clerk.post(f"/desk/letters/{pile.pk}/printed", {"run": 1})
    clerk.post(f"/desk/letters/{pile.pk}/cancel")
    assert Letters.objects.filter(pk=pile.pk).exists()
    assert Pass.objects.count() == 1


def test_those_that_waited_longest_come_first_and_two_piles_share_nothing(clerk, programme):
    grants = [granted(child(household(number)), programme) for number in range(1, 5)]
    first, second = gathered(clerk, 3), gathered(clerk, 3)
    assert list(first.grants.order_by("id")) == grants[:3]
    assert list(second.grants.all()) == grants[3:]
    answer = clerk.post("/desk/letters/gather", {"count": 3})
    assert answer.url == "/desk/letters/"
    assert Letters.objects.count() == 2


def test_a_draft_s_grants_wait(clerk):
    granted(child(household(1)), a_programme(None))
    clerk.post("/desk/letters/gather", {"count": 3})
    assert not Letters.objects.exists()
    assert not giving.waiting().exists()


def test_a_child_that_has_a_pass_gets_its_next_budget_without_a_letter(clerk, programme):
    one = child(household(1))
    granted(one, programme)
    pile = gathered(clerk)
    made(clerk, pile)
    more = granted(one, programme, 1_000)
    assert not giving.need_none().exists(), "its pass is not printed yet"
    assert not giving.need_letter().exists(), "its pass is being printed"
    clerk.post(f"/desk/letters/{pile.pk}/printed", {"run": 1})
    assert list(giving.need_none()) == [more]
    clerk.post("/desk/letters/give")
    more.refresh_from_db()
    assert more.given_to == one.passes.get()
    assert more.task is not None
    assert more.task.arguments == {"programme": 1, "reference": more.reference, "grants": [more.pk]}
    clerk.post("/desk/letters/give")
    assert Task.objects.count() == 2


def test_many_budgets_for_passes_that_are_there_go_in_parts_of_what_a_transaction_takes(
    clerk, programme, django_assert_max_num_queries
):
    home = household(1)
    for number in range(PART + 1):
        one = child(home, number)
        Pass.objects.create(address=number.to_bytes(20), child=one)
        granted(one, programme)
    with django_assert_max_num_queries(26):
        clerk.post("/desk/letters/give")
    assert [len(task.arguments["grants"]) for task in Task.objects.order_by("id")] == [PART, 1]
    assert not giving.waiting().exists()


def test_a_blocked_pass_gets_nothing(clerk, programme):
    one = child(household(1))
    Pass.objects.create(address=b"\x05" * 20, child=one, state=Pass.State.BLOCKED)
    granted(one, programme)
    clerk.post("/desk/letters/give")
    clerk.post("/desk/letters/gather", {"count": 3})
    assert not Task.objects.exists()
    assert giving.waiting().count() == 1


def test_no_person_and_no_code_is_left_behind(clerk, programme):
    granted(child(household(1)), programme)
    pile = gathered(clerk)
    code = pages.codes(made(clerk, pile))[0]
    clerk.post(f"/desk/letters/{pile.pk}/printed", {"run": 1})
    lines = list(Line.objects.all())
    assert [line.action for line in lines] == [
        "passes.letters", "passes.letters_made", "passes.letters_printed", "task.passes.grant",
    ]  # fmt: skip
    kept = repr([(line.subject, line.about) for line in lines] + [task.arguments for task in Task.objects.all()])
    kept += repr([dict(clerk.session)])
    assert [word for word in ("family-01", "child-01", code, code[10:]) if word in kept] == []


def test_the_pages_queries_do_not_grow_with_grants_and_piles(clerk, programme, django_assert_max_num_queries):
    for count in (3, 60):
        for number in range(count):
            letters = Letters.objects.create()
            Grant.objects.filter(pk=granted(child(household(count * 100 + number)), programme).pk).update(
                letters=letters
            )
            granted(child(household(count * 1000 + number)), programme)
        with django_assert_max_num_queries(11):
            assert clerk.get("/desk/letters/").status_code == 200
        pile = gathered(clerk)
        with django_assert_max_num_queries(12):
            assert clerk.get(f"/desk/letters/{pile.pk}/").status_code == 200
        with django_assert_max_num_queries(24):
            made(clerk, pile)


def test_letters_are_not_answered_when_a_decision_was_undone_while_they_were_drawn(clerk, programme, monkeypatch):
    kept, undone = (granted(child(household(number)), programme) for number in (1, 2))
    pile = gathered(clerk)
    draw = printing.drawn

    def undone_meanwhile(*arguments, **more):
        Grant.objects.filter(pk=undone.pk).delete()
        return draw(*arguments, **more)

    with monkeypatch.context() as patched:
        patched.setattr(printing, "drawn", undone_meanwhile)
        assert clerk.post(f"/desk/letters/{pile.pk}/make", {"run": 1}).status_code == 302
    assert not Pass.objects.exists()
    assert len(pages.codes(made(clerk, pile))) == 1
    assert [each.child for each in Pass.objects.all()] == [kept.child]
