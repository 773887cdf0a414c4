"""Many who order at the same moment, on SQLite and on PostgreSQL: each product is sold once."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from provisioning.portal import config
from tests.gateway import postgres as postgresql

ROOT = Path(__file__).parents[3]
MANY = """
import django; django.setup()
import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from django.db import connection
from provisioning.portal.family.contract import Held
from provisioning.portal.family.signed import Wrong
from provisioning.portal.orders import ordering
from provisioning.portal.orders.models import Line, Order
from provisioning.portal.orders.wanted import Wanted
from provisioning.portal.selling.models import Product
from provisioning.portal.shops.models import Place, Shop
from tests.portal.passes.conftest import a_programme

ordering.contract = SimpleNamespace(held=lambda *_: {1: Held(20_000, 0, False, True, 0, 0)})
ordering._check_signature = lambda *_: None
programme = a_programme(1)
programme.day_limit = 20_000
programme.save()
shop = Shop(number=1, name="shop-01", state="admitted", sealed=b"")
shop.save()
Place.objects.create(shop=shop, programme=programme, standing=1)
product = Product.objects.create(shop=shop, name="Bicycle", cents=8_900, stock=3)

def order(number):
    said = {"shop": 1, "programme": 1, "lines": [{"product": product.pk, "quantity": 1}], "amount": 8_900}
    more = {"until": int(time.time()) + 86_400, "number": str(number), "signature": "0x" + "00" * 64}
    try:
        ordering.place(bytes([HOLDER]) * 20, Wanted(**said, **more))
        return "ordered"
    except Wrong as no:
        return no.content["error"]
    finally:
        connection.close()

with ThreadPoolExecutor(8) as pool:
    print(*sorted(pool.map(order, range(8))))
print(Product.objects.get().stock, Order.objects.count(), Line.objects.count())
"""
ONE_NUMBER = MANY.replace("HOLDER", "7").replace("range(8)", "[5] * 8")
BY_EIGHT, BY_ONE = MANY.replace("HOLDER", "number"), MANY.replace("HOLDER", "7")


@pytest.fixture(params=["sqlite", "postgresql"])
def portal(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[..., str]]:
    """Runs one of these in a process of its own, on a portal with this database."""
    with ExitStack() as stack:
        where = "sqlite"
        if request.param == "postgresql":
            server = stack.enter_context(postgresql.running())
            if server is None:
                pytest.skip("no PostgreSQL: apt-get install postgresql")
            where = server.url()
        (tmp_path / config.FILE).write_text(f'database = "{where}"\n')
        more = {config.FOLDER_VARIABLE: str(tmp_path), "DJANGO_SETTINGS_MODULE": "provisioning.portal.settings"}

        def run(*words: str) -> str:
            ended = subprocess.run(
                [sys.executable, *words],
                env={**os.environ, **more},
                cwd=ROOT,
                capture_output=True,
                text=True,
                check=False,
            )
            assert ended.returncode == 0, ended.stderr
            return ended.stdout

        run("-m", "provisioning.cli", "portal", "setup", "--folder", str(tmp_path))
        yield run


def test_the_last_ones_are_sold_once(portal):
    assert portal("-c", BY_EIGHT) == "ordered ordered ordered stock stock stock stock stock\n0 3 3\n"


def test_one_pass_that_asks_in_many_windows_has_one_order(portal):
    assert portal("-c", BY_ONE) == "open open open open open open open ordered\n2 1 1\n"


def test_one_order_that_is_sent_many_times_at_once_is_one_and_each_is_told_so(portal):
    assert portal("-c", ONE_NUMBER) == "ordered ordered ordered ordered ordered ordered ordered ordered\n2 1 1\n"
