"""The gateways of a chaos run, and a supervisor that starts again whichever of them has ended."""

import asyncio
import contextlib
import json
import socket
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from contracts.wire.errors import Broken
from contracts.wire.units import to_hex
from provisioning.processes import Program

_RESTART_SECONDS = 0.5


class Gateway(Program):
    """One process. It keeps its port for as long as the run lasts."""

    def __init__(self, name: str, port: int, arguments: Sequence[str], log: Path, keys: Sequence[bytes]) -> None:
        environment = {"KINDPAKKET_GATEWAY_KEY": ",".join(map(to_hex, keys)), "PYTHONUNBUFFERED": "1"}
        super().__init__(name, [*arguments, "--port", str(port)], log, environment)
        self.port = port
        self.wanted = False

    @property
    def ended(self) -> bool:
        """Whether it runs no longer, or never did."""
        return self._process is None or self._process.returncode is not None


class Fleet:
    """All of them. `faults` says which ended by themselves, as none ever should."""

    def __init__(self, gateways: Sequence[Gateway]) -> None:
        self.gateways = tuple(gateways)
        self.faults: list[str] = []
        self._watching: asyncio.Task[None] | None = None

    @property
    def ports(self) -> list[int]:
        """Where they listen."""
        return [each.port for each in self.gateways]

    async def open(self) -> None:
        """Start all, one after the other, as they share a store whose tables the first one makes."""
        for each in self.gateways:
            await each.start()
            each.wanted = True
        self._watching = asyncio.create_task(self._watch())

    async def close(self) -> None:
        """End all as a supervisor does."""
        if self._watching:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)
        for each in self.gateways:
            each.wanted = False
            await each.stop()

    async def kill(self, gateway: Gateway, seconds: float) -> None:
        """SIGKILL, and start it again after a while."""
        gateway.wanted = False
        await gateway.kill()
        await asyncio.sleep(seconds)
        await self._start(gateway)

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(_RESTART_SECONDS)
            for each in self.gateways:
                if each.wanted and each.ended:
                    self.faults.append(f"{each.name} ended by itself: {each.last_word()}")
                    each.wanted = False
                    await self._start(each)

    async def _start(self, gateway: Gateway) -> None:
        """As a supervisor does it: again and again, as its store may be away."""
        while True:
            with contextlib.suppress(Broken):
                await gateway.start()
                gateway.wanted = True
                return
            await asyncio.sleep(_RESTART_SECONDS)


def events(logs: Iterable[Path]) -> Counter[str]:
    """How often gateways said what in their logs: that it stormed in there too."""
    found: Counter[str] = Counter()
    for log in logs:
        for line in log.read_text(errors="replace").splitlines():
            with contextlib.suppress(ValueError, TypeError, KeyError):
                found[str(json.loads(line)["event"])] += 1
    return found


def free_port() -> int:
    """One that nobody has now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
