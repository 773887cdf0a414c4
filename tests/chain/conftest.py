from collections.abc import Iterator

import pytest

from tests.chain import processes
from tests.chain.rpc import Rpc


@pytest.fixture(scope="session")
def embedded_url() -> Iterator[str]:
    with processes.embedded("--block-seconds", "3600") as url:
        yield url


@pytest.fixture(scope="session")
def anvil_url() -> Iterator[str]:
    binary = processes.anvil_binary()
    if binary is None:
        pytest.skip("no anvil: set KINDPAKKET_ANVIL, or npm install --prefix build/node @foundry-rs/anvil")
    with processes.anvil(binary) as url:
        yield url


@pytest.fixture(params=["embedded", "anvil"])
def node(request: pytest.FixtureRequest) -> Rpc:
    """Each test that takes it holds for the embedded chain and for a real node alike."""
    return Rpc(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def embedded(embedded_url: str) -> Rpc:
    return Rpc(embedded_url)
