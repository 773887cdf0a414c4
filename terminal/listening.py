"""Listens to many devices at once, those that are plugged in meanwhile too, until one says what is wanted."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import NoReturn, TypeVar

from drivers import registry
from drivers.base import Candidate, Changed, DriverEvent, DriverUnavailable, Emit

LOOK_SECONDS = 1.0

T = TypeVar("T")
Find = Callable[[], Mapping[str, Candidate]]
"""The devices that are here now, each under a name that stays while it is here."""


async def listen(find: Find, take: Callable[[str, Candidate, DriverEvent], T | None]) -> T:
    """What `take` makes of the first thing said that it does not answer by None. All devices are free again then."""
    heard: asyncio.Queue[tuple[str, Candidate, DriverEvent]] = asyncio.Queue()
    async with asyncio.TaskGroup() as group:
        running: dict[str, asyncio.Task[None]] = {}

        async def look() -> NoReturn:
            while True:
                found = find()
                await _end([running.pop(name) for name in running.keys() - found.keys()])
                for name, candidate in found.items():
                    if name not in running:
                        emit = partial(_put, heard, name, candidate)
                        running[name] = group.create_task(_run(candidate, emit))
                await asyncio.sleep(LOOK_SECONDS)

        looking = group.create_task(look())
        while (taken := take(*await heard.get())) is None:
            pass
        for task in (looking, *running.values()):
            task.cancel()
    return taken


async def _end(tasks: Sequence[asyncio.Task[None]]) -> None:
    """Free these devices before others are opened: a keyboard is soon found under a more lasting name than at first."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _put(
    heard: asyncio.Queue[tuple[str, Candidate, DriverEvent]], name: str, candidate: Candidate, event: DriverEvent
) -> None:
    heard.put_nowait((name, candidate, event))


async def _run(candidate: Candidate, emit: Emit) -> None:
    try:
        driver = registry.make(candidate.driver, candidate.options, allow_simulators=False)
    except DriverUnavailable as unavailable:
        emit(Changed(unavailable.status, unavailable.advice))
    else:
        await driver.run(emit)
