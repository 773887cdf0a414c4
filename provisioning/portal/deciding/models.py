"""Decisions, and lists of the social service on their way to decisions."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from provisioning.portal.applying.models import Application
from provisioning.portal.passes.models import Grant
from provisioning.portal.people import sealing
from provisioning.portal.people.models import Household
from provisioning.portal.rules.models import RuleVersion

DECISION, ROW = "decision", "row"


class Import(models.Model):
    """A list of the social service: tried when it is handed in, then run once."""

    class State(models.TextChoices):
        """Where it stands."""

        TRIED = "tried", _("Tried")
        """Looked at; nothing was done."""
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        DROPPED = "dropped", _("Set aside")

    file = models.BinaryField(max_length=32)
    """A fingerprint of its bytes, by which the same file is noticed."""
    rules = models.ForeignKey(RuleVersion, models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=State.choices, default=State.TRIED)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    second = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    """Who started it."""
    made_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        """The newest first. A file is run once in a scheme's version; one that was dropped may come again."""

        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=("file", "rules"), condition=~models.Q(state="dropped"), name="one_of_each_file"
            ),
        )


class ImportRow(models.Model):
    """A line of it. The seal holds its cells until it is done; what became of it stays."""

    of = models.ForeignKey(Import, models.CASCADE, related_name="rows")
    line = models.PositiveIntegerField()
    sealed = models.BinaryField(null=True)
    print = models.BinaryField(max_length=32, null=True)
    """A fingerprint of its child, until the whole list is done."""
    kind = models.CharField(max_length=9)
    """`matching.Kind`: before it is done what would become of it, then what became of it."""
    code = models.CharField(max_length=20, blank=True)
    about = models.BigIntegerField(null=True)
    cents = models.BigIntegerField(default=0)
    done = models.BooleanField(default=False)

    class Meta:
        """As in the file."""

        ordering = ("line",)
        constraints = (models.UniqueConstraint(fields=("of", "line"), name="one_of_each_line"),)
        indexes = (models.Index(fields=("of", "kind"), name="row_by_kind"),)


class Decision(models.Model):
    """What was decided about an application, or about a household in a list. A row is never written over.

    `amounts` are cents, in the order of the application's children.
    """

    class Verdict(models.TextChoices):
        """Yes or no."""

        GRANT = "grant", _("Grant")
        REJECT = "reject", _("Rejection")

    class State(models.TextChoices):
        """Where it stands."""

        PROPOSED = "proposed", _("Proposed")
        """Above the amount that one person may decide: somebody else must look."""
        FINAL = "final", _("Final")
        RETURNED = "returned", _("Returned")
        """The second person does not agree."""
        UNDONE = "undone", _("Undone")

    application = models.ForeignKey(Application, models.CASCADE, null=True, related_name="decisions")
    household = models.ForeignKey(Household, models.CASCADE, null=True, related_name="decisions")
    """Whose it is; of a proposal, which known household the application is of, or null for a new one."""
    of = models.ForeignKey(Import, models.PROTECT, null=True, related_name="decisions")
    verdict = models.CharField(max_length=6, choices=Verdict.choices)
    state = models.CharField(max_length=8, choices=State.choices)
    reasons = models.JSONField(default=list)
    """Codes (`reasons.SAID`)."""
    amounts = models.JSONField(default=list)
    sealed = models.BinaryField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    second = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    """Who confirmed, returned or undid it."""
    second_at = models.DateTimeField(null=True)
    grants = models.ManyToManyField(Grant, related_name="decisions")

    class Meta:
        """The newest first; one at a time stands for an application."""

        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=("application",),
                condition=models.Q(state__in=("proposed", "final")),
                name="one_decision_stands",
            ),
        )

    @property
    def said(self) -> dict[str, Any]:
        """`words` for the family, `why` other amounts, `back` why it was returned or undone; opened. Raises Broken."""
        opened: dict[str, Any] = sealing.unseal_json(DECISION, self.sealed)
        return opened

    @said.setter
    def said(self, words: dict[str, Any]) -> None:
        self.sealed = sealing.seal_json(DECISION, words)

    @property
    def cents(self) -> int:
        """For all children together."""
        return sum(self.amounts)
