"""A scanner and a keypad that obey a script, each on a Unix socket: one JSON object a line, one answer a line.

    scanner  {"scan": "KP1..."}                 a clean read; send it twice for a double read
             {"raw": "4b5031", "end": true}     bytes as hex through the framing; `end` is the pause after them.
                                                Without it more may follow, and the pause comes by itself
    keypad   {"keys": ["1", "2", "00", "confirm"]}
    both     {"unplug": true}, {"plug": true}

The answer is {"ok": true} after the events were emitted, or {"ok": false, "error": "..."} and nothing happened.
"""

import asyncio
import json
import socket
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from drivers.base import KEYS, Changed, DriverError, Emit, KeyPress, Scan, Status
from drivers.decode import LIMIT
from drivers.framing import Framing

LINE_MAX = 16 * 1024
RAW_MAX = 4 * 1024
"""Bytes in one raw command: four times what the framing holds, so that a script can overrun it."""
KEYS_MAX = 64
_RETRY_SECONDS = 1.0

Command = dict[str, object]


class CommandRefused(DriverError):
    """A line of the script that the simulator does not obey; nothing was emitted."""


def scanner(socket: str) -> "SimulatedScanner":
    """A scanner that obeys what comes in on the Unix socket at this path."""
    return SimulatedScanner(Path(socket))


def keypad(socket: str) -> "SimulatedKeypad":
    """A keypad that obeys what comes in on the Unix socket at this path."""
    return SimulatedKeypad(Path(socket))


class _Simulator(ABC):
    """What both share: the socket, the lines, and being plugged in or not."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._plugged = True

    async def run(self, emit: Emit) -> None:
        """Listen until cancelled. A path that cannot be used is a missing device, tried again each second."""
        reported = ""
        while True:
            try:
                with _listening(self._path) as listener:
                    await self._serve(listener, emit)
            except OSError as error:
                detail = f"cannot listen on {self._path}: {error.strerror or error}"
                if detail != reported:
                    emit(Changed(Status.NO_DEVICE, detail))
                reported = detail
            await asyncio.sleep(_RETRY_SECONDS)

    async def _serve(self, listener: socket.socket, emit: Emit) -> None:
        clients: set[asyncio.Task[None]] = set()

        async def client(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None  # noqa: S101 - streams call this in a task of its own
            clients.add(task)
            try:
                await self._obey(reader, writer, emit)
            except ConnectionError:
                pass  # who sent the script has gone; the device stays as it is
            finally:
                clients.discard(task)
                writer.close()

        async with await asyncio.start_unix_server(client, sock=listener, limit=LINE_MAX):
            self._plugged = True
            emit(Changed(Status.READY, f"simulated, on {self._path}"))
            try:
                await asyncio.get_running_loop().create_future()
            finally:
                self._leave()
                for task in clients:
                    task.cancel()
                await asyncio.gather(*clients, return_exceptions=True)

    async def _obey(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, emit: Emit) -> None:
        while True:
            try:
                line = await reader.readline()
            except ValueError:  # asyncio's word for a line beyond the limit
                await _answer(writer, f"a line has at most {LINE_MAX} bytes")
                return
            if not line:
                return
            try:
                self._perform(_command(line), emit)
            except CommandRefused as refused:
                await _answer(writer, str(refused))
            else:
                await _answer(writer, None)

    def _perform(self, command: Command, emit: Emit) -> None:
        match command:
            case {"plug": True} if len(command) == 1:
                self._plug(emit)
            case {"unplug": True} if len(command) == 1:
                self._unplug(emit)
            case _ if not self._plugged:
                raise CommandRefused("it is unplugged")
            case _:
                self._act(command, emit)

    def _plug(self, emit: Emit) -> None:
        if self._plugged:
            raise CommandRefused("it is plugged in already")
        self._plugged = True
        emit(Changed(Status.READY, "plugged in"))

    def _unplug(self, emit: Emit) -> None:
        if not self._plugged:
            raise CommandRefused("it is unplugged already")
        self._plugged = False
        self._leave()
        emit(Changed(Status.LOST, "unplugged"))

    @abstractmethod
    def _act(self, command: Command, emit: Emit) -> None:
        """Do what only this device does. Raises CommandRefused, and then nothing was emitted."""

    def _leave(self) -> None:  # noqa: B027 - a keypad has nothing to forget
        """Forget what was begun: the device is going."""


class SimulatedScanner(_Simulator):
    """A scanner; what it does not reproduce stands in README.md."""

    _framing: Framing

    async def run(self, emit: Emit) -> None:
        """As every simulator, with the framing of a real scanner for raw bytes."""
        self._framing = Framing(emit)
        await super().run(emit)

    def _act(self, command: Command, emit: Emit) -> None:
        match command:
            case {"scan": str(text)} if len(command) == 1:
                if not 0 < len(text) <= LIMIT:
                    raise CommandRefused(f"a clean scan has 1 to {LIMIT} characters")
                emit(Scan(text))
            case {"raw": str(digits), "end": bool(end)} if len(command) == 2:
                self._framing.feed(_bytes(digits))
                if end:
                    self._framing.pause()
            case _:
                raise CommandRefused('a scanner takes {"scan": text}, {"raw": hex, "end": bool}, unplug or plug')

    def _leave(self) -> None:
        self._framing.drop()


class SimulatedKeypad(_Simulator):
    """A keypad; what it does not reproduce stands in README.md."""

    def _act(self, command: Command, emit: Emit) -> None:
        match command:
            case {"keys": [*keys]} if len(command) == 1 and 0 < len(keys) <= KEYS_MAX:
                pressed = [KeyPress(key) for key in keys if isinstance(key, str) and key in KEYS]
                if len(pressed) < len(keys):
                    raise CommandRefused(f"a key is one of {', '.join(KEYS)}")
                for press in pressed:
                    emit(press)
            case _:
                raise CommandRefused(f'a keypad takes {{"keys": [1 to {KEYS_MAX} names]}}, unplug or plug')


@contextmanager
def _listening(path: Path) -> Iterator[socket.socket]:
    """A socket at the path that only this user can reach; removed afterwards. Raises OSError.

    A socket that a killed process left there is replaced; anything else at the path is left alone.
    """
    if path.is_socket():
        path.unlink()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        try:
            path.chmod(0o600)  # before anybody can connect, as it does not listen yet
            yield listener
        finally:
            path.unlink(missing_ok=True)


async def _answer(writer: asyncio.StreamWriter, error: str | None) -> None:
    answer: Command = {"ok": True} if error is None else {"ok": False, "error": error}
    writer.write(json.dumps(answer).encode() + b"\n")
    await writer.drain()


def _command(line: bytes) -> Command:
    """The object on this line. What was sent is not repeated in the error, as it may hold a pass."""
    with suppress(ValueError, RecursionError):
        command = json.loads(line)
        if isinstance(command, dict):
            return command
    raise CommandRefused("expected one JSON object a line")


def _bytes(digits: str) -> bytes:
    with suppress(ValueError):
        data = bytes.fromhex(digits)
        if len(data) <= RAW_MAX:
            return data
    raise CommandRefused(f"raw is hex digits, at most {RAW_MAX} bytes")
