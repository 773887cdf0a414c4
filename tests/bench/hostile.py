"""What ten thousand hostile requests cost everybody else: how long a till waits for its answers meanwhile."""

import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import httpx

from tests.bench.approve import percentile
from tests.bench.table import Figures
from tests.chain import processes
from tests.gateway.hostile import ADDRESSES, CONNECTIONS, Material
from tests.gateway.process import GatewayProcess
from tests.gateway.world import KEY_OF_GATEWAY, Pass, Till, World

COUNT, SEED, TILLS, USUAL = 10_000, 35, 3, 100
TITLE = "a till hands in an entry and asks for its position, ms (one machine for gateway, chain, tills and attackers)"


def measure() -> tuple[dict[str, Figures], list[str]]:
    """Rows by what else goes on, and notes. An entry that is not taken in at the first try ends the bench."""
    with processes.embedded("--block-seconds", "0.5") as rpc, tempfile.TemporaryDirectory() as folder:
        world = World(rpc)
        card, tills = world.card(), [world.till() for _ in range(TILLS)]
        gateway = GatewayProcess(world, Path(folder), KEY_OF_GATEWAY, rpc, ())
        try:
            return _compared(gateway, card, tills)
        finally:
            gateway.kill()


def _compared(gateway: GatewayProcess, card: Pass, tills: list[Till]) -> tuple[dict[str, Figures], list[str]]:
    rounds = iter(range(USUAL))
    usual = _sell(gateway, card, tills, lambda: next(rounds, None) is not None)
    port = httpx.URL(gateway.url).port
    assert port is not None
    began = time.monotonic()
    attack = Material.of(port, tills[0], COUNT, SEED).start()
    meanwhile = _sell(gateway, card, tills, lambda: attack.poll() is None)
    seconds = time.monotonic() - began
    assert attack.stdout is not None
    seen = json.loads(attack.stdout.read())
    slowed = sum(count for key, count in seen.items() if key.endswith(" 429"))
    notes = [
        f"{COUNT:,} requests from {ADDRESSES} addresses over {ADDRESSES * CONNECTIONS} connections in {seconds:.0f} s",
        f"{slowed:,} of them were answered 429, the rest refused by name; no entry of a till was",
    ]
    return {"usual": _figures(usual), "meanwhile": _figures(meanwhile)}, notes


def _sell(gateway: GatewayProcess, card: Pass, tills: list[Till], more: Callable[[], bool]) -> list[float]:
    """Milliseconds of every answer, by tills in turn, as long as there is more to do."""
    took = []
    while more():
        for till in tills:
            sequence = till.pay(card, 1)
            body = till.body(sequence)
            began = time.perf_counter()
            answer = gateway.post(till, body)
            took.append((time.perf_counter() - began) * 1000)
            if answer.status_code != httpx.codes.OK:
                raise RuntimeError(f"an entry was not taken in: {answer.status_code} {answer.text}")
            began = time.perf_counter()
            gateway.position(till)
            took.append((time.perf_counter() - began) * 1000)
    return took


def _figures(took: list[float]) -> Figures:
    return {
        "requests": len(took),
        "median_ms": round(percentile(took, 50), 1),
        "p99_ms": round(percentile(took, 99), 1),
        "longest_ms": round(max(took), 1),
    }
