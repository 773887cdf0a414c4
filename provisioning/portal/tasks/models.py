"""The list of what is to be done on the contract. It holds numbers and addresses, and no person."""

from django.conf import settings
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from contracts.wire.reasons import MEANINGS, Reason
from provisioning.portal.access import Role
from provisioning.portal.tasks.words import KINDS

_WHOSE = {
    "passes": Role.GRANTS,
    "shops": Role.SHOPS,
    "orders": Role.SHOPS,
    "programmes": Role.FINANCE,
    "payouts": Role.FINANCE,
}
"""By the part that asks."""


class Task(models.Model):
    """One thing to do, once. Its handler is told by `kind`, and is safe to begin again (`handlers.py`)."""

    class State(models.TextChoices):
        """Where it stands."""

        WAITING = "waiting", _("Waiting")
        DONE = "done", _("Done")
        REFUSED = "refused", _("Refused")
        """The contract said no, and will say so again: a person must change something."""
        BROKEN = "broken", _("Look at this")
        """A person must look before it is tried again."""

    kind = models.CharField(max_length=32)
    arguments = models.JSONField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    said = models.TextField(blank=True)
    """What came of the newest attempt, in a sentence without any person or secret; English."""
    reason = models.PositiveSmallIntegerField(null=True)
    """Why it was refused, where that has a number (`contracts.wire.reasons`), to be told in the reader's language."""
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

    @property
    def name(self) -> Promise | str:
        """What is to be done, in words."""
        return KINDS.get(self.kind, self.kind)

    @property
    def whose(self) -> Role | None:
        """The role that asks for such things, and may have them tried again."""
        return _WHOSE.get(self.kind.partition(".")[0])

    @property
    def told(self) -> str:
        """What came of it, in the reader's language where we have it so."""
        if self.reason is None:
            return self.said
        meaning = MEANINGS[Reason(self.reason)]
        return meaning.nl if get_language() == "nl" else meaning.en


GIVEN_UP = (Task.State.BROKEN, Task.State.REFUSED)
"""Nothing is done about such a task until somebody asks for it again."""


class Asked(models.Model):
    """A row about which something may be asked of the contract; `task` is the newest such thing."""

    task = models.ForeignKey(Task, models.SET_NULL, null=True, related_name="+")

    class Meta:
        """A table of each part's own."""

        abstract = True

    @property
    def is_waiting(self) -> bool:
        """Whether what was asked about it is not done yet."""
        return self.task is not None and self.task.state == Task.State.WAITING

    @property
    def is_given_up(self) -> bool:
        """Whether what was asked about it did not succeed."""
        return self.task is not None and self.task.state in GIVEN_UP


class Turn(models.Model):
    """When the worker last did what it does ever again (`handlers.every`), and what went wrong with it."""

    name = models.CharField(max_length=64, unique=True)
    tried_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    """When it last ended without an error."""
    said = models.CharField(max_length=200, blank=True)
    """What is wrong, in a sentence without any person or secret; nothing while all is well."""

    class Meta:
        """By name."""

        ordering = ("name",)
