"""One chaos run, from an empty folder to its books."""

import asyncio
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from contracts.wire.errors import Broken
from contracts.wire.units import to_hex
from provisioning.town import Town
from tests.chaos import books, evidence, street
from tests.chaos.anvil import Chain
from tests.chaos.crowd import Clerk, Families
from tests.chaos.gateways import Fleet, Gateway, events, free_port
from tests.chaos.keeper import Keeper
from tests.chaos.proxy import Door, Fate
from tests.chaos.storm import Storm
from tests.chaos.street import Till
from tests.gateway.postgres import Postgres, binaries

DRAIN_SECONDS = 240.0
PACE_SECONDS = 4.0
"""Between two customers of one shop, on average."""
GATEWAYS = 3
GATEWAY_PACE = ("--batch-seconds", "1", "--poll-seconds", "0.5", "--stuck-seconds", "8")


@dataclass(frozen=True, slots=True)
class Plan:
    """What is asked for."""

    folder: Path
    seed: int
    seconds: float
    sqlite: bool


@dataclass(slots=True)
class Tally:
    """What happened on the way."""

    incidents: Counter[str] = field(default_factory=Counter)
    fates: Counter[Fate] = field(default_factory=Counter)
    counters: Counter[str] = field(default_factory=Counter)
    clerk: Counter[str] = field(default_factory=Counter)
    gateways: Counter[str] = field(default_factory=Counter)
    struck: int = 0
    stuck: list[str] = field(default_factory=list)
    drained_seconds: float = 0.0


class Run:
    """Set up, blow, drain, and look."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.tally = Tally()
        self.tills: list[Till] = []
        self.rpc_doors: list[Door] = []
        self.chain = Chain()
        self.postgres = None if plan.sqlite else _postgres(plan.folder)
        self._database = self.postgres.url() if self.postgres else None
        self.fleet = Fleet(())
        self._begun = time.monotonic()
        self._record = plan.folder / "deployment.json"
        self._keepers: dict[str, Keeper] = {}
        self._serving: dict[str, asyncio.Task[None]] = {}
        self._families = [street.family(plan.seed, number) for number in range(street.FAMILIES)]

    async def close(self) -> None:
        """End every process that was started."""
        for task in self._serving.values():
            task.cancel()
        for till in self.tills:
            await till.counter.close()
            await till.daemon.kill()
        await self.fleet.close()
        if self.postgres is not None:
            await asyncio.to_thread(self.postgres.stop)
        self.chain.stop()

    async def play(self) -> books.Evidence:
        """The whole run. Raises Broken when it could not be set up."""
        town = await self._set_up()
        clerk = Clerk(town, self._families, self.tills, self._chance("clerk"))
        storm = Storm(self, self._chance("storm"), self._say)
        meddling = asyncio.create_task(clerk.work())
        for till in self.tills:
            self._serve(till)
        await storm.blow(self.plan.seconds)
        self._say("the storm is over")
        await storm.calm()
        meddling.cancel()
        await asyncio.gather(meddling, return_exceptions=True)
        await clerk.leave()
        await self._last_customers()
        missing = await self._drained(town)
        self.tally.incidents, self.tally.clerk = storm.tally, clerk.tally
        return await self._gather(town, missing)

    # Setting up

    async def _set_up(self) -> Town:
        self._say(f"setting up {street.SHOPS} shops, {street.TERMINALS} terminals, {street.FAMILIES} families")
        mining = asyncio.create_task(self._mine())  # a deployment waits until it is final
        town = await asyncio.to_thread(street.found, self.chain.url, self._record, self._families)
        mining.cancel()
        for _ in range(2):
            self.rpc_doors.append(await self._door([self.chain.port], "127.0.2.1"))
        ports = [free_port() for _ in range(1 if self.plan.sqlite else GATEWAYS)]
        for number in range(1, street.TERMINALS + 1):
            source = f"127.0.1.{number}"
            doors = await self._door(ports, source), await self._door([self.chain.port], source)
            self.tills.append(await asyncio.to_thread(street.make_till, town, self.plan.folder, number, doors))
        self.chain.begin()
        self.fleet = Fleet([self._gateway(number, port) for number, port in enumerate(ports, start=1)])
        await self.fleet.open()
        families = Families(self._families, town.deployment.domain)
        for till in self.tills:
            await till.counter.open()
            self._keepers[till.name] = Keeper(till, families, self._chance(till.name), PACE_SECONDS)
        await asyncio.gather(*(till.daemon.start() for till in self.tills))
        return town

    async def _mine(self) -> None:
        while True:
            await self.chain.do("evm_mine")
            await asyncio.sleep(0.3)

    async def _door(self, ports: list[int], source: str) -> Door:
        door = Door(self._chance(f"door {source} {len(self.tills)} {ports}"), ports, source, tally=self.tally.fates)
        await door.open()
        return door

    def _gateway(self, number: int, port: int) -> Gateway:
        name, keys = f"gateway-{number}", street.gateway_keys()
        own = [keys[number - 1], *keys[-1:]] if not self.plan.sqlite else keys[:1]
        return Gateway(name, port, self._arguments(self._store()), self.plan.folder / f"{name}.log", own)

    def _arguments(self, where: str | Path) -> list[str]:
        store = ["--data", str(where)] if isinstance(where, Path) else ["--database", where]
        rpc = [word for door in self.rpc_doors for word in ("--rpc", door.url)]
        return ["gateway", "run", "--record", str(self._record), *rpc, *store, *GATEWAY_PACE]

    def _store(self) -> str | Path:
        return self._database or self.plan.folder / "gateway"

    # On the way

    def _serve(self, till: Till) -> None:
        self._serving[till.name] = asyncio.create_task(self._keepers[till.name].work())

    async def strike(self, till: Till, seconds: float) -> None:
        """SIGKILL of a terminal, in the middle of whatever it does; it is started again after a while."""
        self.tally.struck += 1
        till.daemon.kill_now()
        self._serving[till.name].cancel()
        await till.daemon.kill()
        await asyncio.sleep(seconds)
        await till.daemon.start()
        self._serve(till)

    async def _last_customers(self) -> None:
        """Everybody is served to the end; then one small sale each, which wakes those who wait for a better time."""
        for task in self._serving.values():
            task.cancel()
        await asyncio.gather(*self._serving.values(), return_exceptions=True)
        await asyncio.gather(*(keeper.sell_plainly() for keeper in self._keepers.values()))

    async def _drained(self, town: Town) -> list[str]:
        """Wait until everything that was entered is settled and known; what is missing after minutes."""
        begun, missing = time.monotonic(), ["nothing was looked at"]
        while time.monotonic() - begun < DRAIN_SECONDS:
            await asyncio.sleep(1)
            await asyncio.gather(*(keeper._clear() for keeper in self._keepers.values()), return_exceptions=True)
            missing = await asyncio.to_thread(evidence.missing, town, self.tills)
            if not missing:
                self.tally.drained_seconds = time.monotonic() - begun
                self._say(f"drained in {self.tally.drained_seconds:.0f} s")
                return []
        return missing

    # Afterwards

    async def _gather(self, town: Town, missing: list[str]) -> books.Evidence:
        told = await asyncio.to_thread(evidence.told, town)
        urls = [f"http://127.0.0.1:{port}" for port in self.fleet.ports]
        tills = [
            await evidence.till(town, till, self._keepers[till.name], urls, told.get(_low(till), ()))
            for till in self.tills
        ]
        apart = [await evidence.reconciled(town, till, self.chain.url) for till in self.tills]
        for keeper in self._keepers.values():
            self.tally.counters += keeper.done
            self.tally.stuck += keeper.stuck
        owing = await asyncio.to_thread(evidence.owing, town)
        await self.fleet.close()
        self.tally.gateways = events(self.plan.folder.glob("gateway-*.log"))
        lived = evidence.projection(self._store())
        rebuilt = await self._rebuilt()
        faults = [*self.fleet.faults, *missing, *filter(None, apart)]
        return books.Evidence(tills, owing, lived, rebuilt, faults)

    async def _rebuilt(self) -> Mapping[str, Sequence[Any]]:
        """The projection of a gateway that begins with nothing but the chain."""
        wanted, fresh = evidence.read_up_to(self._store()), self.plan.folder / "rebuilt"
        log, keys = self.plan.folder / "rebuilt.log", street.gateway_keys()[:1]
        gateway = Gateway("rebuilt", free_port(), self._arguments(fresh), log, keys)
        await gateway.start()
        try:
            async with asyncio.timeout(DRAIN_SECONDS):
                while evidence.read_up_to(fresh) < wanted:  # noqa: ASYNC110 - another process reads
                    await asyncio.sleep(0.2)
        except TimeoutError:
            self.fleet.faults.append("a new gateway did not catch up with the chain")
        finally:
            await gateway.stop()
        return evidence.projection(fresh)

    def _chance(self, name: str) -> Random:
        return Random(f"{self.plan.seed} {name}")

    def _say(self, sentence: str) -> None:
        sys.stdout.write(f"{time.monotonic() - self._begun:6.1f} s  {sentence}\n")
        sys.stdout.flush()


def _postgres(folder: Path) -> Postgres:
    programs = binaries()
    if programs is None:
        raise Broken("PostgreSQL is not installed: apt-get install postgresql")
    (where := folder / "postgres").mkdir()
    return Postgres(programs, where)


def _low(till: Till) -> str:
    return to_hex(till.address)
