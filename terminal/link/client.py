"""A screen's end: whole screens come by themselves, and it connects again for as long as anybody watches."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path

from terminal.core.keys import Key
from terminal.core.screen import Screen
from terminal.link import messages

RETRY_SECONDS = 0.25


class Client:
    """One screen's connection to the daemon that listens on the path."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer: asyncio.StreamWriter | None = None

    async def screens(self) -> AsyncGenerator[Screen | None, None]:
        """What to show, newest last; None when the daemon is not there. Goes on for ever."""
        answers = True
        while True:
            async with aclosing(self._connection()) as connection:
                async for screen in connection:
                    answers = True
                    yield screen
            if answers:
                yield None
            answers = False
            await asyncio.sleep(RETRY_SECONDS)

    def press(self, key: Key) -> bool:
        """Send the key. False when no daemon is connected: nothing was sent, and nothing is kept for later."""
        if self._writer is None or self._writer.is_closing():
            return False
        self._writer.write(messages.encode_key(key))
        return True

    async def _connection(self) -> AsyncGenerator[Screen, None]:
        """The screens of one connection, until it ends or something else than a screen comes."""
        try:
            reader, self._writer = await asyncio.open_unix_connection(self._path, limit=messages.SCREEN_LINE_MAX)
        except OSError:
            return
        try:
            while line := await reader.readline():
                yield messages.decode_screen(line)
        except (ConnectionError, ValueError):
            return  # what the daemon says first after connecting again is whole
        finally:
            self._writer.close()
            self._writer = None
