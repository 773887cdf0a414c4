"""The world that the contract's tests begin in."""

from collections.abc import Iterator

import pytest
from hypothesis import Phase, settings

from tests.contract import machines
from tests.contract.world import World

settings.register_profile("first-failure", phases=(Phase.explicit, Phase.generate))
"""For mutants: that a life goes wrong is enough, its shortest form takes minutes."""


@pytest.fixture
def machine(request: pytest.FixtureRequest) -> Iterator[str]:
    """The kind of machine that the test runs on: py-evm, unless the test says `machines.on_each`."""
    kind = getattr(request, "param", "py-evm")
    with machines.on(kind):
        yield kind


@pytest.fixture
def world(machine: str) -> World:
    """A municipality in which family-01 has EUR 100 in programme 1."""
    world = World()
    world.grant("family-01", 10_000)
    return world
