"""Passes of children: addresses only. The secret stands in the letter's QR, and nowhere here."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from contracts.wire.units import Address
from provisioning import paper
from provisioning.portal.people.models import Child
from provisioning.portal.programmes.models import Programme
from provisioning.portal.tasks.models import Task


class Letters(models.Model):
    """Letters that are printed together. Each time they are made their passes are new, and those before are nothing."""

    run = models.PositiveIntegerField(default=0)
    """How often they were made; the newest counts, and stands at the foot of each letter."""
    made_at = models.DateTimeField(auto_now_add=True)
    printed_at = models.DateTimeField(null=True)
    """When somebody said that all of them are there: then the budgets go to their passes."""

    class Meta:
        """The newest first."""

        ordering = ("-id",)

    def mark(self, run: int) -> str:
        """What stands at the foot of the letters of a run."""
        return f"{self.pk}-{run}"


class Pass(models.Model):
    """A pass that was made for a child. `child` is null once that is forgotten."""

    class State(models.TextChoices):
        """What it is, as the contract has it."""

        MADE = "made", _("In use")
        BLOCKED = "blocked", _("Blocked")
        REPLACED = "replaced", _("Replaced")

    address = models.BinaryField(max_length=20, unique=True)
    child = models.ForeignKey(Child, models.SET_NULL, null=True, related_name="passes")
    state = models.CharField(max_length=8, choices=State.choices, default=State.MADE)
    replaced_by = models.ForeignKey("self", models.SET_NULL, null=True, related_name="replaces")
    """The pass that takes its place, from when it was asked for; REPLACED once the contract has it."""
    letters = models.ForeignKey(Letters, models.SET_NULL, null=True, related_name="passes")
    """With which it was printed; null for one that was made while its family waited."""
    task = models.ForeignKey(Task, models.PROTECT, null=True, related_name="+")
    """The newest that is done to it: blocked, unblocked, replaced."""
    made_at = models.DateTimeField(auto_now_add=True)

    @property
    def label(self) -> str:
        """What people call it; it stands on the letter."""
        return paper.label(Address(bytes(self.address)))


class Heard(models.Model):
    """A request of a pass to be blocked, by what it signed. It counts once: sent again it undoes no unblocking."""

    digest = models.BinaryField(max_length=32, unique=True)
    at = models.DateTimeField(default=timezone.now, db_index=True)


class Grant(models.Model):
    """A budget that was decided for a child: given to its pass once there is one. `cents` of the programme."""

    child = models.ForeignKey(Child, models.SET_NULL, null=True, related_name="grants")
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="grants")
    cents = models.BigIntegerField()
    reference = models.CharField(max_length=64, unique=True)
    """Random. The contract takes grants that are given together under the name of the first, once."""
    letters = models.ForeignKey(Letters, models.SET_NULL, null=True, related_name="grants")
    """The letters that bring its pass, once it is among some."""
    given_to = models.ForeignKey(Pass, models.PROTECT, null=True, related_name="grants")
    """The pass that was made for it, which has it when the task is done."""
    task = models.ForeignKey(Task, models.PROTECT, null=True)
    due_on = models.DateField(default=timezone.localdate)
    """From which day it may be given: a budget that comes month by month is a grant for each month."""
    series = models.UUIDField(null=True, db_index=True)
    """Which budget it is a monthly part of: the parts of one budget share it. Null for what comes at once."""
    stopped = models.BooleanField(default=False)
    """Whether somebody stopped it before it was given."""
    made_at = models.DateTimeField(auto_now_add=True)

    @property
    def is_ahead(self) -> bool:
        """Whether its month is still to come."""
        return self.due_on > timezone.localdate()


class Read(models.Model):
    """Up to which final block of the contract passes were followed; one row."""

    block = models.BigIntegerField()
