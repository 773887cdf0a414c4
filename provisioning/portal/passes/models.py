"""Passes of children: addresses only. The secret stands in the letter's QR, and nowhere here."""

from django.db import models

from provisioning.portal.people.models import Child
from provisioning.portal.programmes.models import Programme
from provisioning.portal.tasks.models import Task


class Pass(models.Model):
    """A pass that was made for a child, or for nobody yet (`child` null: printed in advance)."""

    class State(models.TextChoices):
        """What it is."""

        MADE = "made"
        BLOCKED = "blocked"
        REPLACED = "replaced"

    address = models.BinaryField(max_length=20, unique=True)
    child = models.ForeignKey(Child, models.SET_NULL, null=True, related_name="passes")
    state = models.CharField(max_length=8, choices=State.choices, default=State.MADE)
    replaced_by = models.OneToOneField("self", models.SET_NULL, null=True, related_name="replaces")
    made_at = models.DateTimeField(auto_now_add=True)


class Grant(models.Model):
    """A budget that was decided for a child: given to its pass once there is one. `cents` of the programme."""

    child = models.ForeignKey(Child, models.SET_NULL, null=True, related_name="grants")
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="grants")
    cents = models.BigIntegerField()
    reference = models.CharField(max_length=64, unique=True)
    """The name under which the contract takes it, once (`provisioning.grant`)."""
    given_to = models.ForeignKey(Pass, models.PROTECT, null=True, related_name="grants")
    task = models.ForeignKey(Task, models.PROTECT, null=True)
    made_at = models.DateTimeField(auto_now_add=True)
