"""Accounts, made and changed by whoever runs the portal; by the desk only those of shops (`selling.keepers`).

`by` is the request of whoever does it at the desk; None: a command.
"""

import time
from collections.abc import Collection
from typing import Any

from django.contrib.auth.models import Group, User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.utils import translation
from django_otp.oath import TOTP

from contracts.wire.errors import Broken
from provisioning.portal.access import Role
from provisioning.portal.staff import codes, second, trail
from provisioning.portal.staff.models import FirstPassword, Phone, Recovery


@transaction.atomic
def add(name: str, roles: Collection[Role], password: str | None = None, *, by: HttpRequest | None = None) -> str:
    """A new account, and its first password, which opens nothing but the page that asks for another. Raises Broken."""
    if Role.KEEPER in roles and len(roles) > 1:
        raise Broken("whoever keeps a shop has no other role: give each its own account")
    if User.objects.filter(username__iexact=name).exists():
        raise Broken(f"there is an account {name}")
    user = User(username=name)
    _valid(user.clean_fields, exclude=["password"])
    user.save()
    user.groups.set(_groups(roles))
    _note(by, "staff.added", user, roles=sorted(roles))
    return _first_password(user, password)


@transaction.atomic
def add_ready(name: str, roles: Collection[Role]) -> str:
    """As `add`, with a phone that is set up: to try the portal out, where `portal code` shows the codes."""
    password = add(name, roles)
    make_ready(name)
    return password


def make_ready(name: str) -> None:
    """Leave out what an account's first sign-in asks: its password stays, and its phone is set up. Raises Broken."""
    user = find(name)
    FirstPassword.objects.filter(user=user).delete()
    second.confirm(second.phone_to_be(user))


@transaction.atomic
def change_roles(name: str, roles: Collection[Role]) -> None:
    """These, and no others, from the next request on. A keeper's account stays one. Raises Broken."""
    user = find(name)
    if Role.KEEPER in roles or user.groups.filter(name=Role.KEEPER).exists():
        raise Broken("an account of a shop is that alone: add another account")
    user.groups.set(_groups(roles))
    _note(None, "staff.roles", user, roles=sorted(roles))


@transaction.atomic
def reset(name: str, password: str | None = None, *, by: HttpRequest | None = None) -> str:
    """A first password again, no phone, every session over; a disabled account opens again. Raises Broken."""
    user = find(name)
    user.is_active = True
    Phone.objects.filter(user=user).delete()
    Recovery.objects.filter(user=user).delete()
    _note(by, "staff.reset", user)
    return _first_password(user, password)


@transaction.atomic
def disable(name: str, *, by: HttpRequest | None = None) -> None:
    """Let nobody in by it, and end its sessions. What it did stays in the trail. Raises Broken."""
    user = find(name)
    user.is_active = False
    user.save()
    _note(by, "staff.disabled", user)


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
    """A line for each account: its name, its roles or shop, and whether it waits for its owner or is disabled."""
    waiting = set(FirstPassword.objects.values_list("user_id", flat=True))
    lines = []
    for user in User.objects.order_by("username").select_related("keeper__shop").prefetch_related("groups"):
        groups = {group.name for group in user.groups.all()}
        roles = ", ".join(role for role in Role if role in groups) or "no role"
        if hasattr(user, "keeper"):
            roles += f" of shop {user.keeper.shop.number}"
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


def _note(by: HttpRequest | None, action: str, user: User, **about: Any) -> None:
    trail.note(by, action, f"account {user.pk}", **about)
