"""Run by `portal.measure`, in a folder with a key: makes the rows, asks the pages, and prints what it took as JSON."""

import json
import os
import statistics
import sys
import time

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "provisioning.portal.settings"
django.setup()

from django.contrib.auth.models import Group, User  # noqa: E402 -- Django is set up first
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django_otp.plugins.otp_totp.models import TOTPDevice  # noqa: E402

from provisioning.portal.access import STAFF  # noqa: E402
from provisioning.portal.figures import summing  # noqa: E402
from tests.bench import portal_rows  # noqa: E402
from tests.bench.portal import EMPTY, PAGES  # noqa: E402
from tests.bench.table import Figures  # noqa: E402

TIMES = 11


def main() -> None:
    begun = time.perf_counter()
    call_command("migrate", verbosity=0)
    portal_rows.fill()
    filled = time.perf_counter()
    summing.sum_up()
    summed = time.perf_counter() - filled
    client = _signed_in()
    rows = {name: _asked(client, path) for name, path in PAGES.items()}
    sales = f"{summed:.1f} s in the worker to sum up {portal_rows.SALES:,} purchases of {portal_rows.PASSES:,} passes"
    json.dump([rows, [sales, f"{filled - begun:.0f} s to make the rows"]], sys.stdout)


def _asked(client: Client, path: str) -> Figures:
    """An empty page is asked in between, so that a machine that is busy with other things changes both."""
    with CaptureQueriesContext(connection) as queries:
        _took(client, path)
    count = len(queries)  # before the next request forgets them
    pairs = [(_took(client, path), _took(client, EMPTY)) for _ in range(TIMES)]
    page, empty = (statistics.median(times) for times in zip(*pairs, strict=True))
    return {"queries": count, "ms": round(page, 1), "times an empty page": round(page / empty, 1)}


def _took(client: Client, path: str) -> float:
    begun = time.perf_counter()
    answer = client.get(path)
    if answer.streaming:
        b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    assert answer.status_code == 200, (path, answer)
    return 1_000 * (time.perf_counter() - begun)


def _signed_in() -> Client:
    user = User.objects.create_user("clerk-01")
    user.groups.set([Group.objects.get_or_create(name=role)[0] for role in STAFF])
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(user)
    session = client.session
    session["otp_device_id"] = TOTPDevice.objects.create(user=user, name="phone").persistent_id
    session.save()
    return client


if __name__ == "__main__":
    main()
