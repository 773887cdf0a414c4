from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from provisioning.enrolling import TOKEN_VARIABLE
from provisioning.portal import settings
from provisioning.portal.access import Role
from provisioning.portal.config import Config
from provisioning.portal.programmes.models import Programme
from provisioning.portal.shops.models import Shop
from provisioning.town import Town
from tests.chain.rpc import OTHER
from tests.gateway.admins import bearer
from tests.gateway.process import GatewayProcess
from tests.portal.programmes.conftest import deployment, portal, shared_town, town, work
from tests.portal.programmes.draft import drafted

__all__ = ["deployment", "portal", "shared_town", "town", "work"]

JOINING = {
    "name": "shop-01",
    "address": "Street 1",
    "postcode": "0000 AA",
    "town": "Town",
    "category": "1",
    "person": "keeper-01",
    "phone": "0800",
    "email": "shop-01@example.org",
    "iban": "NL91 ABNA 0417 1643 00",
    "account_name": "",
}


@pytest.fixture
def desk(staff: Callable[..., Client], portal: Config) -> Client:
    """Somebody who deals with shops."""
    return staff(Role.SHOPS, name="clerk-shops")


@pytest.fixture
def shop(desk: Client, work: Callable[[], Any]) -> Shop:
    """A shop that was admitted."""
    assert desk.post("/desk/shops/new", JOINING).status_code == 302
    made = Shop.objects.latest("id")
    desk.post(f"/desk/shops/{made.pk}/admit", {"payout": ""})
    work()
    made.refresh_from_db()
    return made


@pytest.fixture
def programme(staff: Callable[..., Client], work: Callable[[], Any], request: pytest.FixtureRequest) -> Programme:
    """A live one, for shops that sell clothing or sport."""
    finance = staff(Role.FINANCE, name="clerk-finance")
    made = drafted(finance, name=request.node.name[:60])
    finance.post(f"/desk/programmes/{made.pk}/live")
    work()
    made.refresh_from_db()
    return made


@pytest.fixture(scope="module")
def gateway(shared_town: Town, tmp_path_factory: pytest.TempPathFactory) -> Iterator[GatewayProcess]:
    """A real gateway on the tests' contract."""
    world: Any = SimpleNamespace(record=lambda: shared_town.deployment)
    url = shared_town.deployment.rpc_url or ""
    running = GatewayProcess(world, tmp_path_factory.mktemp("gateway"), OTHER.key, url, ())
    yield running
    running.kill()


@pytest.fixture
def with_gateway(
    gateway: GatewayProcess,
    town: Town,
    portal: Config,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> GatewayProcess:
    """The portal knows the gateway, and the worker has its credential."""
    town.deployment.save(tmp_path / portal.record)
    monkeypatch.setattr(settings, "PORTAL", portal.model_copy(update={"gateway": gateway.url}))
    monkeypatch.setenv(TOKEN_VARIABLE, bearer(gateway, "enrol")["Authorization"].removeprefix("Bearer "))
    return gateway
