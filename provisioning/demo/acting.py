"""What the day's scenes are made of: selling, refusing, pulling cables, waiting for what must follow.

A scene does what people do and then waits for what must follow; it never waits for time to pass.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from contracts.chain import checksum
from contracts.wire.errors import Broken
from contracts.wire.reasons import Reason
from contracts.wire.units import Cents, euros
from provisioning.demo import plot
from provisioning.demo.cable import Cable
from provisioning.demo.setting import Setting, Shop
from provisioning.town import Town
from terminal.core.screen import Screen, Stage
from terminal.store import Reader

if TYPE_CHECKING:
    from provisioning.demo.books import Lost

_T = TypeVar("_T")
Say = Callable[[str], None]
Scene = Callable[[], Awaitable[None]]

_PATIENCE_SECONDS = 180
_LOOK_SECONDS = 0.2


class Acting:
    """Scenes of one kind; `say` gets one line for each thing that happens."""

    def __init__(self, setting: Setting, say: Say) -> None:
        self._town = setting
        self._say = say
        self._first, self._second, self._club = setting.shops[:3]
        self.lost: list[Lost] = []

    def scenes(self) -> tuple[Scene, ...]:
        """What happens, in order; the first line of each docstring is its title."""
        raise NotImplementedError

    # Selling

    async def _approved(self, shop: Shop, family: str, price: Cents) -> None:
        await self._approved_code(shop, family, self._town.code(family), price)

    async def _approved_code(self, shop: Shop, who: str, code: str, price: Cents) -> None:
        screen = await shop.counter.sell(code, price)
        self._require(screen.stage is Stage.APPROVED and screen.amount == price, f"{price} cents approved", screen)
        self._say(f"  {shop.name}: {who} {euros(price)} approved")

    async def _approved_in(self, shop: Shop, who: str, choice: str, price: Cents) -> None:
        """Sell to a pass that has several programmes, in the one with this digit."""
        offered = await shop.counter.offer(self._town.code(who))
        self._require(offered is not None and offered.stage is Stage.CHOOSE, "a choice of programmes", offered)
        await shop.counter.press(choice)
        await shop.counter.until(lambda screen: screen.stage is Stage.AMOUNT, "an amount to type")
        screen = await shop.counter.charge(price)
        self._require(screen.stage is Stage.APPROVED, f"{price} cents approved", screen)
        self._say(f"  {shop.name}: {who} has several programmes; {euros(price)} approved in number {choice}")

    async def _sell_at(self, shop: Shop, family: int, price: Cents) -> Screen:
        return await shop.counter.sell(self._town.code(f"family-{family:02}"), price)

    async def _refused(self, shop: Shop, code: str, reason: Reason) -> None:
        screen = await shop.counter.offer(code)
        self._expect(screen, reason)
        self._say(f"  {shop.name}: refused, {_words(reason)}")

    async def _refused_amount(self, shop: Shop, code: str, price: Cents, reason: Reason) -> None:
        screen = await shop.counter.sell(code, price)
        self._expect(screen, reason)
        self._say(f"  {shop.name}: {euros(price)} refused, {_words(reason)}")

    # Waiting for what must follow

    async def _all_settled(self, *shops: Shop) -> None:
        """Wait until the contract has settled whatever these terminals entered; they hear of it a little later."""
        for shop in shops or self._town.shops:
            await self._until(partial(self._is_settled, shop), f"the entries of {shop.name} settled")

    def _is_settled(self, shop: Shop) -> bool:
        settled: int = self._town.town.look("terminal", checksum(shop.terminal))["sequence"]
        return settled == _read(shop, lambda journal: journal.sequence)

    async def _until_known(self, shop: Shop, what: str, known: Callable[[Reader], bool]) -> None:
        """Wait until the terminal has heard of something, as its own journal says."""
        await self._until(lambda: _read(shop, known), f"that {shop.name} knows {what}")
        self._say(f"  {shop.name}: knows {what}")

    @staticmethod
    async def _until(holds: Callable[[], bool], what: str) -> None:
        """Look again and again until it holds. Raises Broken after three minutes, saying what was waited for."""
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                while not await asyncio.to_thread(holds):  # noqa: ASYNC110  # what is looked at is another process's
                    await asyncio.sleep(_LOOK_SECONDS)
        except TimeoutError:
            raise Broken(f"waited for {what}, which did not come") from None

    async def _begin(self, shop: Shop) -> None:
        """Start a terminal, and wait until it can approve."""
        await shop.daemon.start()
        await shop.counter.open()
        await shop.counter.until(lambda screen: screen.status.approves_until > 0, "that it can approve")

    async def _restart(self, shop: Shop) -> None:
        await shop.daemon.start()
        await shop.counter.until(lambda screen: screen.status.chain, "that it reaches the chain")

    def _plug(self, shop: Shop, cable: Cable) -> None:
        shop.plug(cable)
        self._say(f"  {shop.name}: network cable {cable.value}")

    async def _offline(self, shop: Shop) -> None:
        self._plug(shop, Cable.CUT)
        await shop.counter.until(lambda screen: not screen.status.gateway, "that it is offline")

    @staticmethod
    def _guaranteed(shop: Shop) -> int:
        """Cents that the terminal may still approve by itself in the main programme."""
        return _read(shop, _free)

    # What must be

    async def _has_left(self, family: str, cents: int, programme: int = plot.KIND) -> None:
        """The contract says that so much is left on the pass."""
        budget = await self._town.on_chain(Town.look, "budget", programme, checksum(self._town.pass_address(family)))
        self._require(budget["left"] == cents, f"{cents} cents left for {family}", budget)

    @staticmethod
    def _screen(shop: Shop) -> Screen:
        if shop.counter.screen is None:
            raise Broken(f"the screen of {shop.name} shows nothing")
        return shop.counter.screen

    def _expect(self, screen: Screen | None, reason: Reason) -> None:
        self._require(screen is not None and screen.reason == reason, f"refused for {reason.name}", screen)

    @staticmethod
    def _require(holds: bool, what: str, found: object) -> None:  # noqa: FBT001
        if not holds:
            raise Broken(f"expected {what}; there is {found}")


def _read(shop: Shop, what: Callable[[Reader], _T]) -> _T:
    """Something of the terminal's journal, beside its running daemon."""
    with closing(Reader.open(shop.plan.journal)) as journal:
        return what(journal)


def _free(journal: Reader) -> int:
    """What the slice of the main programme still guarantees, in cents."""
    checkpoint = journal.checkpoint()
    if checkpoint is None:
        return 0
    own = (sale for sale in journal.sales(checkpoint.sequence + 1) if not sale.is_ask)
    slices = {part.programme: int(part.amount) for part in checkpoint.slices}
    return slices[plot.KIND] - sum(sale.amount for sale in own if sale.programme == plot.KIND)


def _words(reason: Reason) -> str:
    return reason.name.lower().replace("_", " ")
