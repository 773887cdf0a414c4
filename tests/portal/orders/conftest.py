"""Shop 1 of the tests' chain with two products, a family with EUR 200, and the worker."""

from collections.abc import Callable

import pytest

from contracts.wire.units import Cents, to_hex
from provisioning import grant
from provisioning.portal.orders.models import Order, Read
from provisioning.portal.passes.models import Pass
from provisioning.portal.programmes.models import Programme
from provisioning.portal.selling.models import Product
from provisioning.portal.shops.models import Place, Shop
from provisioning.portal.tasks.models import Task
from provisioning.town import Town
from tests.portal.family.asking import Phone
from tests.portal.family.conftest import _nothing_counted, here, portal  # noqa: F401 -- fixtures
from tests.portal.orders.ordering import Family
from tests.portal.passes.conftest import a_programme
from tests.portal.programmes.conftest import deployment, shared_town, town, work  # noqa: F401 -- fixtures
from tests.provisioning.journals import Till

GRANTED = 200_00


@pytest.fixture
def programme(db: None) -> Programme:
    made = a_programme(1)
    made.day_limit = 150_00
    made.save()
    return made


@pytest.fixture
def shop(admitted: Callable[..., Shop], programme: Programme) -> Shop:
    made = admitted(1)
    Place.objects.create(shop=made, programme=programme, category=4, standing=Place.Standing.ADMITTED)
    return made


@pytest.fixture
def bicycle(shop: Shop) -> Product:
    return Product.objects.create(shop=shop, name="Bicycle", cents=89_00, stock=3)


@pytest.fixture
def bell(shop: Shop) -> Product:
    return Product.objects.create(shop=shop, name="Bell", cents=4_95, stock=10)


@pytest.fixture
def family(here: Town, shop: Shop) -> Family:  # noqa: F811 -- the fixture
    return a_family(here)


def a_family(town: Town, cents: int = GRANTED) -> Family:  # noqa: F811 -- the argument
    phone = Phone(town.deployment.domain)
    grant.grant(town, 1, to_hex(phone.address), [grant.Line(phone.address, Cents(cents))])
    Pass.objects.create(address=phone.address)
    return Family(town, phone)


@pytest.fixture(scope="module")
def till(shared_town: Town) -> Till:  # noqa: F811 -- the fixture
    """Of shop 1."""
    return Till.registered(shared_town, 1, 0)


@pytest.fixture
def from_here(town: Town, db: None) -> None:  # noqa: F811 -- the fixture
    """What other tests did on the chain is read already."""
    Read.objects.create(block=town.chain.block_number("finalized"))


@pytest.fixture
def order(family: Family, bicycle: Product, work: Callable[[], list[Task]]) -> Order:  # noqa: F811 -- the fixture
    """One whose money is set aside."""
    made = family.ordered((bicycle, 1))
    work()
    return made
