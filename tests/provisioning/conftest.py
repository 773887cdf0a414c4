from pathlib import Path

import pytest

from contracts.deployment import Deployment
from contracts.wire.units import Address, Timestamp, from_hex, to_hex
from provisioning import handing_out, programme, shop, sponsor
from provisioning.deploy import deploy
from provisioning.town import Town
from tests.chain.rpc import OTHER, OWNER

NETWORK = 7


@pytest.fixture
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    """The owner's key, where the commands look for it."""
    monkeypatch.setenv("KINDPAKKET_KEY", to_hex(OWNER.key))


@pytest.fixture(scope="module")
def deployment(chain_url: str) -> Deployment:
    """A contract for each file of tests: what a town asks of it grows with all that others left there."""
    return deploy(chain_url, OWNER, NETWORK, None)


@pytest.fixture(scope="module")
def shared_town(deployment: Deployment) -> Town:
    """A sponsor, shop 1, and programme 1 with EUR 10.000 in its reserve. Tests that change more make their own."""
    town = Town.open(deployment, OWNER)
    sponsor.add(town, OWNER_ADDRESS)
    programme.create(town, "Kindpakket", TERMS)
    programme.fund(town, 1, 1_000_000, mint=True)
    shop.add(town, OTHER_ADDRESS)
    shop.admit(town, 1, 1)
    return town


@pytest.fixture
def town(shared_town: Town) -> Town:
    return shared_town


@pytest.fixture
def record(tmp_path: Path, deployment: Deployment, key: None) -> Path:
    path = tmp_path / "deployment.json"
    deployment.save(path)
    return path


@pytest.fixture
def letters_password(monkeypatch: pytest.MonkeyPatch) -> str:
    """The PDF's password, where the commands look for it."""
    monkeypatch.setenv(handing_out.PASSWORD_VARIABLE, PASSWORD)
    return PASSWORD


PASSWORD = "fiets-wolk-één-tafel"
OWNER_ADDRESS = Address(from_hex(OWNER.address))
OTHER_ADDRESS = Address(from_hex(OTHER.address))
TERMS = programme.Terms(Timestamp(0), Timestamp(2**39))
