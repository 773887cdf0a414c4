from pathlib import Path

import pytest

from contracts.deployment import Deployment
from provisioning.portal import config
from provisioning.portal.running import setup
from tests.provisioning.conftest import deployment, shared_town, town

__all__ = ["deployment", "shared_town", "town"]


@pytest.fixture
def folder(tmp_path: Path, deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A portal of its own, for the shared town's contract; what commands make of the environment is undone."""
    monkeypatch.setenv(config.FOLDER_VARIABLE, str(tmp_path / "portal"))
    place = setup.make(tmp_path / "portal", setup.TEMPLATE)
    deployment.save(place / "deployment.json")
    return place
