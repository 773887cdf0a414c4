"""From what a scanner sends to codes: pure framing, no I/O, no clock.

A code ends with CR, LF, TAB or a pause, whichever comes first, so that a scanner needs no setting-up: CRLF ends one
code and begins none, and a scanner that sends no terminator is read by its pauses. Half a code is passed on as it came:
its checksum tells the reader that it is half.

What a scanner puts around a code is taken off: the texts it was told to put there, and the AIM identifier of the
symbology (ISO/IEC 15424: `]Q1` before a QR), which stands between such a prefix and the code.

Bytes are read as Latin-1 (ISO/IEC 8859-1), which gives every byte one character: junk stays junk and nothing raises.
"""

import re

from drivers.base import Oversized, Scan

LIMIT = 1024
"""Characters of one code that are held at most. The longest pass has 153, a product code 14."""

IDLE_MS = 200
"""A pause this long ends a code. Scanners send a character each 1 to 20 ms."""

_TERMINATOR = re.compile("([\r\n\t])")
_AIM = re.compile("][A-Za-z][0-9A-Za-z]")


class Decoder:
    """The framing of one stream. Feed it what came and when; ask `pause` at `ends_at` at the latest.

    Times are milliseconds of any clock that does not go back; one that does only delays the end of a code.
    `prefix` and `suffix` are what the scanner puts around each code; a code without them passes as it came.
    """

    def __init__(self, idle_ms: int = IDLE_MS, limit: int = LIMIT, *, prefix: str = "", suffix: str = "") -> None:
        self._idle_ms = idle_ms
        self._limit = limit
        self._prefix = prefix
        self._suffix = suffix
        self._held = ""
        self._skipping = False
        self._last_ms = 0

    @property
    def ends_at(self) -> int | None:
        """When a pause will have ended what is being read; None when nothing is."""
        return self._last_ms + self._idle_ms if self._held or self._skipping else None

    def feed(self, data: bytes | str, now_ms: int) -> tuple[Scan | Oversized, ...]:
        """Take in what came; give back the codes that it ended, in order."""
        found: list[Scan | Oversized] = [*self.pause(now_ms)]
        text = data.decode("latin-1") if isinstance(data, bytes) else data
        *ended, begun = _TERMINATOR.split(text)
        for piece, terminator in zip(ended[::2], ended[1::2], strict=True):
            found += [*self._take(piece), *self._end(terminator)]
        found += self._take(begun)
        self._last_ms = now_ms
        return tuple(found)

    def pause(self, now_ms: int) -> tuple[Scan, ...]:
        """Nothing came until now: give back the code that this pause ended, if it is long enough."""
        return self._end() if self.ends_at is not None and now_ms >= self.ends_at else ()

    def extend(self, now_ms: int) -> None:
        """Count the pause anew from now: nobody could look before, so what comes now may have come in time."""
        self._last_ms = now_ms

    def drop(self) -> None:
        """Forget what was begun: the device went away in the middle of it."""
        self._held, self._skipping = "", False

    def _take(self, piece: str) -> tuple[Oversized, ...]:
        if self._skipping:
            return ()
        if len(self._held) + len(piece) > self._limit:
            self._held, self._skipping = "", True
            return (Oversized(),)
        self._held += piece
        return ()

    def _end(self, terminator: str = "") -> tuple[Scan, ...]:
        text = self._bare(self._held)
        self.drop()
        return (Scan(text, terminator),) if text else ()

    def _bare(self, text: str) -> str:
        text = text.removeprefix(self._prefix).removesuffix(self._suffix)
        identifier = _AIM.match(text)
        return text[identifier.end() :] if identifier else text
