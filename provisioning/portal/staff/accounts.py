"""Accounts of the desk, made and changed by whoever runs the portal: no page does it."""

import time
from collections.abc import Collection
from typing import Any

from django.contrib.auth.models import Group, User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import translation
from django_otp.oath import TOTP

from contracts.wire.errors import Broken
from provisioning.portal.access import Role
from provisioning.portal.staff import codes, second, trail
from provisioning.portal.staff.models import FirstPassword, Phone, Recovery


@transaction.atomic
def add(name: str, roles: Collection[Role], password: str | None = None) -> str:
    """A new account, and its first password, which opens nothing but the page that asks for another. Raises Broken."""
    if User.objects.filter(username__iexact=name).exists():
        raise Broken(f"there is an account {name}")
    user = User(username=name)
    _valid(user.clean_fields, exclude=["password"])
    user.save()
    user.groups.set(_groups(roles))
    _note("staff.added", user, roles=sorted(roles))
    return _first_password(user, password)


@transaction.atomic
def add_ready(name: str, roles: Collection[Role]) -> str:
    """As `add`, with a phone that is set up: to try the portal out, where `portal code` shows the codes."""
    password = add(name, roles)
    user = find(name)
    FirstPassword.objects.filter(user=user).delete()
    second.confirm(second.phone_to_be(user))
    return password


@transaction.atomic
def change_roles(name: str, roles: Collection[Role]) -> None:
    """These, and no others, from the next request on. Raises Broken."""
    user = find(name)
    user.groups.set(_groups(roles))
    _note("staff.roles", user, roles=sorted(roles))


@transaction.atomic
def reset(name: str, password: str | None = None) -> str:
    """A first password again, no phone, every session over; a disabled account opens again. Raises Broken."""
    user = find(name)
    user.is_active = True
    Phone.objects.filter(user=user).delete()
    Recovery.objects.filter(user=user).delete()
    _note("staff.reset", user)
    return _first_password(user, password)


@transaction.atomic
def disable(name: str) -> None:
    """Let nobody in by it, and end its sessions. What it did stays in the trail. Raises Broken."""
    user = find(name)
    user.is_active = False
    user.save()
    _note("staff.disabled", user)


def find(name: str) -> User:
    """The account of this name. Raises Broken."""
    user = User.objects.filter(username=name).first()
    if user is None:
        raise Broken(f"there is no account {name}")
    return user


def named_roles(names: Collection[str]) -> list[Role]:
    """The roles of these names, in one order. Raises Broken."""
    unknown = sorted(set(names) - set(Role))
    if unknown:
        raise Broken(f"there is no role {unknown[0]}: the roles are {', '.join(Role)}")
    return [role for role in Role if role in names]


def described() -> list[str]:
    """A line for each account: its name, its roles, and whether it waits for its owner or is disabled."""
    waiting = set(FirstPassword.objects.values_list("user_id", flat=True))
    lines = []
    for user in User.objects.order_by("username").prefetch_related("groups"):
        groups = {group.name for group in user.groups.all()}
        roles = ", ".join(role for role in Role if role in groups) or "no role"
        state = "disabled" if not user.is_active else "has not signed in yet" if user.pk in waiting else ""
        lines.append(f"{user.username:24} {roles:32} {state}".rstrip())
    return lines


def code_now(name: str) -> str:
    """The six digits that the account's phone shows now. Raises Broken when no phone is set up or being set up."""
    phone = Phone.objects.filter(user=find(name)).order_by("-confirmed").first()
    if phone is None:
        raise Broken(f"{name} has no phone yet: sign in with the first password to begin")
    now = TOTP(phone.bin_key, phone.step, phone.t0, phone.digits, phone.drift)
    now.time = time.time()
    return f"{now.token():06d}"


def _first_password(user: User, password: str | None) -> str:
    given = codes.password() if password is None else password
    _valid(validate_password, given, user)
    user.set_password(given)
    user.save()
    FirstPassword.objects.filter(user=user).delete()
    FirstPassword.objects.create(user=user)
    return given


def _groups(roles: Collection[Role]) -> list[Group]:
    return [Group.objects.get_or_create(name=role)[0] for role in roles]


def _valid(check: Any, *given: Any, **more: Any) -> None:
    with translation.override("en"):  # as all that commands say
        try:
            check(*given, **more)
        except ValidationError as error:
            raise Broken(" ".join(error.messages)) from None


def _note(action: str, user: User, **about: Any) -> None:
    trail.note(None, action, f"account {user.pk}", **about)
