"""The portal's tables on PostgreSQL, where several write at once."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from provisioning.portal import config
from tests.gateway import postgres as postgresql

ROOT = Path(__file__).parents[2]
BEGIN = "import django; django.setup(); from provisioning.portal.staff import trail; "
WRITE = BEGIN + "[trail.note(None, 'passes.block', f'pass {number}', cents=number) for number in range(25)]"
CHECK = BEGIN + "from provisioning.portal.staff.models import Line; print(Line.objects.count(), trail.first_broken())"
GATHER_AT_ONCE = (
    BEGIN
    + """
from concurrent.futures import ThreadPoolExecutor
from django.db import connection, transaction
from provisioning.portal.passes import printing
from provisioning.portal.passes.models import Grant, Letters
from tests.portal.passes.conftest import a_programme, child, granted, household

granted(child(household(1)), a_programme(1), 300)
waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
with ThreadPoolExecutor(1) as pool, connection.cursor() as cursor:
    with transaction.atomic():
        first = printing.gather(None)
        second = pool.submit(printing.gather, None)
        while not second.done() and not cursor.execute(waiting).fetchone()[0]:
            pass
    print(second.result(), Grant.objects.get().letters == first, Letters.objects.count())
"""
)

GRANT_AT_ONCE = (
    BEGIN
    + """
from concurrent.futures import ThreadPoolExecutor
from django.contrib.auth.models import User
from django.db import connection, transaction
from provisioning.portal import settings
from provisioning.portal.deciding import alone
from provisioning.portal.deciding.models import Decision

clerk, week = User.objects.create_user("clerk-01"), settings.PORTAL.four_eyes_week_cents
grant = Decision(by=clerk, verdict="grant", state="final", amounts=[week])
grant.said = {}
def may():
    with transaction.atomic():
        return alone.may_grant(clerk.pk, 1, 1)
waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
with ThreadPoolExecutor(1) as pool, connection.cursor() as cursor:
    with transaction.atomic():
        first = alone.may_grant(clerk.pk, week, 1)
        second = pool.submit(may)
        while not second.done() and not cursor.execute(waiting).fetchone()[0]:
            pass
        grant.save()
    print(first, second.result())
"""
)


@pytest.fixture
def portal(tmp_path):
    """Runs one of these in a process of its own, on a portal that was set up on PostgreSQL."""
    with postgresql.running() as server:
        if server is None:
            pytest.skip("no PostgreSQL: apt-get install postgresql")
        (tmp_path / config.FILE).write_text(f'database = "{server.url()}"\n')
        more = {config.FOLDER_VARIABLE: str(tmp_path), "DJANGO_SETTINGS_MODULE": "provisioning.portal.settings"}

        def run(*words: str) -> str:
            command = [sys.executable, *words]
            done = subprocess.run(  # noqa: PLW1510 -- looked at below, with what it said
                command, env={**os.environ, **more}, cwd=ROOT, capture_output=True, text=True, timeout=100
            )
            assert done.returncode == 0, done.stderr
            return done.stdout

        run("-m", "provisioning.cli", "portal", "setup", "--folder", str(tmp_path))
        yield run


def test_the_trail_is_one_chain_however_many_write_it(portal):
    with ThreadPoolExecutor(4) as pool:
        for each in [pool.submit(portal, "-c", WRITE) for _ in range(4)]:
            each.result()
    assert portal("-c", CHECK) == "100 None\n"


def test_two_clerks_who_make_letters_at_once_share_none(portal):
    assert portal("-c", GATHER_AT_ONCE) == "None True 1\n"


def test_what_a_clerk_grants_alone_in_two_browsers_at_once_is_counted_one_after_the_other(portal):
    assert portal("-c", GRANT_AT_ONCE) == "True False\n"
