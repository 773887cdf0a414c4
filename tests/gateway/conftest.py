from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.chain import processes
from tests.gateway import postgres as postgresql
from tests.gateway.desk import Desk
from tests.gateway.node_town import Town
from tests.gateway.postgres import Postgres
from tests.gateway.process import GatewayProcess, Proxy
from tests.gateway.world import KEY_OF_GATEWAY, KEY_OF_SHARED_GATEWAY, World


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with postgresql.running() as server:
        if server is None:
            pytest.skip("no PostgreSQL: apt-get install postgresql")
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str | Path:
    """Where a store is kept, in each of the two ways."""
    if request.param == "sqlite":
        return tmp_path / "store"
    server: Postgres = request.getfixturevalue("postgres")
    return server.url()


@pytest.fixture(scope="session")
def rpc_url() -> Iterator[str]:
    with processes.embedded("--block-seconds", "0.5") as url:
        yield url


@pytest.fixture
def anvil_url() -> Iterator[str]:
    binary = processes.anvil_binary()
    if binary is None:
        pytest.skip("no anvil: set KINDPAKKET_ANVIL, or npm install --prefix build/node @foundry-rs/anvil")
    with processes.anvil(binary) as url:
        yield url


@pytest.fixture
def town(anvil_url: str, tmp_path: Path) -> Iterator[Town]:
    """A real node's, whose blocks can be undone and held."""
    world = World(anvil_url)
    desk = Desk(world, tmp_path)
    yield Town(world, desk)
    desk.store.close()


@pytest.fixture(scope="session")
def world(rpc_url: str) -> World:
    """A contract that all tests share: each brings its own tills and passes."""
    return World(rpc_url)


@pytest.fixture(scope="session")
def gateway(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[GatewayProcess]:
    """A gateway that all tests share."""
    running = GatewayProcess(world, tmp_path_factory.mktemp("shared"), KEY_OF_SHARED_GATEWAY, world.rpc_url, ())
    yield running
    running.kill()


@pytest.fixture
def own_world(rpc_url: str) -> World:
    """A contract of the test's own, whose sponsor may do what it likes."""
    return World(rpc_url)


@pytest.fixture
def start(world: World, tmp_path: Path) -> Iterator[Callable[..., GatewayProcess]]:
    """Starts gateways on one folder, with an account of their own; what still runs is killed at the end."""
    running: list[GatewayProcess] = []

    def start_one(*options: str, rpc: str | None = None, on: World = world) -> GatewayProcess:
        running.append(GatewayProcess(on, tmp_path, KEY_OF_GATEWAY, rpc or on.rpc_url, options))
        return running[-1]

    yield start_one
    for one in running:
        one.kill()


@pytest.fixture
def proxy(rpc_url: str) -> Iterator[Proxy]:
    with Proxy(rpc_url) as running:
        yield running


@pytest.fixture
def own_desk(own_world: World, where: str | Path) -> Iterator[Desk]:
    desk = Desk(own_world, where)
    yield desk
    desk.store.close()


@pytest.fixture
def desk(world: World, where: str | Path) -> Iterator[Desk]:
    desk = Desk(world, where)
    yield desk
    desk.store.close()
