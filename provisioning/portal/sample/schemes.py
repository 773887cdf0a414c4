"""The sample's schemes, as their file says: for each a programme, and rules for those that families can apply for."""

import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

from django.utils import timezone
from pydantic import BaseModel, ConfigDict, Field

from provisioning.portal.programmes.models import Programme
from provisioning.portal.rules import changing
from provisioning.portal.rules.example import EXAMPLE
from provisioning.portal.rules.judging import Band
from provisioning.portal.rules.models import Scheme
from provisioning.portal.sample.staff import SECOND, THIRD, Hand, asking

_FILE = Path(__file__).with_suffix(".toml")
_TERMS = {"floor_limit": "50,00", "offline_hours": 24, "slice": "250,00"}


class Plan(BaseModel):
    """One scheme. Days from today; money as it is typed on the pages. One that is not live yet has no `bands`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    goals: str
    categories: tuple[int, ...]
    reserve: str
    day_limit: str
    begins: int
    ends: int
    months: int = 1
    bands: Annotated[tuple[Band, ...], Field(strict=False)] = ()

    @property
    def form(self) -> dict[str, Any]:
        """What is filled in for its programme."""
        today = timezone.localdate()
        period = {"begins": today + timedelta(days=self.begins), "ends": today + timedelta(days=self.ends)}
        return _TERMS | self.model_dump(include={"name", "goals", "categories", "reserve", "day_limit"}) | period


PLANS = tuple(Plan.model_validate(each) for each in tomllib.loads(_FILE.read_text())["scheme"])
FIRST = PLANS[0]
"""Of which the sample's families have budgets."""


def fill_programmes() -> None:
    """Those that people can spend are live, the others drafts; none when there is any."""
    if Programme.objects.exists():
        return
    hand = Hand(SECOND)
    for plan in PLANS:
        hand.send("programmes:new", **plan.form)
        if plan.bands:
            hand.send("programmes:live", Programme.objects.get(name=plan.name).pk)


def fill_rules() -> None:
    """In force for each scheme whose programme is on the contract."""
    for plan in PLANS:
        programme = Programme.objects.filter(name=plan.name).exclude(number=None).first()
        if plan.bands and programme is not None:
            version = changing.draft(asking(SECOND), Scheme.objects.create(name=plan.name, programme=programme))
            rules = EXAMPLE.model_copy(update={"bands": plan.bands, "months": plan.months})
            changing.write(asking(SECOND), version, rules)
            changing.enact(asking(THIRD), version, timezone.localdate())


def is_of_the_sample() -> bool:
    """Whether the first programme was made here, and not found on the contract: those have no goals."""
    return Programme.objects.filter(name=FIRST.name, goals=FIRST.goals).exists()
