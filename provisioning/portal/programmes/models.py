"""Programmes as the desk knows them: what the contract has, and the words and goals around it."""

from django.db import models


class Programme(models.Model):
    """A programme: a draft until it is live, then bound to its number on the contract.

    Money in cents, times in seconds since 1970 UTC. What the contract decides is refreshed from it by the worker
    (`programmes.refresh`), never the other way.
    """

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
    reserve = models.BigIntegerField(default=0)
    """Wanted in a draft; of the contract once it is live."""
    held = models.BigIntegerField(default=0)
    paused = models.BooleanField(default=False)
    closed = models.BooleanField(default=False)
    read_at = models.DateTimeField(null=True)
    """When the contract was last read."""

    class Meta:
        """In the order of their making."""

        ordering = ("id",)

    def __str__(self) -> str:
        """Its name, which is public."""
        return self.name
