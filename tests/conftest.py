"""What holds for made-up examples wherever the tests run, and the chain that towns of many folders stand on."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests.chain import processes

settings.register_profile("unhurried", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")
"""A loaded machine is no fault of what is tried; all else is as Hypothesis has it here or on a machine of CI."""


@pytest.fixture(scope="session")
def chain_url() -> Iterator[str]:
    """One chain for each worker, stopped with its last test: after that a worker may be gone before it cleans up."""
    with processes.embedded("--block-seconds", "3600") as url:
        yield url
