"""The daemon in this process, with a clock that the test moves."""

import asyncio
import json
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from terminal import config
from terminal.clock import Sources
from terminal.core.events import Key
from terminal.core.screen import Stage
from terminal.daemon import Daemon
from terminal.link.client import Client
from tests.terminal.till import PATIENCE, code
from tests.terminal.web import World, serving

BEGIN = 1_800_000_000
"""The time of the checkpoint that the till starts with."""


@dataclass
class Times:
    """Uptime and wall clock, as the test likes."""

    uptime: int = 0
    wall: int = BEGIN
    synchronised: bool = True

    def sources(self):
        return Sources(lambda: self.uptime * 1_000_000_000, lambda: self.wall, lambda: self.synchronised)

    def pass_by(self, seconds):
        self.uptime += seconds
        self.wall += seconds


class Counter:
    """A daemon's screen and devices, without blocking the loop that it runs on."""

    def __init__(self, till, store):
        self.till, self.store = till, store
        self.client = Client(till.socket)
        self.screens = self.client.screens()

    async def until(self, asks):
        async with asyncio.timeout(PATIENCE):
            async for screen in self.screens:
                if screen is not None and (screen.stage is asks if isinstance(asks, Stage) else asks(screen)):
                    return screen
        raise AssertionError

    async def scan(self, text):
        reader, writer = await asyncio.open_unix_connection(self.till.folder / "scanner.sock")
        writer.write(json.dumps({"scan": text}).encode() + b"\n")
        assert json.loads(await reader.readline()) == {"ok": True}
        writer.close()

    def press(self, *keys):
        for key in keys:
            assert self.client.press(Key(key))

    async def sell(self, family, *keys):
        """To approved, refused, or waiting for the contract's answer."""
        return await self.pay(code(family), *keys)

    async def pay(self, text, *keys):
        """As `sell`, with any code."""
        await self.scan(text)
        screen = await self.until(lambda screen: screen.stage in {Stage.AMOUNT, Stage.REFUSED})
        if screen.stage is Stage.REFUSED:
            return screen
        self.press(*(keys or ("5", "00")), "confirm")
        return await self.until(lambda screen: screen.stage in {Stage.APPROVED, Stage.REFUSED, Stage.ASKING})


@asynccontextmanager
async def served(till, times, **facts):
    """The world of the till, in the test's time."""
    world = World(till.address, **facts)
    world.block_time = world.clock = lambda: times.wall
    async with serving(world.handle) as url:
        till.rpc_url, till.gateway_url = url + "/rpc", url
        till.configure()
        yield world


@asynccontextmanager
async def connected(till, times):
    """A counter whose chain and gateway answer."""
    async with open_counter(till, times) as counter:
        await counter.until(lambda screen: screen.status.gateway and screen.status.chain)
        yield counter


@asynccontextmanager
async def open_counter(till, times, machine=Path("/")):
    store = till.store()
    ready, stop = asyncio.Event(), asyncio.Event()
    made = Daemon(till.config, config.load(till.config), store, till.signer(), times.sources(), machine)
    run = asyncio.create_task(made.run(ready.set, stop))
    try:
        await asyncio.wait_for(ready.wait(), PATIENCE)
        yield Counter(till, store)
    finally:
        stop.set()
        await run
        store.close()
