"""The second factor: a phone's code, or one from paper."""

import hashlib
import hmac
from typing import Any, NamedTuple

from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest
from django.middleware.csrf import rotate_token
from django_otp import login

from provisioning.portal import keys
from provisioning.portal.applying import throttle
from provisioning.portal.staff import codes
from provisioning.portal.staff.models import FirstPassword, Phone, Recovery, hashed

RECOVERY_CODES = 10


class Checked(NamedTuple):
    """What came of a code. `device` is None when it is wrong, or was not looked at because of too many before it."""

    device: Phone | Recovery | None
    too_many: bool = False


def step(user: User) -> str:
    """The page that somebody who gave the password has to go through next.

    A phone that is there is always asked for: nobody replaces it, or the password, by the password alone.
    """
    if Phone.objects.filter(user=user, confirmed=True).exists():
        return "staff:code"
    if FirstPassword.objects.filter(user=user).exists():
        return "staff:own_password"
    return "staff:phone"


def phone_to_be(user: User) -> Phone:
    """The phone that is being set up."""
    phone: Phone
    phone, _ = Phone.objects.get_or_create(user=user, confirmed=False, defaults={"name": "phone"})
    return phone


def check(kind: type[Phone] | type[Recovery], user: User, code: str, *, confirmed: bool = True) -> Checked:
    """Try this code. No two requests use it both."""
    with transaction.atomic():
        device = kind.objects.select_for_update().filter(user=user, confirmed=confirmed).first()
        if device is None:
            return Checked(None)
        if not device.verify_is_allowed()[0]:
            return Checked(None, too_many=True)
        return Checked(device if device.verify_token(code) else None)


def admit(request: HttpRequest, device: Phone | Recovery) -> None:
    """From now on this browser is verified, in a session with a new name."""
    login(request, device)
    request.session.cycle_key()
    rotate_token(request)


def confirm(phone: Phone) -> list[str]:
    """The phone has shown that it works. Gives the recovery codes, which nobody can read again."""
    phone.confirmed = True
    phone.save()
    return new_recovery_codes(phone.user)


def new_recovery_codes(user: Any) -> list[str]:
    """Ten new ones; the old ones are worth nothing."""
    made = [codes.recovery() for _ in range(RECOVERY_CODES)]
    kept = [hashed(each) for each in made]
    Recovery.objects.update_or_create(user=user, defaults={"name": "paper", "hashes": kept})
    return made


def tried_name(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """How the list of failures keeps a name: as a fingerprint, since people type their password there by mistake."""
    name = (credentials or {}).get("username") or request.POST.get("username", "")
    return hmac.digest(keys.derived("tried"), name.encode(), hashlib.sha256).hex()


def tried_from(request: HttpRequest) -> str | None:
    """From where, as the list of failures keeps it: of IPv6 the first address of the /64, which is one network's."""
    return throttle.address(request).partition("/")[0] or None
