"""The scanners and keypads that are in use. They can be exchanged while all else goes on."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol, TypeVar

from drivers import registry
from drivers.base import Changed, Driver, DriverEvent, Pausable, Status, Threaded
from drivers.registry import Kind
from terminal.config import Device

T = TypeVar("T")


class Spawn(Protocol):
    """Runs it until it ends, or the daemon does; a fault in it ends the daemon."""

    def __call__(self, work: Coroutine[Any, Any, T], /) -> asyncio.Task[T]:
        """The task that does the work."""


LET_GO = Changed(Status.DISABLED, "let go of, while the devices are learnt")


@dataclass(frozen=True, slots=True)
class Driving:
    """A driver, and the task in which it runs."""

    driver: Driver
    task: asyncio.Task[None]

    @property
    def is_alive(self) -> bool:
        """Whether it would notice what its device does."""
        return not self.task.done() and (not isinstance(self.driver, Threaded) or self.driver.is_alive())


def is_input(device: Device) -> bool:
    """Whether it is a scanner or a keypad."""
    return registry.TABLE[device.driver].kind in {Kind.SCANNER, Kind.KEYPAD}


class Inputs:
    """`make` gives a device's driver, None when it cannot be had now; what the drivers emit goes to `hear`."""

    def __init__(
        self, make: Callable[[Device], Driver | None], hear: Callable[[str, DriverEvent], None], spawn: Spawn
    ) -> None:
        self._make = make
        self._hear = hear
        self._spawn = spawn
        self._running: dict[str, Driving] = {}

    @property
    def pausable(self) -> list[Pausable]:
        """Those that can rest when nobody waits for a scan."""
        return [each.driver for each in self._running.values() if isinstance(each.driver, Pausable)]

    @property
    def driving(self) -> Mapping[str, Driving]:
        """Those that run, by their names."""
        return self._running

    def start(self, drivers: Mapping[str, Driver]) -> None:
        """Run these, by their names."""
        self._running = {
            name: Driving(each, self._spawn(each.run(partial(self._hear, name)))) for name, each in drivers.items()
        }

    async def stop(self) -> None:
        """Let go of all; their devices are free when this returns."""
        stopped, self._running = self._running, {}
        for each in stopped.values():
            each.task.cancel()
        tasks = [each.task for each in stopped.values()]
        await asyncio.gather(*tasks, return_exceptions=True)  # the daemon sees faults
        for name in stopped:
            self._hear(name, LET_GO)

    async def use(self, devices: Iterable[Device]) -> None:
        """Of these devices the scanners and keypads, and no others. Raises Broken when one is configured wrongly."""
        await self.stop()
        made = {device.name: self._make(device) for device in devices if is_input(device)}
        self.start({name: driver for name, driver in made.items() if driver})
