"""A portal of its own for these tests: a folder, a key, and Django's settings from it."""

import os
import tempfile
from pathlib import Path

import pytest

from provisioning.portal import config, keys

_FOLDER = tempfile.TemporaryDirectory(prefix="kindpakket-portal-")
os.environ[config.FOLDER_VARIABLE] = _FOLDER.name
os.environ["DJANGO_SETTINGS_MODULE"] = "provisioning.portal.settings"
keys.make(Path(_FOLDER.name))

import django  # noqa: E402 -- its settings are read when it is set up

django.setup()

from django.conf import settings  # noqa: E402

settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # Argon2 takes its time on purpose

from django.contrib.auth.models import Group, User  # noqa: E402
from django.test import Client  # noqa: E402
from django_otp.plugins.otp_totp.models import TOTPDevice  # noqa: E402

from provisioning.portal.access import Role  # noqa: E402


@pytest.fixture
def staff(db):
    """Gives a browser in which somebody with these roles has signed in, with the second factor."""

    def signed_in(*roles: Role, name: str = "clerk-01") -> Client:
        user = User.objects.create_user(name)
        user.groups.set([Group.objects.get_or_create(name=role)[0] for role in roles])
        device = TOTPDevice.objects.create(user=user, name="phone")
        client = Client()
        client.force_login(user)
        session = client.session
        session["otp_device_id"] = device.persistent_id
        session.save()
        return client

    return signed_in
