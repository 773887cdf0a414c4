"""Schemes, and the versions of their rules. A version that was in force is never changed."""

from django.conf import settings
from django.db import models

from provisioning.portal.programmes.models import Programme
from provisioning.portal.rules.judging import Conditions


class Scheme(models.Model):
    """What families apply for; its budgets are of a programme, which may be made later."""

    name = models.CharField(max_length=64, unique=True)
    programme = models.ForeignKey(Programme, models.PROTECT, null=True, blank=True, related_name="schemes")

    class Meta:
        """By name."""

        ordering = ("name",)

    def __str__(self) -> str:
        """Its name, which is public."""
        return self.name


class RuleVersion(models.Model):
    """One version of a scheme's rules."""

    class State(models.TextChoices):
        """Which of a scheme's live ones is in force on a day: the one whose `live_from` is the last before it."""

        DRAFT = "draft"
        LIVE = "live"
        RETIRED = "retired"

    scheme = models.ForeignKey(Scheme, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    """1 and up in its scheme."""
    kept = models.JSONField(db_column="conditions")
    """Its conditions, as JSON."""
    state = models.CharField(max_length=8, choices=State.choices, default=State.DRAFT)
    live_from = models.DateField(null=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    """Who wrote it last, and so cannot put it in force."""
    made_at = models.DateTimeField(auto_now=True)

    class Meta:
        """The newest first."""

        ordering = ("scheme", "-number")
        constraints = (models.UniqueConstraint(fields=("scheme", "number"), name="one_of_each_number"),)

    @property
    def conditions(self) -> Conditions:
        """What it asks."""
        return Conditions.model_validate(self.kept)

    @conditions.setter
    def conditions(self, said: Conditions) -> None:
        self.kept = said.model_dump(mode="json")
