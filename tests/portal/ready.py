"""Django as the tests have it: a portal's folder and key of their own. Import this before anything that has tables."""

import os
import tempfile
from pathlib import Path

from provisioning.portal import config, keys

FOLDER = tempfile.TemporaryDirectory(prefix="kindpakket-portal-")
os.environ[config.FOLDER_VARIABLE] = FOLDER.name
os.environ["DJANGO_SETTINGS_MODULE"] = "provisioning.portal.settings"
keys.make(Path(FOLDER.name))

import django  # noqa: E402 -- its settings are read when it is set up

django.setup()

from django.conf import settings  # noqa: E402

settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # Argon2 takes its time on purpose
