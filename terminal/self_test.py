"""`kindpakket terminal self-test`: sells one cent on a test pass and gives it back, through every part of the counter.

It is one more screen at the daemon's socket: it sees what the shopkeeper sees, and presses keys as a screen may. So
nothing in the daemon knows of it, and what it proves is what a sale needs.
"""

import argparse
import asyncio
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import asdict, dataclass
from pathlib import Path

from contracts.wire.errors import Broken
from contracts.wire.reasons import MEANINGS, Reason
from terminal import commands, config
from terminal.link import EntryState, Item, Key, Screen, Stage
from terminal.link.client import Client

ANSWER_SECONDS = 30.0
"""For what the daemon does by itself."""
PERSON_SECONDS = 300.0
"""For what a person does."""
SETTLED_SECONDS = 300.0
"""How long it waits for the contract's word, unless told otherwise."""

_EXAMPLE = """example: kindpakket terminal self-test

Needs the daemon, the network and a test pass: a pass of a programme that the sponsor made for tests. One cent of it is
sold and given back. Any other pass does too, if it is of one programme only; both entries then stand in the shop's day.
"""
_OPEN = {Stage.READY, Stage.APPROVED, Stage.REFUNDED, Stage.REFUSED, Stage.DAY_CLOSED}
_ENDS = {Stage.APPROVED, Stage.REFUSED, Stage.LOCKED}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was seen: the two entries' numbers, and whether the contract has settled both for certain."""

    sold: int
    given_back: int
    settled: bool


def main(argv: list[str]) -> int:
    """Exit 0 when one cent was sold and given back, 1 when not and why."""
    parser = argparse.ArgumentParser(
        prog="kindpakket terminal self-test",
        description="Sell one cent on a test pass, give it back, and see both settled.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--config", type=Path, default=config.DEFAULT, metavar="FILE", help="default: %(default)s")
    about = "how long to wait until both are settled (default %(default)s)"
    parser.add_argument("--seconds", type=float, default=SETTLED_SECONDS, metavar="N", help=about)
    parser.add_argument("--json", action="store_true", help="one JSON document instead of text")
    arguments = parser.parse_args(argv)
    return commands.run(lambda: asyncio.run(_run(arguments)))


async def _run(arguments: argparse.Namespace) -> int:
    client = Client(config.load(arguments.config).socket)
    async with aclosing(client.screens()) as screens:
        outcome = await _Counter(client, screens).test(arguments.seconds)
    end = (
        "both are settled" if outcome.settled else "the contract has not settled both yet: the screen shows when it has"
    )
    said = f"one cent was sold (entry {outcome.sold}) and given back (entry {outcome.given_back}); {end}"
    commands.tell(asdict(outcome), said, machine=arguments.json)
    return 0


class _Counter:
    """The counter, seen and pressed through the socket."""

    def __init__(self, client: Client, screens: AsyncGenerator[Screen | None, None]) -> None:
        self._client = client
        self._screens = screens
        self._now: Screen | None = None

    async def test(self, seconds: float) -> Outcome:
        """The whole of it. Raises Broken, naming what went wrong and what to do."""
        await self._until(_can_sell, ANSWER_SECONDS, "the terminal cannot sell yet")
        _tell("Houd de testpas voor de scanner. / Hold the test pass before the scanner.")
        sold = await self._sell()
        _tell(f"0,01 is akkoord (nr {sold}). / 0.01 is approved (no {sold}).")
        given_back = await self._give_back(sold)
        _tell("Het is teruggegeven. / It was given back. Wachten op het contract... / Waiting for the contract...")
        return Outcome(sold, given_back, await self._settled((sold, given_back), seconds))

    async def _sell(self) -> int:
        scanned = await self._until(
            lambda seen: seen.stage not in _OPEN or _is_refusal(seen), PERSON_SECONDS, "no scan"
        )
        if scanned.stage is Stage.CHOOSE:
            self._press(Key.CANCEL)
            raise Broken("this pass is of several programmes: use a test pass, which is of one")
        if scanned.stage is Stage.ORDER:
            self._press(Key.CANCEL)
            raise Broken("an order waits for this pass here: use a test pass, for which none does")
        if scanned.stage is not Stage.AMOUNT:
            raise Broken(f"the pass was not taken: {_reason(scanned)}")
        self._press(Key.D1)
        await self._until(lambda seen: seen.amount == 1, ANSWER_SECONDS, "the amount did not come")
        self._press(Key.CONFIRM)
        ended = await self._until(lambda seen: seen.stage in {*_ENDS, Stage.AGAIN}, ANSWER_SECONDS, "no answer")
        if ended.stage is Stage.AGAIN:
            self._press(Key.CONFIRM)
            ended = await self._until(lambda seen: seen.stage in _ENDS, ANSWER_SECONDS, "no answer")
        if ended.stage is not Stage.APPROVED or ended.amount != 1:
            raise Broken(f"one cent was not approved: {_reason(ended)}")
        return ended.sequence

    async def _give_back(self, sold: int) -> int:
        menu = await self._menu()
        if Item.VOID not in menu.items:
            raise Broken(f"the menu does not offer to give entry {sold} back: do it by hand, with the pass")
        self._press(Key(str(1 + menu.items.index(Item.VOID))))
        asked = await self._until(lambda seen: seen.stage is Stage.VOID, ANSWER_SECONDS, "no question came")
        if (asked.sequence, asked.amount) != (sold, 1):
            self._press(Key.CANCEL)
            raise Broken(f"another sale came between: give entry {sold} back by hand, with the pass")
        self._press(Key.CONFIRM)
        done = await self._until(lambda seen: seen.stage in {Stage.REFUNDED, *_ENDS}, ANSWER_SECONDS, "no answer")
        if done.stage is not Stage.REFUNDED:
            raise Broken(f"entry {sold} was not given back: {_reason(done)}")
        return done.sequence

    async def _menu(self) -> Screen:
        """The open menu; a person types the PIN where there is one."""
        self._press(Key.MENU)  # what was approved is seen
        await self._until(lambda seen: seen.stage is Stage.READY, ANSWER_SECONDS, "the sale did not end")
        self._press(Key.MENU)
        opened = await self._until(lambda seen: seen.stage in {Stage.MENU, Stage.PIN}, ANSWER_SECONDS, "no menu came")
        if opened.stage is Stage.PIN:
            _tell("Toets de pincode op het toetsenblok, dan Enter. / Type the PIN on the keypad, then Enter.")
        return await self._until(lambda seen: seen.stage is Stage.MENU, PERSON_SECONDS, "no PIN was typed")

    async def _settled(self, numbers: tuple[int, int], seconds: float) -> bool:
        """Whether the contract settled both in that time. Raises Broken when it refused one."""

        def ended(seen: Screen) -> bool:
            states = {line.sequence: line.state for line in seen.recent if line.sequence in numbers}
            if rejected := [number for number, state in states.items() if state is EntryState.REJECTED]:
                raise Broken(f"the contract refused entry {rejected[0]}: call the municipality")
            return set(states.values()) <= {EntryState.PAID} and seen.status.waiting == 0

        try:
            await self._until(ended, seconds, "")
        except TimeoutError:
            return False
        return True

    def _press(self, key: Key) -> None:
        if not self._client.press(key):
            raise Broken("the daemon has gone: look at `journalctl -u kindpakket-terminal`, and try again")

    async def _until(self, wanted: Callable[[Screen], bool], seconds: float, otherwise: str) -> Screen:
        """The first screen like that. Raises Broken, or TimeoutError when there is nothing to say."""
        try:
            async with asyncio.timeout(seconds):
                while self._now is None or not wanted(self._now):
                    self._now = await anext(self._screens)
                    if self._now is None:
                        raise Broken("no daemon answers: start it (systemctl start kindpakket-terminal), and try again")
                return self._now
        except TimeoutError:
            if not otherwise:
                raise
            raise Broken(f"{otherwise}: {_state(self._now)}") from None


def _can_sell(seen: Screen) -> bool:
    status = seen.status
    return seen.stage in _OPEN and status.gateway and status.chain and status.approves_until > 0


def _is_refusal(seen: Screen) -> bool:
    return seen.stage is Stage.REFUSED and seen.reason != 0


def _reason(seen: Screen) -> str:
    if seen.reason in set(Reason):
        return MEANINGS[Reason(seen.reason)].en
    return f"the screen is at `{seen.stage}`"


def _state(seen: Screen | None) -> str:
    """What a screen says, for whoever does not stand before it."""
    if seen is None:
        return "nothing was seen"
    if not seen.status.gateway:
        return "the gateway does not answer: check the network, then `kindpakket terminal doctor`"
    if not seen.status.chain:
        return "the chain's endpoint does not answer: check the network, then `kindpakket terminal doctor`"
    if not seen.status.approves_until:
        return "the sponsor has not admitted this terminal, or funded no slice: call the municipality"
    return _reason(seen)


def _tell(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()
