"""Accounts beside Django's own, and the trail: who did what, and when.

A line of the trail is never changed, and each is bound to the one before it.
"""

import hashlib
import hmac
from binascii import unhexlify
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone
from django_otp.models import Device, ThrottlingMixin
from django_otp.plugins.otp_totp.models import TOTPDevice

from provisioning.portal import keys

_SEED_BYTES = 20
FIRST_PASSWORD_DAYS = 7


class Line(models.Model):
    """One line. It names no person of a household: `subject` is a kind and a number, as `application 17`."""

    at = models.DateTimeField(db_index=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    action = models.CharField(max_length=48, db_index=True)
    subject = models.CharField(max_length=64, db_index=True)
    about = models.JSONField(default=dict)
    chain = models.BinaryField(max_length=32)
    """SHA-256 of the line before and of this one."""

    class Meta:
        """As they were written."""

        ordering = ("id",)

    @property
    def told(self) -> str:
        """What it holds, in one line."""
        return "; ".join(f"{name}: {_plain(value)}" for name, value in sorted(self.about.items()))


def _plain(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


class FirstPassword(models.Model):
    """Somebody else knows this account's password: it opens nothing but the page that asks for another, for a week."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    @property
    def is_over(self) -> bool:
        """Whether it is too old to be used."""
        return timezone.now() - self.made_at > timedelta(days=FIRST_PASSWORD_DAYS)


class Phone(TOTPDevice):  # type: ignore[misc]
    """The app that shows the codes. Its seed needs the portal's key too, so the database alone gives no code."""

    class Meta:
        """The library's own table."""

        proxy = True

    @property
    def bin_key(self) -> bytes:
        """The seed that the app has."""
        return hmac.digest(keys.derived("phone"), unhexlify(self.key), hashlib.sha256)[:_SEED_BYTES]


class Recovery(ThrottlingMixin, Device):  # type: ignore[misc]
    """Codes on paper, for whoever lost the phone. Each opens once, and is kept as a hash under the portal's key."""

    hashes = models.JSONField(default=list)

    def get_throttle_factor(self) -> int:
        """Seconds after the first wrong one; twice as many after each further."""
        return 1

    def verify_token(self, token: str) -> bool:
        """Whether it is one of them, which it is then no longer."""
        if not self.verify_is_allowed()[0]:
            return False
        found = hashed(token)
        if found not in self.hashes:
            self.throttle_increment()
            return False
        self.hashes = [each for each in self.hashes if each != found]
        self.throttle_reset(commit=False)
        self.save()
        return True


def hashed(code: str) -> str:
    """A recovery code as it is kept, however it was typed."""
    plain = "".join(one for one in code.upper() if one.isalnum())
    return hmac.digest(keys.derived("recovery"), plain.encode(), hashlib.sha256).hex()
