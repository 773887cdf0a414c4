"""A shopkeeper's hands and eyes at one terminal: codes held before its scanner, keys pressed, the screen read.

Everything goes the way that it goes in a shop: through the simulated devices' sockets and the screen's link. What the
screen calls approved is written down here, in a notebook that the terminal knows nothing of.
"""

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from contracts.wire.errors import Broken
from contracts.wire.reasons import Reason
from contracts.wire.units import Cents
from terminal.core.moves import SAME_SCAN_MS
from terminal.core.screen import Item, Screen, Stage
from terminal.link.client import Client

_PATIENCE_SECONDS = 90
_SAME_SCAN_SECONDS = SAME_SCAN_MS / 1000 + 0.2
_OPEN = {Stage.ORDER, Stage.CHOOSE, Stage.AMOUNT, Stage.PART, Stage.AGAIN, Stage.MENU, Stage.REFUND_SCAN}
_ANSWERS = {Stage.APPROVED, Stage.REFUSED, Stage.PART, Stage.AGAIN, Stage.REFUNDED}


@dataclass(frozen=True, slots=True)
class Noted:
    """One approval, or one refund, as the shopkeeper saw it."""

    sequence: int
    amount: Cents
    refund: bool = False


class Counter:
    """One terminal's scanner, keypad and screen."""

    def __init__(self, name: str, screen_socket: Path, scanner_socket: Path, keypad_socket: Path) -> None:
        self.name = name
        self.notebook: dict[int, Noted] = {}
        self.refusals: list[Reason] = []
        self.scans = 0
        self._last_scan = "", 0.0
        self.screen: Screen | None = None
        self._client = Client(screen_socket)
        self._scanner, self._keypad = scanner_socket, keypad_socket
        self._changed = asyncio.Condition()
        self._watching: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Begin to watch the screen."""
        self._watching = asyncio.create_task(self._watch())

    async def close(self) -> None:
        """Look away."""
        if self._watching:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)

    async def until(self, wanted: Callable[[Screen], bool], what: str) -> Screen:
        """Watch until the screen shows it. Raises Broken after half a minute, saying what was waited for."""
        async with self._changed:
            try:
                await asyncio.wait_for(
                    self._changed.wait_for(lambda: self.screen and wanted(self.screen)), _PATIENCE_SECONDS
                )
            except TimeoutError:
                raise Broken(f"{self.name} never showed {what}; it shows {self.screen}") from None
            assert self.screen  # noqa: S101  # it was just seen
            return self.screen

    async def until_away(self) -> None:
        """Watch until the terminal is gone."""
        async with self._changed:
            await asyncio.wait_for(self._changed.wait_for(lambda: self.screen is None), _PATIENCE_SECONDS)

    async def scan(self, code: str) -> None:
        """Hold a code before the scanner."""
        self.scans += 1
        self._last_scan = code, time.monotonic()
        await self._tell(self._scanner, {"scan": code})

    async def scan_raw(self, data: bytes, *, end: bool) -> None:
        """Let the scanner send these bytes; `end` is the pause after them."""
        self.scans += 1
        await self._tell(self._scanner, {"raw": data.hex(), "end": end})

    async def press(self, *keys: str) -> None:
        """Press keys of the keypad."""
        await self._tell(self._keypad, {"keys": list(keys)})

    async def plug(self, *, plugged: bool) -> None:
        """Pull the scanner's plug, or put it back."""
        await self._tell(self._scanner, {"plug" if plugged else "unplug": True})

    async def sell(self, code: str, amount: Cents) -> Screen:
        """One sale: scan, type, confirm. The answer is the screen that ends it, or that asks something first."""
        refused = await self.offer(code)
        return refused or await self.charge(amount)

    async def offer(self, code: str) -> Screen | None:
        """Scan a pass. None when an amount can be typed, else the screen that says no or lets choose."""
        if self.screen and self.screen.stage in _OPEN:
            await self.clear()
        await self._taken_away(code)
        before = _picture(self.screen)
        await self.scan(code)
        screen = await self.until(
            lambda now: _picture(now) != before and now.stage is not Stage.READY, "a scan's answer"
        )
        self._note_refusal(screen)
        return None if screen.stage is Stage.AMOUNT else screen

    async def _taken_away(self, code: str) -> None:
        """Wait until a terminal believes that this pass is held up anew, and did not stay where it was."""
        last, at = self._last_scan
        if last == code:
            await asyncio.sleep(max(0.0, _SAME_SCAN_SECONDS - (time.monotonic() - at)))

    async def clear(self) -> None:
        """End what is open and put away what is shown, as soon as the terminal takes the key for that."""
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while self.screen is None or self.screen.stage is not Stage.READY:
                await self.press("cancel")
                await asyncio.sleep(0.1)

    async def charge(self, amount: Cents) -> Screen:
        """Type the amount and confirm it."""
        await self.press(*str(amount))
        await self.until(lambda now: now.amount == amount, f"{amount} cents typed")
        return await self.confirm()

    async def confirm(self) -> Screen:
        """Press confirm, and read what the screen says to it; an ask is waited for."""
        before = _picture(self.screen)
        await self.press("confirm")
        screen = await self.until(lambda now: _picture(now) != before and now.stage in _ANSWERS, "an answer to confirm")
        self._note_refusal(screen)
        return screen

    async def void(self) -> Screen:
        """Give the last sale back by the menu."""
        await self.choose(Item.VOID)
        await self.until(lambda now: now.stage is Stage.VOID, "the last sale")
        return await self.confirm()

    async def refund(self, code: str, sale: Cents, part: Cents | None = None) -> Screen:
        """Give back a sale of this pass of which so much is left, in whole or in part."""
        await self.choose(Item.REFUND)
        await self.until(lambda now: now.stage is Stage.REFUND_SCAN, "that a pass is to be scanned")
        await self._taken_away(code)
        await self.scan(code)
        found = await self.until(lambda now: any(each.amount == sale for each in now.sales), f"a sale of {sale} cents")
        await self.press(next(each.key for each in found.sales if each.amount == sale))
        await self.until(lambda now: now.stage is Stage.REFUND_AMOUNT, "how much is given back")
        if part is not None:
            await self.press(*str(part))
            await self.until(lambda now: now.amount == part, f"{part} cents typed")
        return await self.confirm()

    async def choose(self, item: Item) -> None:
        """Open the menu, and choose from it."""
        if self.screen is None or self.screen.stage is not Stage.MENU:
            await self.clear()
            await self.press("menu")
        menu = await self.until(lambda now: now.stage is Stage.MENU, "the menu")
        await self.press(str(menu.items.index(item) + 1))

    async def type_pin(self, digits: str) -> bool:
        """Open the menu by this PIN; whether it was right."""
        await self.clear()
        await self.press("menu")
        await self.until(lambda now: now.stage is Stage.PIN, "that a PIN is asked for")
        await self.press(*digits)
        await self.until(lambda now: now.typed == len(digits), "the digits typed")
        await self.press("confirm")
        answer = await self.until(lambda now: now.typed == 0 and now.stage in {Stage.MENU, Stage.PIN}, "the menu")
        return answer.stage is Stage.MENU

    def _note_refusal(self, screen: Screen) -> None:
        if screen.stage in {Stage.REFUSED, Stage.LOCKED}:
            self.refusals.append(Reason(screen.reason))

    async def _watch(self) -> None:
        async for screen in self._client.screens():
            async with self._changed:
                self.screen = screen
                if screen and screen.stage in {Stage.APPROVED, Stage.REFUNDED}:
                    refund = screen.stage is Stage.REFUNDED
                    self.notebook[screen.sequence] = Noted(screen.sequence, screen.amount, refund)
                self._changed.notify_all()

    async def _tell(self, path: Path, command: dict[str, object]) -> None:
        reader, writer = await asyncio.open_unix_connection(path)
        try:
            writer.write(json.dumps(command).encode() + b"\n")
            answer = json.loads(await reader.readline() or b'{"ok": false, "error": "no answer"}')
        finally:
            writer.close()
        if answer != {"ok": True}:
            raise Broken(f"{self.name}'s simulator: {answer.get('error')}")


def _picture(screen: Screen | None) -> tuple[object, ...]:
    """What a shopkeeper would call the same picture: without the status line, whose clock goes on."""
    return (screen.stage, screen.amount, screen.reason, screen.sequence) if screen else ()
