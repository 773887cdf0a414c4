from collections.abc import Callable
from pathlib import Path

import pytest

from provisioning.portal import settings
from provisioning.portal.config import Config
from provisioning.portal.tasks import doing, working
from provisioning.portal.tasks.models import Task
from provisioning.town import Town
from tests.provisioning.conftest import deployment, shared_town, town

__all__ = ["deployment", "shared_town", "town"]

working.load_handlers()


@pytest.fixture
def portal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    """A portal that may make its euros, with a gateway's address."""
    told = Config(embedded=True, gateway="http://127.0.0.1:1")
    monkeypatch.setattr(settings, "PLACE", tmp_path)
    monkeypatch.setattr(settings, "PORTAL", told)
    return told


@pytest.fixture
def work(town: Town, db: None, portal: Config) -> Callable[[], list[Task]]:
    """Has the worker do all that was asked, and all that follows; each must be done."""

    def all_of_it() -> list[Task]:
        done = []
        while (task := doing.do_next(town)) is not None:
            assert task.state == Task.State.DONE, (task.kind, task.said)
            done.append(task)
        return done

    return all_of_it
