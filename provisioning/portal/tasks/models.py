"""The list of what is to be done on the contract. It holds numbers and addresses, and no person."""

from django.conf import settings
from django.db import models


class Task(models.Model):
    """One thing to do, once. Its handler is told by `kind`, and is safe to begin again (`handlers.py`)."""

    class State(models.TextChoices):
        """Where it stands."""

        WAITING = "waiting"
        DONE = "done"
        REFUSED = "refused"
        """The contract said no, and will say so again: a person must change something."""
        BROKEN = "broken"
        """A person must look before it is tried again."""

    kind = models.CharField(max_length=32)
    arguments = models.JSONField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    said = models.TextField(blank=True)
    """What came of the newest attempt, in a sentence without any person or secret."""
    result = models.JSONField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)
    not_before = models.DateTimeField(auto_now_add=True)
    attempts = models.PositiveIntegerField(default=0)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        """What waits is looked for every second."""

        ordering = ("id",)
        indexes = (models.Index(fields=("state", "not_before"), name="tasks_waiting"),)
