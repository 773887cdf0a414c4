"""A shopkeeper who sells, voids and gives back at random, and copes with whatever the screen asks."""

import asyncio
from collections import Counter as Tally
from collections.abc import Callable, Coroutine
from functools import partial
from random import Random
from typing import Any, Protocol

from contracts.wire.errors import Broken
from contracts.wire.reasons import Reason
from contracts.wire.units import Cents
from terminal.core.screen import Item, SaleChoice, Screen, Stage
from tests.chaos.crowd import Errand
from tests.chaos.street import Family, Till

ASK_PATIENCE = 25.0
"""Seconds that a customer waits for the contract's answer; then the shopkeeper presses cancel."""
_ENDED = frozenset({Stage.APPROVED, Stage.REFUSED, Stage.REFUNDED, Stage.LOCKED, Stage.ASK_PAID})
_PATIENCE = 25.0
FETCHING = 0.2
"""So many customers come for what they ordered, where something waits."""


class Crowd(Protocol):
    """Who comes into the shop, and what no two shops may do at once."""

    def customer(self, chance: Random) -> Family:
        """The next one."""

    def code(self, chance: Random, family: Family) -> str:
        """What that one holds before the scanner: the letter, or the phone."""

    def errand(self, till: Till, chance: Random) -> Errand | None:
        """One who fetches an order at this shop, when any waits."""

    def may_give_back(self, till: Till, sale: SaleChoice) -> bool:
        """Whether this terminal is the one that gives back this sale: two could give back more than there is."""


class Stuck(Exception):
    """The screen did not show what a shopkeeper waits for."""


class Keeper:
    """At one terminal, until cancelled."""

    def __init__(self, till: Till, crowd: Crowd, chance: Random, pace: float) -> None:
        self.till = till
        self.done: Tally[str] = Tally()
        self.asks_paid: dict[int, Cents] = {}
        """What the screen said was paid after all, by sequence."""
        self.refusals: Tally[Reason] = Tally()
        self.stuck: list[str] = []
        self.locked = False
        self._crowd = crowd
        self._chance = chance
        self._pace = pace
        self._counter = till.counter

    async def work(self) -> None:
        """Serve one customer after the other."""
        while not self.locked:
            await asyncio.sleep(self._chance.uniform(0.2, 1.8) * self._pace)
            await self.serve()

    async def serve(self) -> None:
        """One customer."""
        if self._chance.random() < FETCHING:
            await self.fetch()
        else:
            await self._try(self._act(self._chance.random()))

    async def fetch(self) -> None:
        """One customer who comes for an order, when any waits here."""
        if errand := self._crowd.errand(self.till, self._chance):
            await self._try(self._hand_over(errand))

    async def _try(self, serving: Coroutine[Any, Any, None]) -> None:
        try:
            await serving
        except (Stuck, Broken, OSError) as error:
            self.stuck.append(f"{self.till.name}: {error}")
            await asyncio.sleep(1)

    async def sell_plainly(self) -> None:
        """One small sale, until one is approved: what wakes a terminal that waits for its next try."""
        for _ in range(20):
            before = self.done["approved"]
            await self._try(self._sell(Cents(self._chance.randint(101, 999))))
            if self.done["approved"] > before or self.locked:
                return
            await asyncio.sleep(1)

    async def _act(self, dice: float) -> None:
        if dice < 0.80:
            await self._sell(Cents(self._chance.randint(1_00, 49_99)))
        elif dice < 0.88:
            await self._sell(Cents(self._chance.randint(50_01, 90_00)))
        elif dice < 0.94:
            await self._void()
        else:
            await self._give_back()

    async def _sell(self, price: Cents) -> None:
        """What the customer buys now; what waits for him is left, or he takes that instead."""
        await self._clear()
        screen = await self._scan(self._crowd.code(self._chance, self._crowd.customer(self._chance)))
        if screen.stage is Stage.ORDER and self._chance.random() < 0.5:
            await self._confirm(Stage.ORDER)
            return
        while screen.stage is Stage.ORDER:
            screen = await self._leave_order(screen)
        await self._charge(screen, price)

    async def _hand_over(self, errand: Errand) -> None:
        """What was ordered; where the till was not told of it, its price is typed, which is asked for or paid."""
        await self._clear()
        screen = await self._scan(errand.code)
        while screen.stage is Stage.ORDER and (screen.programme, screen.amount) != (errand.programme, errand.amount):
            screen = await self._leave_order(screen)
        if screen.stage is Stage.ORDER:
            self.done["order offered"] += 1
            screen = await self._confirm(Stage.ORDER)
        else:
            self.done["order typed"] += 1
            screen = await self._charge(screen, errand.amount, errand.programme)
        if screen.stage is Stage.APPROVED:
            errand.done()

    async def _scan(self, code: str) -> Screen:
        await self._counter._taken_away(code)
        await self._counter.scan(code)
        return await self._away_from(Stage.READY)

    async def _leave_order(self, screen: Screen) -> Screen:
        """Not this one; on to the next, or to a usual sale."""
        await self._counter.press("cancel")
        return await self._until(
            lambda now: now.stage is not Stage.ORDER or now.more_orders < screen.more_orders, "anything but that order"
        )

    async def _charge(self, screen: Screen, price: Cents, programme: str = "") -> Screen:
        """Type the price behind a scan, choosing the programme of this name or any; the screen that ends it."""
        if screen.stage is Stage.CHOOSE:
            named = [each for each in screen.choices if each.programme == programme] or screen.choices
            await self._counter.press(self._chance.choice(named).key)
            screen = await self._away_from(Stage.CHOOSE)
        if screen.stage is not Stage.AMOUNT:
            self._note(screen)
            return screen
        await self._counter.press(*str(price))
        await self._until(lambda now: now.amount == price or now.stage is not Stage.AMOUNT, "the price")
        return await self._confirm(Stage.AMOUNT)

    async def _confirm(self, stage: Stage) -> Screen:
        """Say yes to whatever is asked, wait for an ask's answer, note what it came to, and give it."""
        while True:
            await self._counter.press("confirm")
            said = frozenset({stage, Stage.WORKING})
            screen = await self._until(partial(_is_beyond, said), f"an answer to {stage}")
            if screen.stage is Stage.ASKING:
                screen = await self._answer()
            if screen.stage not in {Stage.PART, Stage.AGAIN}:
                self._note(screen)
                return screen
            stage = screen.stage

    async def _answer(self) -> Screen:
        """What the contract says to an ask; the customer who has waited long enough leaves."""
        self.done["asked"] += 1
        try:
            return await self._until(lambda now: now.stage is not Stage.ASKING, "the contract's answer", ASK_PATIENCE)
        except Stuck:
            self.done["left waiting"] += 1
            await self._counter.press("cancel")
            return await self._away_from(Stage.ASKING)

    async def _void(self) -> None:
        if await self._choose(Item.VOID):
            screen = await self._away_from(Stage.MENU)
            if screen.stage is Stage.VOID:
                await self._confirm(Stage.VOID)
            else:
                self._note(screen)

    async def _give_back(self) -> None:
        if not await self._choose(Item.REFUND):
            return
        await self._until(lambda now: now.stage is not Stage.MENU, "that a pass is to be scanned")
        await self._counter._taken_away(code := self._crowd.customer(self._chance).code)
        await self._counter.scan(code)
        screen = await self._until(lambda now: now.stage is not Stage.REFUND_SCAN, "the pass's sales")
        ours = [sale for sale in screen.sales if self._crowd.may_give_back(self.till, sale)]
        if screen.stage is not Stage.REFUND_CHOOSE or not ours:
            self._note(screen)
            return
        await self._counter.press((sale := self._chance.choice(ours)).key)
        await self._away_from(Stage.REFUND_CHOOSE)
        if self._chance.random() < 0.5:
            part = self._chance.randint(1, sale.amount)
            await self._counter.press(*str(part))
            await self._until(lambda now: now.amount == part, "the part")
        await self._confirm(Stage.REFUND_AMOUNT)

    async def _choose(self, item: Item) -> bool:
        await self._clear()
        await self._counter.press("menu")
        menu = await self._until(lambda now: now.stage is not Stage.READY, "the menu")
        if menu.stage is not Stage.MENU or item not in menu.items:
            return False
        await self._counter.press(str(menu.items.index(item) + 1))
        return True

    async def _clear(self) -> None:
        """Until the next customer can be served; whoever took the goods of a paid ask, or did not, is dealt with."""
        screen = await self._until(lambda _: True, "anything")
        for _ in range(60):
            screen = await self._until(lambda _: True, "anything")
            match screen.stage:
                case Stage.READY:
                    return
                case Stage.ASK_PAID:
                    self._note(screen)
                    await self._counter.press(self._chance.choice("12"))
                case Stage.LOCKED:
                    self.locked = True
                    raise Stuck(f"locked for {Reason(screen.reason).name}")
                case Stage.ASKING:
                    await self._answer()
                case _:
                    await self._counter.press("cancel")
            await asyncio.sleep(0.1)
        raise Stuck(f"cannot be cleared: {screen.stage}")

    async def _away_from(self, stage: Stage) -> Screen:
        return await self._until(lambda now: now.stage is not stage, f"anything after {stage}")

    async def _until(self, wanted: Callable[[Screen], bool], what: str, patience: float = _PATIENCE) -> Screen:
        try:
            return await asyncio.wait_for(self._counter.until(wanted, what), patience)
        except TimeoutError:
            raise Stuck(f"never showed {what}") from None

    def _note(self, screen: Screen) -> None:
        self.done[str(screen.stage)] += 1
        if screen.stage is Stage.REFUSED:
            self.refusals[Reason(screen.reason)] += 1
        if screen.stage is Stage.ASK_PAID:
            self.asks_paid[screen.sequence] = screen.amount
        self.locked = self.locked or screen.stage is Stage.LOCKED


def _is_beyond(stages: frozenset[Stage], screen: Screen) -> bool:
    return screen.stage not in stages
