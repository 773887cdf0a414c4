import re
from datetime import timedelta

import pytest
from django.utils import timezone

from provisioning.portal.access import Role
from provisioning.portal.programmes.models import Programme
from provisioning.portal.rules import changing
from provisioning.portal.rules.forms import BANDS_MAX
from provisioning.portal.rules.models import RuleVersion, Scheme
from provisioning.portal.staff.models import Line

WRITTEN = {
    "percent": "110", "norm_alone": "1000", "norm_together": "1500,50", "source": "a notice", "savings_alone": "0",
    "savings_together": "100", "months": "10",
    "areas": "9800-9805, 9861", "band-TOTAL_FORMS": "2", "band-INITIAL_FORMS": "0",
    "band-0-youngest": "12", "band-0-oldest": "17", "band-0-cents": "400",
    "band-1-youngest": "4", "band-1-oldest": "11", "band-1-cents": "300",
}  # fmt: skip
TRIED = {"postcode": "9801 AB", "living": "alone", "ages": "4, 12", "income": "1450", "savings": "0"}
today = timezone.localdate


@pytest.fixture
def finance(staff):
    browser = staff(Role.FINANCE)
    browser.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return browser


def test_a_scheme_begins_with_a_draft_of_the_example(finance, db):
    response = finance.post("/desk/schemes/new", {"name": "Kindpakket", "programme": ""})
    version = RuleVersion.objects.get()
    assert response.url == f"/desk/rules/{version.pk}"
    page = finance.get(response.url).content.decode()
    assert "at most 120% of the norm" in page
    assert "Replace by the norms in force" in page
    assert [line.action for line in Line.objects.all()] == ["scheme.new", "rules.draft"]


def test_a_scheme_is_given_its_programme(finance, scheme):
    programme = Programme.objects.create(name="p", begins=0, ends=1, floor_limit=1, day_limit=1, offline_window=1)
    finance.post(f"/desk/schemes/{scheme.pk}", {"name": "Other name", "programme": programme.pk})
    scheme.refresh_from_db()
    assert (scheme.name, scheme.programme) == ("Other name", programme)
    assert "Other name" in finance.get("/desk/rules").content.decode()


def test_a_draft_is_written_and_shown_in_words(finance, draft):
    assert finance.get(f"/desk/rules/{draft.pk}/edit").status_code == 200
    assert finance.post(f"/desk/rules/{draft.pk}/edit", WRITTEN).url == f"/desk/rules/{draft.pk}"
    draft.refresh_from_db()
    assert draft.made_by.username == "clerk-01"
    assert [band.youngest for band in draft.conditions.bands] == [4, 12]
    page = finance.get(f"/desk/rules/{draft.pk}").content.decode()
    for said in (
        "9800 - 9805, 9861",
        "€\N{NO-BREAK SPACE}1,650.55 a month",
        "A child of age 4 to 11 gets",
        "in 10 parts",
        "changes",
    ):
        assert said in page


@pytest.mark.parametrize("other", [
    {"percent": "20"}, {"areas": "98"}, {"areas": "9805-9800"}, {"areas": ","}, {"source": ""}, {"norm_alone": "x"},
    {"band-0-youngest": "11"}, {"band-0-youngest": "18"}, {"band-0-cents": "0"}, {"band-0-oldest": ""},
    {"band-TOTAL_FORMS": str(BANDS_MAX + 1)}, {"band-0-youngest": "", "band-0-oldest": "", "band-0-cents": ""},
])  # fmt: skip
def test_a_draft_that_makes_no_sense_is_not_kept(finance, draft, other):
    before = draft.kept
    if other.get("band-0-cents") == "":
        other |= {"band-TOTAL_FORMS": "1"}
    page = finance.post(f"/desk/rules/{draft.pk}/edit", WRITTEN | other)
    assert page.status_code == 200
    assert 'role="alert"' in page.content.decode()
    draft.refresh_from_db()
    assert draft.kept == before


def written(finance, draft):
    """What the page that puts it in force showed, as its form says it."""
    page = finance.get(f"/desk/rules/{draft.pk}/live").content.decode()
    assert "The net income is at most" in page
    (moment,) = re.findall(r'name="written" value="([^"]+)"', page)
    return moment


def test_another_person_puts_it_in_force(finance, draft):
    day = today() + timedelta(days=3)
    finance.post(f"/desk/rules/{draft.pk}/live", {"day": day.isoformat(), "written": written(finance, draft)})
    draft.refresh_from_db()
    assert (draft.state, draft.live_from) == (RuleVersion.State.LIVE, day)
    assert Line.objects.latest("id").about == {"scheme": draft.scheme_id, "number": 2, "live_from": day.isoformat()}


def test_what_was_written_anew_meanwhile_is_put_in_force_by_nobody_who_did_not_read_it(finance, draft):
    seen = written(finance, draft)
    changing.write(None, draft, draft.conditions.model_copy(update={"percent": 300}))
    page = finance.post(f"/desk/rules/{draft.pk}/live", {"day": today().isoformat(), "written": seen}, follow=True)
    assert "Somebody changed this version meanwhile" in page.content.decode()
    draft.refresh_from_db()
    assert draft.state == RuleVersion.State.DRAFT


def test_who_wrote_it_does_not_put_it_in_force(finance, draft):
    finance.post(f"/desk/rules/{draft.pk}/edit", WRITTEN)
    page = finance.post(f"/desk/rules/{draft.pk}/live", {"day": today().isoformat()})
    assert "Somebody else of finance" in page.content.decode()
    draft.refresh_from_db()
    assert draft.state == RuleVersion.State.DRAFT


def test_the_norms_of_the_example_are_never_put_in_force_by_a_page(finance, scheme):
    version = changing.draft(None, scheme)
    page = finance.post(f"/desk/rules/{version.pk}/live", {"day": today().isoformat()})
    assert "still those of the example" in page.content.decode()
    version.refresh_from_db()
    assert version.state == RuleVersion.State.DRAFT


def test_nothing_is_put_in_force_in_the_past(finance, draft):
    page = finance.post(f"/desk/rules/{draft.pk}/live", {"day": (today() - timedelta(days=1)).isoformat()})
    assert "today or a later day" in page.content.decode()


def test_what_is_in_force_is_changed_and_dropped_by_no_page(finance, in_force):
    before = in_force.kept
    for page in ("edit", "live"):
        assert finance.get(f"/desk/rules/{in_force.pk}/{page}").status_code == 404
        assert finance.post(f"/desk/rules/{in_force.pk}/{page}", WRITTEN).status_code == 404
    lines = Line.objects.count()
    finance.post(f"/desk/rules/{in_force.pk}/drop")
    assert RuleVersion.objects.get().kept == before
    assert Line.objects.count() == lines
    assert not changing.write(None, in_force, in_force.conditions)
    assert not changing.enact(None, in_force, today())


def test_a_draft_is_dropped_and_begun_anew(finance, draft):
    finance.post(f"/desk/rules/{draft.pk}/drop")
    assert RuleVersion.objects.count() == 1
    finance.post(f"/desk/schemes/{draft.scheme_id}/draft")
    finance.post(f"/desk/schemes/{draft.scheme_id}/draft")
    assert [version.number for version in RuleVersion.objects.all()] == [2, 1]


def test_a_scheme_takes_no_applications_any_more(finance, in_force):
    assert finance.get(f"/desk/schemes/{in_force.scheme_id}/stop").status_code == 200
    finance.post(f"/desk/schemes/{in_force.scheme_id}/stop")
    assert RuleVersion.objects.get().state == RuleVersion.State.RETIRED
    assert "Taken out" in finance.get("/desk/rules").content.decode()


def test_a_thought_up_family_is_judged_by_both_versions(finance, draft):
    finance.post(f"/desk/rules/{draft.pk}/edit", WRITTEN)
    lines = Line.objects.count()
    page = finance.post(f"/desk/rules/{draft.pk}/try", TRIED).content.decode()
    assert "You qualify for €\N{NO-BREAK SPACE}700.00" in page
    assert "Your income is too high." in page
    assert Line.objects.count() == lines


@pytest.mark.parametrize("other", [{"postcode": "98"}, {"ages": "x"}, {"ages": ""}, {"ages": "1,99"}, {"income": ""}])
def test_an_example_that_cannot_be_read_is_told(finance, draft, other):
    page = finance.post(f"/desk/rules/{draft.pk}/try", TRIED | other).content.decode()
    assert 'role="alert"' in page
    assert "You qualify" not in page


def test_others_read_and_change_nothing(staff, draft):
    auditor = staff(Role.AUDITOR, name="clerk-05")
    assert auditor.get(f"/desk/rules/{draft.pk}").status_code == 200
    assert auditor.get("/desk/rules").status_code == 200
    assert auditor.post(f"/desk/rules/{draft.pk}/edit", WRITTEN).status_code == 403
    assert auditor.post(f"/desk/schemes/{draft.scheme_id}/stop").status_code == 403


@pytest.mark.parametrize("number", [3, 60])
def test_the_list_asks_the_database_the_same_for_any_number(finance, scheme, django_assert_max_num_queries, number):
    for place in range(number):
        changing.enact(None, changing.draft(None, Scheme.objects.create(name=f"scheme {place}")), today())
    with django_assert_max_num_queries(12):
        finance.get("/desk/rules")
