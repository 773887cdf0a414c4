"""The daemon's end: several screens may be attached, none of them can hold up a sale."""

import asyncio
import logging
import socket
from collections.abc import Callable
from pathlib import Path

from contracts.wire.errors import Broken
from terminal.core.keys import Key
from terminal.core.screen import Screen
from terminal.link import messages

CLIENTS_MAX = 8
BACKLOG_MAX = 4 * messages.SCREEN_LINE_MAX
"""Unread bytes at which a screen counts as stuck."""

_log = logging.getLogger(__name__)


class Server:
    """Listens on the path; every key press goes to `on_key`, every published screen to every client.

    `mode` says who may connect; nobody else than this user unless told.
    """

    def __init__(self, path: Path, on_key: Callable[[Key], None], mode: int = 0o600) -> None:
        self._path = path
        self._mode = mode
        self._on_key = on_key
        self._clients: dict[asyncio.StreamWriter, asyncio.Task[None]] = {}
        self._newest: bytes | None = None
        self._server: asyncio.Server | None = None
        self._inode = 0

    async def start(self) -> None:
        """Listen. Raises Broken when something living has the socket, or the path cannot be one."""
        listener = _bound(self._path, self._mode)
        self._inode = self._path.stat().st_ino
        self._server = await asyncio.start_unix_server(self._serve, sock=listener, limit=messages.KEY_LINE_MAX)

    async def close(self) -> None:
        """Hang up on everybody and leave no socket behind."""
        if self._server is None:
            return
        self._server.close()
        if self._path.is_socket() and self._path.stat().st_ino == self._inode:
            self._path.unlink()
        clients = dict(self._clients)
        for writer in clients:
            writer.transport.abort()  # what it reads next is the end
        await asyncio.gather(*clients.values(), return_exceptions=True)

    def publish(self, screen: Screen) -> None:
        """Show this to everybody, and to whoever comes. Never waits: who does not read is hung up on."""
        self._newest = messages.encode_screen(screen)
        for writer in tuple(self._clients):
            self._send(writer, self._newest)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - streams call this in a task of its own
        if len(self._clients) >= CLIENTS_MAX:
            writer.write(messages.encode_error(f"{CLIENTS_MAX} screens are attached already"))
            writer.close()
            return
        self._clients[writer] = task
        try:
            if self._newest is not None:
                self._send(writer, self._newest)
            await self._listen(reader, writer)
        except ConnectionError:
            pass  # the screen has gone; the next one gets the same picture
        finally:
            del self._clients[writer]
            writer.close()

    async def _listen(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            try:
                line = await reader.readline()
                if not line:
                    return
                key = messages.decode_key(line)
            except ValueError:  # a line beyond the limit, or not a key; what it held is not repeated
                _log.warning("link.refused")
                writer.write(messages.encode_error('expected {"key": ...} with the name of a key, one a line'))
                return
            self._on_key(key)

    def _send(self, writer: asyncio.StreamWriter, line: bytes) -> None:
        writer.write(line)
        if writer.transport.get_write_buffer_size() > BACKLOG_MAX:
            _log.warning("link.stuck")
            writer.transport.abort()


def _bound(path: Path, mode: int) -> socket.socket:
    """A socket at the path. Raises Broken."""
    listener = socket.socket(socket.AF_UNIX)
    try:
        _clear(path)
        listener.bind(str(path))
        path.chmod(mode)  # before anybody can connect, as it does not listen yet
    except OSError as error:
        listener.close()
        raise Broken(
            f"{path}: no socket for screens there ({error.strerror or error}); correct run_dir or state_dir"
        ) from None
    except Broken:
        listener.close()
        raise
    return listener


def _clear(path: Path) -> None:
    """Remove the socket that a killed daemon left. Raises Broken when somebody answers on it, or it is no socket."""
    if not path.exists():
        return
    if not path.is_socket():
        raise Broken(f"{path}: is not a socket; move it away, screens connect there")
    with socket.socket(socket.AF_UNIX) as probe:
        probe.setblocking(False)
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            path.unlink()
            return
        except BlockingIOError:
            pass  # it listens, and its queue is full
    raise Broken(f"{path}: another daemon answers there; stop that one first")
