"""A Decoder on the running loop's clock: a code that no terminator ends is ended by its pause, without being asked.

Only the timer ends a code by its pause. A loop that was held up (a slow import, a slow disk) reads what waited before
it lets the timer fire, so a code that was typed meanwhile is not torn.
"""

import asyncio

from drivers.base import Emit
from drivers.decode import Decoder


class Framing:
    """The framing of one device, from what it sends to what its driver emits. Used within one running loop."""

    def __init__(self, emit: Emit, decoder: Decoder | None = None) -> None:
        self._emit = emit
        self._decoder = decoder or Decoder()
        self._timer: asyncio.TimerHandle | None = None

    def feed(self, data: bytes | str) -> None:
        """Emit the codes that this ended; what it began is ended by what comes, or by its pause."""
        now = _now_ms()
        self._decoder.extend(now)
        for event in self._decoder.feed(data, now):
            self._emit(event)
        self._look_again()

    def pause(self) -> None:
        """Nothing more is to come of what was begun: end it now."""
        if (ends_at := self._decoder.ends_at) is not None:
            self._pause_at(ends_at)

    def drop(self) -> None:
        """Forget what was begun: the device went away in the middle of it."""
        self._decoder.drop()
        self._look_again()

    def _look_again(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if (ends_at := self._decoder.ends_at) is not None:
            delay = max(0, ends_at - _now_ms()) / 1000
            self._timer = asyncio.get_running_loop().call_later(delay, self._elapsed)

    def _elapsed(self) -> None:
        self._pause_at(_now_ms())

    def _pause_at(self, now_ms: int) -> None:
        for event in self._decoder.pause(now_ms):
            self._emit(event)
        self._look_again()


def _now_ms() -> int:
    return int(asyncio.get_running_loop().time() * 1000)
