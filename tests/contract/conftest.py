"""The world that the contract's tests begin in."""

import pytest

from tests.contract.world import World


@pytest.fixture
def world() -> World:
    """A municipality in which family-01 has EUR 100 in programme 1."""
    world = World()
    world.grant("family-01", 10_000)
    return world
