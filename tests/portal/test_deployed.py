"""The settings of a portal that is reached by HTTPS, in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from provisioning.portal import config, keys

ROOT = Path(__file__).parents[2]
ASK = """
import django; django.setup()
from django.core.management import call_command
from django.test import Client
call_command("migrate", verbosity=0)
browser = Client(HTTP_HOST="desk.example")
plain = browser.get("/sign-in")
print(plain.status_code, plain["Location"])
safe = browser.get("/sign-in", HTTP_X_FORWARDED_PROTO="https")
print(safe.status_code, safe["Strict-Transport-Security"])
browser.get("/desk/", HTTP_X_FORWARDED_PROTO="https")
print(*sorted((name, cookie["secure"], cookie["path"]) for name, cookie in browser.cookies.items()))
print(Client(HTTP_HOST="elsewhere.example").get("/sign-in", HTTP_X_FORWARDED_PROTO="https").status_code)
"""


@pytest.fixture
def behind_https(tmp_path):
    """Runs Python on such a portal."""
    (tmp_path / config.FILE).write_text('https = true\nhosts = ["desk.example"]\n')
    keys.make(tmp_path)
    more = {config.FOLDER_VARIABLE: str(tmp_path), "DJANGO_SETTINGS_MODULE": "provisioning.portal.settings"}

    def run(*words):
        command = [sys.executable, *words]
        env = {**os.environ, **more, "PYTHONPATH": str(ROOT)}
        return subprocess.run(command, env=env, capture_output=True, text=True, check=True, timeout=100).stdout

    return run


def test_django_s_own_checks_for_a_site_on_the_net_find_nothing(behind_https):
    behind_https("-m", "django", "check", "--deploy", "--fail-level", "WARNING")


def test_browsers_come_by_https_alone_with_cookies_that_never_go_without(behind_https):
    plain, safe, cookies, elsewhere = behind_https("-c", ASK).splitlines()
    assert plain == "301 https://desk.example/sign-in"
    assert safe == "200 max-age=31536000"
    assert cookies == "('__Host-csrf', True, '/')"
    assert elsewhere == "400"
