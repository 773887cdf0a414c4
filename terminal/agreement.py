"""Several endpoints of one chain: one after the other until one answers, or all of them, which must say the same.

Whoever believes one endpoint believes its owner: it could invent a slice. Of two that must agree, both would have to
lie, and the same lie. What that costs is that both must answer.
"""

import asyncio
import re
import time
from collections.abc import Sequence

from contracts.wire.errors import TryAgain
from contracts.wire.units import Address
from terminal.checkpoint import ANSWER_BYTES_MAX, CheckpointReader, Disagreement, Reading, Source
from terminal.config import Config
from terminal.endpoint import Endpoint
from terminal.http import Http, host

LAG_SECONDS = 900
"""So far apart may the final blocks of endpoints be that must agree: more than a chain takes to make a block final."""
RETURN_SECONDS = 300.0
"""After so long with another one, the first endpoint is tried again."""
_LOOPBACK = re.compile(r"(127(\.\d+){3}|localhost|\[::1\])(:\d+)?$")


class InOrder:
    """The first endpoint that answers, and does not lag; whoever did is asked first for a while."""

    def __init__(self, readers: Sequence[CheckpointReader]) -> None:
        self._readers = readers
        self._at = 0
        self._until = 0.0

    async def read(self, programmes: Sequence[int], not_before: int = 0) -> Reading:
        """As CheckpointReader; raises TryAgain, with what each of them says, when none answers."""
        begin = self._at if time.monotonic() < self._until else 0
        wrong = []
        for step in range(len(self._readers)):
            at = (begin + step) % len(self._readers)
            try:
                reading = await self._readers[at].read(programmes, not_before)
            except TryAgain as error:
                wrong.append(str(error))
                continue
            if at != begin:
                self._at, self._until = at, time.monotonic() + RETURN_SECONDS
            return reading
        raise TryAgain("; ".join(wrong))


class Agreeing:
    """All of them, at the lowest of their final blocks."""

    def __init__(self, readers: Sequence[CheckpointReader]) -> None:
        self._readers = readers

    async def read(self, programmes: Sequence[int], not_before: int = 0) -> Reading:
        """As CheckpointReader; raises Disagreement when they do not say the same, or are too far apart."""
        newest = await asyncio.gather(*(reader.read(programmes) for reader in self._readers))
        self._require_near(newest)
        block = min(reading.checkpoint.block for reading in newest)
        if block < not_before:
            raise TryAgain(f"the endpoints agree up to block {block}, before {not_before}")
        pairs = zip(self._readers, newest, strict=True)
        readings = await asyncio.gather(*(_at(block, reader, reading, programmes) for reader, reading in pairs))
        for reader, reading in zip(self._readers, readings, strict=True):
            if reading != readings[0]:
                raise Disagreement(f"{self._readers[0].name} and {reader.name} do not agree at block {block}")
        return readings[0]

    def _require_near(self, readings: Sequence[Reading]) -> None:
        times = [reading.checkpoint.time for reading in readings]
        behind = max(times) - min(times)
        if behind > LAG_SECONDS:
            slow, fast = (self._readers[times.index(extreme(times))].name for extreme in (min, max))
            raise Disagreement(f"{slow} is {behind} s behind {fast}")


def endpoints(http: Http, settings: Config) -> tuple[Endpoint, ...]:
    """Those of the configuration, in order."""
    return tuple(Endpoint(http, url, ANSWER_BYTES_MAX) for url in settings.chain.endpoints)


def readers(asked: Sequence[Endpoint], settings: Config, terminal: Address) -> tuple[CheckpointReader, ...]:
    """One of this terminal's checkpoints for each of these endpoints."""
    about = settings.domain, settings.chain.network, terminal
    return tuple(CheckpointReader(endpoint.ask, *about, endpoint.name) for endpoint in asked)


def source(asked: Sequence[Endpoint], settings: Config, terminal: Address) -> Source:
    """Where this terminal's checkpoints come from, by the configuration's rule."""
    each = readers(asked, settings, terminal)
    return Agreeing(each) if settings.chain.agree else InOrder(each)


def in_clear(settings: Config) -> tuple[str, ...]:
    """The names of endpoints that are asked over a network without TLS: whoever is on the way is believed."""
    open_ = (host(url) for url in settings.chain.endpoints if url.startswith("http:"))
    return tuple(name for name in open_ if not _LOOPBACK.match(name))


async def _at(block: int, reader: CheckpointReader, reading: Reading, programmes: Sequence[int]) -> Reading:
    return reading if reading.checkpoint.block == block else await reader.read(programmes, block=block)
