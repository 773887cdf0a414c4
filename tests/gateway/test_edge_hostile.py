"""F35: ten thousand hostile requests, and every entry of everybody else is taken in at the first try."""

import json
from functools import partial
from operator import eq
from pathlib import Path

import httpx
import pytest

from tests.gateway.hostile import KINDS, Material
from tests.gateway.process import GatewayProcess, until
from tests.gateway.world import Pass, Till, World

COUNT, SEED = 10_000, 35
MEMORY_MAX = 150 * 2**20
REFUSED = {400, 401, 403, 404, 405, 413, 422, 429}


def memory(gateway: GatewayProcess) -> int:
    fields = dict(line.split(":", 1) for line in Path(f"/proc/{gateway.process.pid}/status").read_text().splitlines())
    return int(fields["VmRSS"].split()[0]) * 1024


def sell(gateway: GatewayProcess, till: Till, card: Pass) -> None:
    """One more entry, as a till hands it in: taken in, and then seen to be there."""
    sequence = till.pay(card, 1)
    answer = gateway.post(till, till.body(sequence))
    assert (answer.status_code, answer.json()["sequence"]) == (200, sequence), answer.text
    assert gateway.position(till) == sequence


@pytest.mark.timeout(180)
def test_f35_ten_thousand_hostile_requests_keep_nobodys_entry_out(start, world: World):
    gateway = start()
    card, tills = world.card(), [world.till() for _ in range(4)]
    victim, honest, newcomer = tills[0], tills[:3], tills[3]
    for till in honest:
        sell(gateway, till, card)
    before = memory(gateway)
    port = httpx.URL(gateway.url).port
    assert port is not None

    attack = Material.of(port, victim, COUNT, SEED).start()
    while attack.poll() is None:
        for till in honest:
            sell(gateway, till, card)
        if len(honest[0].entries) == 5:
            honest.append(newcomer)  # it was never seen before, and shares its address with an attacker

    assert attack.stdout is not None
    seen = {tuple(key.split()): count for key, count in json.loads(attack.stdout.read()).items()}
    assert sum(seen.values()) == COUNT
    assert {kind for kind, _ in seen} == set(KINDS)
    answered = {int(status) for kind, status in seen if kind != "replayed"}
    assert answered <= REFUSED | {0}, seen
    assert {int(status) for kind, status in seen if kind == "replayed"} <= {200, 429}, "a replay changes nothing"
    assert sum(count for (_, status), count in seen.items() if status == "429") > COUNT // 4, "who fails is slowed down"
    assert memory(gateway) - before < MEMORY_MAX
    assert len(newcomer.entries) > 1
    for till in honest:
        until(partial(world.sequence, till), partial(eq, len(till.entries)))
