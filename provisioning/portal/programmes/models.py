"""Programmes as the desk knows them: what the contract has, and the words and goals around it."""

import time

from django.db import models
from django.utils.translation import gettext_lazy as _

from contracts.wire.units import CENTS_MAX
from provisioning import categories
from provisioning.portal.tasks.models import Asked

HAND_IN_SECONDS = 90 * 86_400
"""How long after its end entries may still be handed in: earlier the contract closes no programme."""


class Programme(Asked):
    """A programme: a draft until it is live, then bound to its number on the contract.

    Money in cents, times in seconds since 1970 UTC. What the contract decides is refreshed from it by the worker
    (`programmes.reading`), never the other way.
    """

    class State(models.TextChoices):
        """Where it stands."""

        DRAFT = "draft", _("Draft")
        AHEAD = "ahead", _("Begins later")
        LIVE = "live", _("Live")
        PAUSED = "paused", _("Paused")
        OVER = "over", _("Over")
        CLOSED = "closed", _("Closed")

    number = models.PositiveIntegerField(null=True, unique=True)
    """On the contract; null while it is a draft."""
    name = models.CharField(max_length=64)
    goals = models.TextField(max_length=2000, blank=True)
    begins = models.BigIntegerField()
    ends = models.BigIntegerField()
    floor_limit = models.BigIntegerField()
    day_limit = models.BigIntegerField()
    offline_window = models.BigIntegerField()
    """Seconds."""
    categories = models.BigIntegerField(default=0)
    """Bit c for category c."""
    slice = models.BigIntegerField(default=250_00)
    """What each terminal of its shops is to have apart; the slices themselves are `shops.Slice`."""
    reserve = models.BigIntegerField(default=0)
    """Wanted in a draft; of the contract once it is live."""
    held = models.BigIntegerField(default=0)
    paused = models.BooleanField(default=False)
    closed = models.BooleanField(default=False)
    read_at = models.DateTimeField(null=True)
    """When the contract was last read."""
    """The newest thing that was asked of the contract about it."""

    class Meta:
        """In the order of their making."""

        ordering = ("id",)

    def __str__(self) -> str:
        """Its name, which is public."""
        return self.name

    @property
    def state(self) -> "Programme.State":
        """Where it stands now."""
        if self.number is None:
            return self.State.DRAFT
        if self.closed:
            return self.State.CLOSED
        now = time.time()
        if now > self.ends:
            return self.State.OVER
        if self.paused:
            return self.State.PAUSED
        return self.State.AHEAD if now < self.begins else self.State.LIVE

    @property
    def may_close(self) -> bool:
        """Whether the contract would close it now."""
        return not self.closed and self.number is not None and time.time() > self.ends + HAND_IN_SECONDS

    @property
    def has_day_limit(self) -> bool:
        """Whether a pass may spend only so much in a day."""
        return self.day_limit < CENTS_MAX

    @property
    def offline_hours(self) -> int:
        """How long a terminal may sell without a network."""
        return self.offline_window // 3600

    @property
    def category_numbers(self) -> list[int]:
        """Whose shops take part."""
        return categories.numbers(self.categories)


class Once(models.Model):
    """Something that was asked for, by a code of its own; and the transaction that was signed for it, if it was.

    A signed transaction is no secret and counts once, however often it is sent (`programmes.once`).
    """

    code = models.CharField(max_length=96, unique=True)
    transaction = models.BinaryField(max_length=32, null=True)
    raw = models.BinaryField(null=True)
