"""What goes wrong, and when: drawn from the seed, one thing after the other, each kind before any comes again."""

import asyncio
import signal
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from random import Random
from typing import Protocol

from tests.chaos.anvil import CALM_FEE, FINAL_BLOCKS, Chain
from tests.chaos.gateways import Fleet
from tests.chaos.proxy import Door
from tests.chaos.street import Till
from tests.gateway.postgres import Postgres

GWEI = 10**9
SPIKE = 900 * GWEI
"""Wei for a unit of gas: far above any gateway's ceiling here."""
DEARER = 60 * GWEI
ROUGH, STORMY = 0.06, 0.5
"""Shares of requests that meet something, always and in a storm."""
PAUSE_SECONDS = 3.0
FROZEN_SECONDS = 75.0
"""Longer than any lease."""
ROUND_SECONDS = 200.0
"""A storm that is shorter has shorter incidents, down to half, so that in 100 seconds each kind is met."""


class Scene(Protocol):
    """What the storm goes over."""

    chain: Chain
    fleet: Fleet
    postgres: Postgres | None
    tills: list[Till]
    rpc_doors: list[Door]
    """The gateways' ways to the chain, in the order in which they prefer them."""
    desk_doors: list[Door]
    """The desk's, to a gateway and to the chain."""

    async def strike(self, till: Till, seconds: float) -> None:
        """SIGKILL of a terminal, which is started again after a while."""


class Storm:
    """Blows for as long as it is told; `calm` undoes whatever it left."""

    def __init__(self, scene: Scene, chance: Random, say: Callable[[str], None]) -> None:
        self.tally: Counter[str] = Counter()
        self._scene = scene
        self._chance = chance
        self._say = say
        self._haste = 1.0
        """What incidents and pauses are multiplied by."""

    async def blow(self, seconds: float) -> None:
        """One incident after the other; the last one ends a little later."""
        self._rate(ROUGH)
        self._haste = min(1.0, max(0.5, seconds / ROUND_SECONDS))
        until = time.monotonic() + seconds
        standing = asyncio.create_task(self._freeze(until))
        ahead: list[Callable[[], Awaitable[None]]] = []
        while time.monotonic() < until:
            kinds = self._kinds()
            ahead = ahead or self._chance.sample(kinds, len(kinds))
            kind = ahead.pop()
            self._say(f"{kind.__doc__}")
            self.tally[str(kind.__doc__)] += 1
            await kind()
            await self._last(0.5, PAUSE_SECONDS)
        await standing

    async def _freeze(self, until: float) -> None:
        """Beside all else: a gateway stands still for longer than its leases last, and goes on as if nothing was."""
        while True:
            await asyncio.sleep(self._chance.uniform(10, 30))
            if time.monotonic() + FROZEN_SECONDS > until or len(self._scene.fleet.gateways) == 1:
                return
            gateway = self._chance.choice(self._scene.fleet.gateways)
            self._say(f"{gateway.name} stands still for {FROZEN_SECONDS:.0f} s")
            self.tally["a gateway stands still"] += 1
            gateway.freeze()
            await asyncio.sleep(FROZEN_SECONDS)
            gateway.freeze(frozen=False)

    async def calm(self) -> None:
        """Everything works from now on."""
        scene = self._scene
        self._rate(0)
        for door in self._doors():
            door.weather.refuses = door.weather.gone = False
        await scene.chain.price(CALM_FEE)
        await scene.chain.go_on()

    def _kinds(self) -> list[Callable[[], Awaitable[None]]]:
        kinds: list[Callable[[], Awaitable[None]]] = [
            *(self._kill_one, self._kill_all, self._halt, self._reorganise, self._reorganise_deep, self._refuse),
            *(
                self._endpoint_gone,
                self._chain_gone,
                self._spike,
                self._dearer,
                self._strike,
                self._pull_cables,
                self._network,
            ),
        ]
        return [*kinds, self._restart_store, self._crash_store] if self._scene.postgres is not None else kinds

    def _doors(self) -> list[Door]:
        tills = self._scene.tills
        ways = [*(till.to_gateway for till in tills), *(till.to_chain for till in tills)]
        return [*self._scene.rpc_doors, *ways, *self._scene.desk_doors]

    def _rate(self, rate: float) -> None:
        for door in self._doors():
            door.weather.rate = rate

    def _some(self, most: int) -> list[Till]:
        return self._chance.sample(self._scene.tills, self._chance.randint(1, most))

    async def _last(self, least: float, most: float) -> None:
        await asyncio.sleep(self._chance.uniform(least, most) * self._haste)

    async def _kill_one(self) -> None:
        """a gateway is killed"""
        gateway = self._chance.choice(self._scene.fleet.gateways)
        await self._scene.fleet.kill(gateway, self._chance.uniform(0, 6))

    async def _kill_all(self) -> None:
        """all gateways are killed at once"""
        fleet = self._scene.fleet
        await asyncio.gather(*(fleet.kill(each, self._chance.uniform(0, 4)) for each in fleet.gateways))

    async def _restart_store(self) -> None:
        """PostgreSQL is restarted"""
        await self._store_away(signal.SIGINT)

    async def _crash_store(self) -> None:
        """PostgreSQL crashes"""
        await self._store_away(signal.SIGQUIT)

    async def _store_away(self, how: signal.Signals) -> None:
        postgres = self._scene.postgres
        assert postgres is not None
        await asyncio.to_thread(postgres.stop, how)
        await self._last(0, 5)
        await asyncio.to_thread(postgres.start)

    async def _halt(self) -> None:
        """the chain mines no blocks"""
        await self._scene.chain.halt()
        await self._last(5, 20)
        await self._scene.chain.go_on()

    async def _reorganise(self) -> None:
        """the newest block is replaced"""
        await self._scene.chain.reorganise(1)

    async def _reorganise_deep(self) -> None:
        """several blocks are replaced, none of them final"""
        await self._scene.chain.reorganise(self._chance.randint(2, FINAL_BLOCKS - 2))

    async def _refuse(self) -> None:
        """the node refuses to answer"""
        for door in self._doors()[: len(self._scene.rpc_doors)]:
            door.weather.refuses = True
        await self._last(4, 12)
        for door in self._scene.rpc_doors:
            door.weather.refuses = False

    async def _endpoint_gone(self) -> None:
        """the preferred endpoint is gone"""
        self._scene.rpc_doors[0].weather.gone = True
        await self._last(6, 15)
        self._scene.rpc_doors[0].weather.gone = False

    async def _chain_gone(self) -> None:
        """nobody reaches the chain"""
        doors = [*self._scene.rpc_doors, *(till.to_chain for till in self._scene.tills), self._scene.desk_doors[1]]
        for door in doors:
            door.weather.gone = True
        await self._last(4, 10)
        for door in doors:
            door.weather.gone = False

    async def _spike(self) -> None:
        """gas costs far more than the ceiling"""
        for _ in range(round(self._chance.randint(8, 20) * self._haste)):
            await self._scene.chain.price(SPIKE)  # it falls by an eighth in each empty block
            await asyncio.sleep(0.9)
        await self._scene.chain.price(CALM_FEE)

    async def _dearer(self) -> None:
        """gas costs more than what was sent offers, and less than the ceiling"""
        await self._scene.chain.halt()
        await self._last(2, 5)
        for _ in range(self._chance.randint(10, 15)):
            await self._scene.chain.price(DEARER)
            await self._scene.chain.go_on()
            await asyncio.sleep(0.9)
        await self._scene.chain.price(CALM_FEE)

    async def _strike(self) -> None:
        """terminals are killed"""
        struck = self._some(5)
        await asyncio.gather(*(self._scene.strike(till, self._chance.uniform(0, 8)) for till in struck))

    async def _pull_cables(self) -> None:
        """terminals are offline"""
        doors = [door for till in self._some(8) for door in (till.to_gateway, till.to_chain)]
        for door in doors:
            door.weather.gone = True
        await self._last(8, 25)
        for door in doors:
            door.weather.gone = False

    async def _network(self) -> None:
        """half of all requests go wrong"""
        self._rate(STORMY)
        await self._last(5, 15)
        self._rate(ROUGH)
