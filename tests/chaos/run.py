"""One chaos run, from an empty folder to its books."""

import asyncio
import json
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any

from eth_account import Account

from contracts.wire.errors import Broken
from contracts.wire.units import to_hex
from provisioning.processes import command
from provisioning.town import Town
from tests.chaos import books, evidence, street
from tests.chaos.anvil import Chain
from tests.chaos.crowd import Clerk, Families
from tests.chaos.desk import Desk
from tests.chaos.gateways import Fleet, Gateway, events, free_port
from tests.chaos.keeper import Keeper
from tests.chaos.plan import Plan, Tally
from tests.chaos.proxy import Door
from tests.chaos.storm import Storm
from tests.chaos.street import Till
from tests.gateway.postgres import Postgres, binaries

DRAIN_SECONDS = 240.0
PACE_SECONDS = 4.0
"""Between two customers of one shop, on average."""
GATEWAYS = 3
GATEWAY_PACE = ("--batch-seconds", "1", "--poll-seconds", "0.5", "--stuck-seconds", "8")


class Run:
    """Set up, blow, drain, and look."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.tally = Tally()
        self.tills: list[Till] = []
        self.rpc_doors: list[Door] = []
        self.desk_doors: list[Door] = []
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
        town, desk = await self._set_up()
        clerk = Clerk(town, self._families, self.tills, self._chance("clerk"))
        storm = Storm(self, self._chance("storm"), self._say)
        meddling, ordering = asyncio.create_task(clerk.work()), asyncio.create_task(desk.work())
        for till in self.tills:
            self._serve(till)
        await storm.blow(self.plan.seconds)
        self._say("the storm is over")
        await storm.calm()
        meddling.cancel()
        await asyncio.gather(meddling, return_exceptions=True)
        await clerk.leave()
        await desk.leave(ordering)
        await self._last_customers()
        missing = await self._drained(town, desk)
        self.tally.incidents, self.tally.clerk, self.tally.desk = storm.tally, clerk.tally, desk.tally
        return await self._gather(town, desk, missing)

    # Setting up

    async def _set_up(self) -> tuple[Town, Desk]:
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
        desk = await self._desk(town, ports)
        self.chain.begin()
        self.fleet = Fleet([self._gateway(number, port) for number, port in enumerate(ports, start=1)])
        await self.fleet.open()
        desk.open(self.desk_doors[0].url, await self._credential())
        families = Families(self._families, town.deployment.domain, desk)
        for till in self.tills:
            await till.counter.open()
            self._keepers[till.name] = Keeper(till, families, self._chance(till.name), PACE_SECONDS)
        await asyncio.gather(*(till.daemon.start() for till in self.tills))
        return town, desk

    async def _desk(self, town: Town, ports: list[int]) -> Desk:
        """With orders that wait already, and that no shop was told of."""
        self.desk_doors += await self._door(ports, "127.0.3.1"), await self._door([self.chain.port], "127.0.3.1")
        account = Account.from_key(street.desk_key())
        own = await asyncio.to_thread(Town.open, town.deployment, account, self.desk_doors[1].url)
        desk = Desk(own, self._families, self._chance("desk"))
        await asyncio.to_thread(desk.begin)
        return desk

    async def _credential(self) -> str:
        """The desk's, at the gateways."""
        add = ("gateway", "admin", "add", "desk", "--role", "enrol", *_options(self._store()), "--json")
        token: str = json.loads(await command(*add, environment={}))["token"]
        return token

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
        rpc = [word for door in self.rpc_doors for word in ("--rpc", door.url)]
        return ["gateway", "run", "--record", str(self._record), *rpc, *_options(where), *GATEWAY_PACE]

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
        """All are served to the end; some fetch what waits; one small sale each wakes who waits for a better time."""
        for task in self._serving.values():
            task.cancel()
        await asyncio.gather(*self._serving.values(), return_exceptions=True)
        for serve in (Keeper.fetch, Keeper.sell_plainly):
            await asyncio.gather(*(serve(keeper) for keeper in self._keepers.values()))

    async def _drained(self, town: Town, desk: Desk) -> list[str]:
        """Wait until everything that was entered is settled and known; what is missing after minutes."""
        begun, missing = time.monotonic(), ["nothing was looked at"]
        while time.monotonic() - begun < DRAIN_SECONDS:
            await asyncio.sleep(1)
            await asyncio.gather(*(keeper._clear() for keeper in self._keepers.values()), return_exceptions=True)
            missing = await asyncio.to_thread(evidence.missing, town, self.tills)
            missing += await asyncio.to_thread(evidence.orders_missing, town, desk.signed)
            if not missing:
                self.tally.drained_seconds = time.monotonic() - begun
                self._say(f"drained in {self.tally.drained_seconds:.0f} s")
                return []
        return missing

    # Afterwards

    async def _gather(self, town: Town, desk: Desk, missing: list[str]) -> books.Evidence:
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
        unaccounted = await asyncio.to_thread(evidence.unaccounted, town)
        await self.fleet.close()
        self.tally.gateways = events(self.plan.folder.glob("gateway-*.log"))
        lived = evidence.projection(self._store())
        orders = await asyncio.to_thread(evidence.orders, town, self.tills, desk.signed, lived["set_aside"])
        rebuilt = await self._rebuilt()
        faults = [*self.fleet.faults, *missing, *filter(None, apart)]
        return books.Evidence(tills, owing, lived, rebuilt, faults, orders, unaccounted)

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


def _options(store: str | Path) -> list[str]:
    return ["--data", str(store)] if isinstance(store, Path) else ["--database", store]


def _low(till: Till) -> str:
    return to_hex(till.address)
