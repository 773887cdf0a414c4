"""A portal whose record names a contract: one that nobody asks, or the one of the tests' chain."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.cache import caches

from contracts.deployment import Deployment
from contracts.gateway.chain.endpoints import Endpoints
from contracts.gateway.chain.node import Node
from provisioning.portal import settings
from provisioning.portal.config import Config
from provisioning.portal.family import contract
from provisioning.portal.figures import reading
from provisioning.portal.passes.models import Pass
from provisioning.town import Town
from tests.portal.family.asking import Phone
from tests.portal.passes.conftest import RECORD, programme
from tests.portal.programmes.conftest import deployment, portal, shared_town, town, work

__all__ = ["deployment", "portal", "programme", "shared_town", "town", "work"]


@pytest.fixture(autouse=True)
def _nothing_counted() -> None:
    for name in ("default", "contract"):
        caches[name].clear()


@pytest.fixture
def record(tmp_path: Path, portal: Config) -> Deployment:
    """A contract that no node has."""
    RECORD.save(tmp_path / portal.record)
    return RECORD


@pytest.fixture
def here(tmp_path: Path, portal: Config, town: Town, monkeypatch: pytest.MonkeyPatch) -> Town:
    """The contract of the tests' chain; nothing that was read of it is kept."""
    town.deployment.save(tmp_path / portal.record)
    monkeypatch.setattr(settings, "PORTAL", portal.model_copy(update={"rpc": town.chain.rpc_url}))
    monkeypatch.setattr(contract, "KEPT_SECONDS", 0)
    return town


@pytest.fixture
def phone(record: Deployment, db: None) -> Phone:
    """With a pass that the desk made."""
    made = Phone(record.domain)
    Pass.objects.create(address=made.address)
    return made


@pytest.fixture
def read_all(here: Town, db: None) -> Callable[[], None]:
    """Has the figures follow the chain to its end."""

    def follow() -> None:
        node = Node(Endpoints([here.chain.rpc_url], here.deployment))
        while reading.step(node, here.deployment):
            pass

    return follow
