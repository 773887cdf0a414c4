"""The trail: who did what, and when. A line is never changed, and each is bound to the one before it."""

from django.conf import settings
from django.db import models


class Line(models.Model):
    """One line. It names no person of a household: `subject` is a kind and a number, as `application 17`."""

    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    action = models.CharField(max_length=48, db_index=True)
    subject = models.CharField(max_length=64, db_index=True)
    about = models.JSONField(default=dict)
    chain = models.BinaryField(max_length=32)
    """SHA-256 of the line before and of this one."""

    class Meta:
        """As they were written."""

        ordering = ("id",)
