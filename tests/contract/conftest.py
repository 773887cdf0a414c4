"""The world that the contract's tests begin in."""

import pytest
from hypothesis import Phase, settings

from tests.contract.world import World

settings.register_profile("first-failure", phases=(Phase.explicit, Phase.generate))
"""For mutants: that a life goes wrong is enough, its shortest form takes minutes."""


@pytest.fixture
def world() -> World:
    """A municipality in which family-01 has EUR 100 in programme 1."""
    world = World()
    world.grant("family-01", 10_000)
    return world
