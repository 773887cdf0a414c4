"""For each row of the registry, hands that can work the device: what the conformance suite needs of it."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from drivers.base import Changed, Driver, DriverEvent
from drivers.registry import Option
from tests.drivers.keyboard_rig import KeyboardRig
from tests.drivers.pictures_rig import PicturesRig
from tests.drivers.pty_rig import PATIENCE, PtyRig


class Rig(Protocol):
    """The hands on one device."""

    options: dict[str, Option]

    async def scan(self, text: str) -> None: ...

    async def send(self, data: bytes) -> None: ...

    async def press(self, *keys: str) -> None: ...

    async def unplug(self) -> None: ...

    async def plug(self) -> None: ...

    def close(self) -> None: ...


@dataclass
class SimulatedRig:
    """Works a simulator through its script."""

    folder: Path
    path: Path = field(init=False)
    options: dict[str, Option] = field(init=False)

    def __post_init__(self) -> None:
        self.path = self.folder / "device.sock"
        self.options = {"socket": str(self.path)}

    async def scan(self, text: str) -> None:
        await self.obeyed({"scan": text})

    async def send(self, data: bytes) -> None:
        await self.obeyed({"raw": data.hex(), "end": True})

    async def press(self, *keys: str) -> None:
        await self.obeyed({"keys": list(keys)})

    async def unplug(self) -> None:
        await self.obeyed({"unplug": True})

    async def plug(self) -> None:
        await self.obeyed({"plug": True})

    def close(self) -> None:
        """The driver frees its socket by itself."""

    async def obeyed(self, command: object) -> None:
        answer = await self.ask(json.dumps(command).encode() + b"\n")
        assert answer == {"ok": True}, answer

    async def ask(self, line: bytes) -> dict[str, object]:
        reader, writer = await asyncio.open_unix_connection(self.path)
        try:
            writer.write(line)
            writer.write_eof()
            answer: dict[str, object] = json.loads(await reader.readline())
            return answer
        finally:
            writer.close()
            await writer.wait_closed()


RIGS: dict[str, Callable[[Path], Rig]] = {
    "camera": PicturesRig,
    "evdev-keypad": KeyboardRig,
    "evdev-scanner": KeyboardRig,
    "serial-scanner": PtyRig,
    "simulated-scanner": SimulatedRig,
    "simulated-keypad": SimulatedRig,
}


class Heard:
    """What a driver emitted, and waiting for it."""

    def __init__(self) -> None:
        self.events: list[DriverEvent] = []
        self._more = asyncio.Event()

    def emit(self, event: DriverEvent) -> None:
        self.events.append(event)
        self._more.set()

    @property
    def changes(self) -> list[Changed]:
        return [event for event in self.events if isinstance(event, Changed)]

    async def until(self, wanted: Callable[[Any], bool]) -> DriverEvent:
        """The newest event, once it is one that is wanted."""
        async with asyncio.timeout(PATIENCE):
            while not wanted(self.events[-1]):
                self._more.clear()
                await self._more.wait()
        return self.events[-1]

    async def count(self, wanted: int) -> list[DriverEvent]:
        async with asyncio.timeout(PATIENCE):
            while len(self.events) < wanted:
                self._more.clear()
                await self._more.wait()
        return self.events


@asynccontextmanager
async def running(driver: Driver) -> AsyncIterator[Heard]:
    """The driver running, ready or not; what it says is in the Heard."""
    heard = Heard()
    task = asyncio.create_task(driver.run(heard.emit))
    try:
        await heard.count(1)
        yield heard
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
