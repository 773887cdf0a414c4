from datetime import timedelta

from django.utils import timezone

from provisioning.portal.programmes.models import Programme
from provisioning.portal.rules import changing, current
from provisioning.portal.rules.models import RuleVersion

today = timezone.localdate
DAY = timedelta(days=1)


def numbers(day):
    return [version.number for version in current.live(day)]


def test_a_version_is_in_force_from_its_day_until_the_next_ones(in_force, draft):
    changing.enact(None, draft, today() + 2 * DAY)
    assert numbers(today() - 2 * DAY) == []
    assert numbers(today() - DAY) == numbers(today() + DAY) == [1]
    assert numbers(today() + 2 * DAY) == [2]


def test_of_two_from_the_same_day_the_newer_one_counts(in_force, draft):
    changing.enact(None, draft, in_force.live_from)
    assert numbers(today()) == [2]


def test_a_draft_and_what_was_taken_out_do_not_count(in_force, draft):
    assert numbers(today()) == [1]
    RuleVersion.objects.filter(pk=in_force.pk).update(state=RuleVersion.State.RETIRED)
    assert numbers(today()) == []


def test_nobody_applies_once_the_programme_is_over(in_force):
    now = int(timezone.now().timestamp())
    common = {"begins": 0, "floor_limit": 1, "day_limit": 1, "offline_window": 1}
    programme = Programme.objects.create(name="programme", ends=now + 60, **common)
    in_force.scheme.programme = programme
    in_force.scheme.save()
    assert numbers(today()) == [1]
    for ended in ({"ends": now - 60}, {"ends": now + 60, "closed": True}):
        Programme.objects.update(**ended)
        assert numbers(today()) == []


def test_each_scheme_has_its_own(in_force):
    other = type(in_force.scheme).objects.create(name="Another")
    changing.enact(None, changing.draft(None, other), today())
    assert [version.scheme.name for version in current.live(today())] == ["Another", "Kindpakket"]
    assert current.of_scheme(other.pk, today()) == other.versions.get()
    assert current.of_scheme(0, today()) is None
