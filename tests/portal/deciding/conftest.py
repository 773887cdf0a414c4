"""A running programme with rules in force, and applications that were sent."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from provisioning.portal.applying.contents import Contents
from provisioning.portal.applying.models import Application, Mark
from provisioning.portal.people.models import Child, ChildParticulars, Household, Particulars
from provisioning.portal.programmes.models import Programme
from provisioning.portal.rules.judging import Answers, Conditions, Living, judge
from provisioning.portal.rules.models import RuleVersion, Scheme

CONDITIONS = Conditions.model_validate(
    {
        "percent": 120,
        "norms": {"alone": 120_000, "together": 170_000},
        "source": "a table",
        "savings": {"alone": 700_000, "together": 1_400_000},
        "areas": [{"first": 9800, "last": 9899}],
        "bands": [{"youngest": 4, "oldest": 11, "cents": 30_000}, {"youngest": 12, "oldest": 17, "cents": 40_000}],
    }
)


@pytest.fixture
def programme(db):
    now = int(timezone.now().timestamp())
    return Programme.objects.create(
        number=1, name="programme-01", begins=now, ends=now + 90 * 86_400, floor_limit=1, day_limit=1, offline_window=1
    )


@pytest.fixture
def rules(programme):
    scheme = Scheme.objects.create(name="scheme-01", programme=programme)
    today = timezone.localdate()
    return RuleVersion.objects.create(
        scheme=scheme, number=1, kept=CONDITIONS.model_dump(mode="json"), state="live", live_from=today
    )


@pytest.fixture
def sent(rules):
    """Makes an application of this family that was sent."""

    def make(family="family-01", children=(("child-01", 8),), state="submitted", income=100_000, **more):
        today = timezone.localdate()
        born = [date(today.year - age, 1, 1).isoformat() for _, age in children]
        who = Particulars(family, f"Street {family}", "9801AB", "Town", f"{family}@example.org")
        answers = Answers("9801AB", Living.ALONE, tuple(date.fromisoformat(day) for day in born), income, 0)
        named = tuple(ChildParticulars(name, day) for (name, _), day in zip(children, born, strict=True))
        number = Application.objects.count()
        made = Application(
            code=f"AAAA-{number:04d}", token_hash=number.to_bytes(32), scheme=rules.scheme, rules=rules, state=state
        )
        made.contents = Contents(who, named, answers)
        made.advice = judge(CONDITIONS, answers, today).as_json()
        made.submitted_at = timezone.now() - timedelta(days=more.pop("days", 0))
        for name, value in more.items():
            setattr(made, name, value)
        made.save()
        same = Household.of(who)
        prints = [("name", same.by_name), ("address", same.by_address)]
        prints += [("child", Child.of(same, child).by_child) for child in named]
        Mark.objects.bulk_create([Mark(application=made, kind=kind, print=bytes(found)) for kind, found in prints])
        return made

    return make


@pytest.fixture
def clerk(db):
    return User.objects.create_user("clerk-09")
