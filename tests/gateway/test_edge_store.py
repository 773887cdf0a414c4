"""A store that is busy, stuck or gone: everybody is told so in time, nothing is lost, and then it goes on."""

import os
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import pytest

from contracts.gateway.http.gate import ANSWER_SECONDS
from contracts.gateway.serving import disk
from contracts.gateway.serving.disk import Disk
from contracts.gateway.store.engines import FILE_NAME
from contracts.wire.errors import TryAgain
from tests.gateway.postgres import Postgres
from tests.gateway.process import GatewayProcess, until
from tests.gateway.test_edge_hostile import memory
from tests.gateway.world import Till, World

AT_ONCE = 60
SLACK = 10.0  # other processes' work on the machine


@pytest.fixture
def tills(world: World) -> list[Till]:
    card, tills = world.card(), [world.till(slice_cents=0) for _ in range(3)]
    for till in tills:
        till.pay(card, 100)
    return tills


def post(gateway: GatewayProcess, till: Till) -> httpx.Response:
    return httpx.post(f"{gateway.url}{till.url}/segments", json=till.body(), timeout=60)


def all_at_once(gateway: GatewayProcess, tills: list[Till]) -> tuple[list[httpx.Response], float]:
    """The answers to sixty requests, and how many seconds the last one took."""
    began = time.monotonic()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(lambda number: post(gateway, tills[number % len(tills)]), range(AT_ONCE)))
    return answers, time.monotonic() - began


def require_later(answers: list[httpx.Response]) -> None:
    for answer in answers:
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2"), answer.text
        assert set(answer.json()) == {"detail"}, "no reason: it is no refusal"


def require_all_right(gateway: GatewayProcess, tills: list[Till]) -> None:
    for till in tills:
        until(lambda till=till: post(gateway, till).status_code, lambda status: status == 200)  # type: ignore[misc]
        assert gateway.position(till) == 1


def test_f35_a_store_that_somebody_locks_is_answered_for_in_time(
    start: Callable[..., GatewayProcess], tills: list[Till]
):
    gateway = start()
    assert gateway.get(tills[0], "position").status_code == 200
    before = memory(gateway)
    with closing(sqlite3.connect(gateway.folder / "gateway" / FILE_NAME, isolation_level=None, timeout=10)) as other:
        other.execute("BEGIN IMMEDIATE")
        answers, seconds = all_at_once(gateway, tills)
        assert gateway.client.get("/v1/health/live").status_code == 200
        assert gateway.get(tills[0], "position").status_code == 200, "what only reads goes on"
        other.execute("ROLLBACK")
    require_later(answers)
    assert seconds < ANSWER_SECONDS + SLACK
    assert memory(gateway) - before < 50 * 2**20
    require_all_right(gateway, tills)


@contextmanager
def stopped(server: Postgres) -> Iterator[None]:
    server.stop()
    try:
        yield
    finally:
        server.start()


@contextmanager
def frozen(server: Postgres) -> Iterator[None]:
    """It takes connections, and answers nothing: every process of it stands still."""
    parent = server._process.pid
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    every = [parent, *map(int, children)]
    for process in every:
        os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        for process in every:
            os.kill(process, signal.SIGCONT)


@pytest.mark.parametrize("away", [stopped, frozen])
def test_f35_a_postgresql_that_is_gone_or_hangs_is_answered_for_in_time(
    away, start: Callable[..., GatewayProcess], tills: list[Till], postgres: Postgres
):
    gateway = start("--database", postgres.url())
    assert gateway.get(tills[0], "position").status_code == 200
    before = memory(gateway)
    with away(postgres):
        answers, seconds = all_at_once(gateway, tills)
        assert gateway.client.get("/v1/health/live").status_code == 200
        ready = httpx.get(f"{gateway.url}/v1/health/ready", timeout=60)
        assert (ready.status_code, ready.headers.get("Retry-After") or ready.json()["ready"]) in {
            (503, "2"),
            (503, False),
        }
    require_later(answers)
    assert seconds < ANSWER_SECONDS + SLACK
    assert memory(gateway) - before < 50 * 2**20
    require_all_right(gateway, tills)


def test_f18_a_disk_that_is_nearly_full_takes_no_more_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    Disk(tmp_path).check()
    Disk(None).check()
    monkeypatch.setattr(disk, "FREE_BYTES_MIN", 2**60)
    with pytest.raises(TryAgain, match="disk is full"):
        Disk(tmp_path).check()
