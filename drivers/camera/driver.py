"""The driver: keeps the camera's process alive and passes on what it reads.

A camera or a native decoder that hangs or crashes takes its process with it and nothing else: the driver says LOST,
starts another, and READY comes from there. No picture and no native code is in the daemon's process.
"""

import asyncio
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from drivers.base import Changed, DriverEvent, DriverMisconfigured, Emit, Status
from drivers.camera.decoders import TABLE
from drivers.camera.looking import look
from drivers.camera.messages import LINE_MAX, Ask, Beat, decode
from drivers.camera.sources import opener
from drivers.camera.starting import Connect, Ended, Life, Spawn, Start

FRAMES_PER_SECOND_MAX = 60


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds."""

    silence: float = 4.0
    """After so long at the start a lamp says that the camera is starting, so that the counter need not wait for it."""
    start: float = 30.0
    """A process that says nothing for so long hangs. Importing and opening take a Pi Zero 2 some ten seconds."""
    beat: float = 5.0
    """The same, once it has said something: it beats every second."""
    pauses: tuple[float, ...] = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
    """Before each start after one that failed; the last goes on."""
    steady: float = 60.0
    """A process that lived so long was well: the pauses begin anew."""


def camera(source: str, decoder: str, frames_per_second: int, socket: str) -> "Camera":
    """A camera whose pictures are read by its own process: a child, or one asked for at the socket, if that is named.

    Raises DriverMisconfigured.
    """
    if decoder not in TABLE:
        raise DriverMisconfigured(f"there is no decoder {decoder!r}; there are {', '.join(sorted(TABLE))}")
    if not 1 <= frames_per_second <= FRAMES_PER_SECOND_MAX:
        raise DriverMisconfigured(f"frames_per_second is 1 to {FRAMES_PER_SECOND_MAX}; a Pi Zero 2 stays cool at 8")
    opener(source, frames_per_second)
    if socket and not Path(socket).is_absolute():
        raise DriverMisconfigured(f"{socket!r} is no absolute path of a socket; leave it out where there is none")
    ask = Ask(source, decoder, frames_per_second)
    start = Connect(Path(socket), ask) if socket else Spawn(command(ask))
    return Camera(start, partial(look, source, decoder))


def command(ask: Ask) -> tuple[str, ...]:
    """What starts a child for this."""
    options = ("--source", ask.source, "--decoder", ask.decoder, "--frames-per-second", str(ask.frames_per_second))
    return sys.executable, "-m", "drivers.camera.process", *options


class Camera:
    """One camera. `start` gives a process that speaks `messages`; `look` says whether the camera is there."""

    def __init__(self, start: Start, look: Callable[[], Changed], patience: Patience | None = None) -> None:
        self.look = look
        self._start = start
        self._patience = patience or Patience()
        self._control: asyncio.StreamWriter | None = None
        self._paused = False

    def pause(self) -> None:
        """Take no pictures until `resume`. The process goes on living."""
        self._rest(paused=True)

    def resume(self) -> None:
        """Take pictures again."""
        self._rest(paused=False)

    async def run(self, emit: Emit) -> None:
        """Read until cancelled; the process is started anew whenever it ends or hangs."""
        said, failures = _Said(emit), 0
        now = asyncio.get_running_loop().time
        while said.last is not Status.NO_DEPENDENCY:
            began = now()
            try:
                await self._live(said)
            except Ended as ended:
                said(Changed(Status.LOST if said.was_ready else Status.NO_DEVICE, f"{ended}; it is started again"))
            failures = 1 if now() - began >= self._patience.steady else failures + 1
            pauses = self._patience.pauses
            await asyncio.sleep(pauses[min(failures, len(pauses)) - 1])
        await asyncio.get_running_loop().create_future()  # nothing changes before somebody installs it and restarts

    async def _live(self, said: "_Said") -> None:
        """One life of the process. Raises Ended unless it said itself that it cannot go on."""
        life = await self._start()
        try:
            self._control = life.told
            self._tell()
            await self._hear(life, said)
        finally:
            self._control = None
            await life.end()

    async def _hear(self, life: Life, said: "_Said") -> None:
        try:
            line = await self._line(life, self._patience.silence)
        except TimeoutError:
            said(Changed(Status.NO_DEVICE, "the camera is starting"))
            line = await self._patiently(life, self._patience.start)
        while True:
            try:
                message = decode(line)
            except ValueError as error:
                raise Ended(str(error)) from None
            if not isinstance(message, Beat):
                said(message)
            if said.last is Status.NO_DEPENDENCY:
                return
            line = await self._patiently(life, self._patience.beat)

    async def _patiently(self, life: Life, seconds: float) -> bytes:
        try:
            return await self._line(life, seconds)
        except TimeoutError:
            raise Ended(f"the camera's process gave no sign of life for {seconds:g} s") from None

    async def _line(self, life: Life, seconds: float) -> bytes:
        """What it says next. Raises TimeoutError, and Ended when it says nothing more or too much."""
        async with asyncio.timeout(seconds):
            try:
                line = await life.said.readline()
            except ValueError:  # asyncio's word for a line beyond the limit
                raise Ended(f"the camera's process sent a line of more than {LINE_MAX} bytes") from None
            if not line.endswith(b"\n"):
                raise Ended(f"the camera's process ended {await life.manner()}")
        return line

    def _rest(self, *, paused: bool) -> None:
        if paused != self._paused:
            self._paused = paused
            self._tell()

    def _tell(self) -> None:
        if self._control is not None:
            self._control.write(b"pause\n" if self._paused else b"resume\n")


class _Said:
    """Passes events on, without a Changed that says what the one before said."""

    def __init__(self, emit: Emit) -> None:
        self._emit = emit
        self._changed: Changed | None = None
        self.was_ready = False

    @property
    def last(self) -> Status | None:
        """The status that was said last."""
        return self._changed.status if self._changed else None

    def __call__(self, event: DriverEvent) -> None:
        if isinstance(event, Changed):
            if event == self._changed:
                return
            self._changed = event
            self.was_ready |= event.status is Status.READY
        self._emit(event)
