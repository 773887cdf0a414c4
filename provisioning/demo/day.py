"""One shop day, scene by scene. Whatever can go wrong at a counter goes wrong, and at the end the books must agree.

A scene does what people do and then waits for what must follow; it never waits for time to pass.
"""

import asyncio
import shutil
from collections.abc import Awaitable, Callable

from contracts.wire.errors import Broken
from contracts.wire.reasons import Reason
from contracts.wire.units import Cents, euros
from provisioning import programme
from provisioning.demo import plot
from provisioning.demo.cable import Cable
from provisioning.demo.setting import Setting, Shop
from terminal.core.screen import Screen, Stage

Say = Callable[[str], None]

TILL_LIMIT = 75
"""So many entries may wait; the next sale is refused."""


class Day:
    """The script. `say` gets one line for each thing that happens."""

    def __init__(self, setting: Setting, say: Say) -> None:
        self._town = setting
        self._say = say
        self._first, self._second = setting.shops

    def scenes(self) -> tuple[Callable[[], Awaitable[None]], ...]:
        """What happens, in order; the first line of each docstring is its title."""
        return (
            self.before_the_first_contact,
            self.a_calm_morning,
            self.codes_that_are_no_passes,
            self.passes_that_cannot_pay,
            self.twice_the_same,
            self.more_than_is_left,
            self.a_lost_reply,
            self.the_cable_of_one_shop,
            self.the_cables_of_both,
            self.the_plug_is_pulled,
            self.a_pause_while_sales_wait,
            self.a_slice_runs_out,
            self.too_long_and_too_many,
            self.the_network_is_back_and_the_gateway_dies,
            self.after_the_storm,
            self.an_old_copy_of_the_card,
        )

    async def play(self) -> None:
        """All scenes. Raises Broken, naming the scene, when something is not as it must be."""
        for scene in self.scenes():
            title = (scene.__doc__ or "").splitlines()[0].rstrip(".")
            self._say(f"\n{title}")
            try:
                await scene()
            except Broken as broken:
                raise Broken(f"in the scene '{title}': {broken}") from broken

    # The scenes

    async def before_the_first_contact(self) -> None:
        """A terminal that has never reached the chain refuses."""
        self._plug(self._first, Cable.CUT)
        await self._first.daemon.start()
        await self._first.counter.open()
        await self._refused(self._first, self._town.code("family-40"), Reason.NOT_SET_UP)
        self._plug(self._first, Cable.PLUGGED)
        await self._second.daemon.start()
        await self._second.counter.open()
        for shop in (self._first, self._second):
            await shop.counter.until(lambda screen: screen.status.approves_until > 0, "that it can approve")
        self._say("  both terminals have a checkpoint and a snapshot")

    async def a_calm_morning(self) -> None:
        """A calm morning."""
        for number, price in enumerate((1250, 4999, 895, 2000, 1, 3320), start=1):
            await self._approved(self._first, f"family-{number:02}", Cents(price))
        for number, price in enumerate((1500, 2495, 700), start=7):
            await self._approved(self._second, f"family-{number:02}", Cents(price))

    async def codes_that_are_no_passes(self) -> None:
        """Codes that are no passes are refused by name."""
        await self._first.counter.clear()  # a wrong code never takes an approval off the screen
        for reason, code in plot.wrong_codes(self._town.code("family-01")).items():
            await self._refused(self._first, code, reason)
        half = self._town.code("family-01")[:17].encode()
        await self._first.counter.scan_raw(half, end=True)
        await self._first.counter.until(lambda now: now.reason == Reason.SCAN_INCOMPLETE, "half a code refused")
        self._first.counter.refusals.append(Reason.SCAN_INCOMPLETE)
        self._say(f"  {self._first.name}: half a code, cut off by the cable: refused, scan incomplete")

    async def passes_that_cannot_pay(self) -> None:
        """Passes that cannot pay are refused with the reason."""
        for family, reason in plot.CANNOT_PAY.items():
            await self._refused(self._second, self._town.code(family), reason)
        screen = await self._first.counter.sell(self._town.code("family-10"), Cents(5001))
        self._expect(screen, Reason.ABOVE_FLOOR_LIMIT)
        self._say(f"  {self._first.name}: 50,01 is above the floor limit: refused")

    async def twice_the_same(self) -> None:
        """A double read charges once, and the same again is asked about."""
        code, counter = self._town.code("family-11"), self._first.counter
        await counter.scan(code)
        await counter.scan(code)
        await counter.until(lambda screen: screen.stage is Stage.AMOUNT, "one open sale")
        await counter.charge(Cents(1875))
        await counter.scan(code)
        self._say(f"  {self._first.name}: read three times, charged once: 18,75 approved")
        await self._approved(self._first, "family-12", Cents(600))
        screen = await counter.sell(code, Cents(1875))
        self._require(screen.stage is Stage.AGAIN, "the same sale asked about", screen)
        self._say(f"  {self._first.name}: the same pass and price within five minutes: asked, and not charged")

    async def more_than_is_left(self) -> None:
        """A price above what is left: the part is taken, and two programmes let choose."""
        counter = self._first.counter
        screen = await counter.sell(self._town.code("nearly-empty"), Cents(1250))
        self._require(screen.stage is Stage.PART and screen.amount == 1000, "the part offered", screen)
        screen = await counter.confirm()
        self._require(screen.stage is Stage.APPROVED and screen.rest == 250, "the part approved", screen)
        self._say(f"  {self._first.name}: 12,50 asked, 10,00 left: 10,00 approved, 2,50 paid otherwise")
        await self._approved(self._first, "family-13", Cents(950))
        await self._refused(self._first, self._town.code("nearly-empty"), Reason.BUDGET_SHORT)
        offered = await counter.offer(self._town.code("two-programmes"))
        self._require(offered is not None and offered.stage is Stage.CHOOSE, "a choice of programmes", offered)
        await counter.press("2")
        await counter.until(lambda screen: screen.stage is Stage.AMOUNT, "an amount to type")
        screen = await counter.charge(Cents(2200))
        self._require(screen.stage is Stage.APPROVED, "the second programme's sale approved", screen)
        self._say(f"  {self._first.name}: two programmes on one pass, the second chosen: 22,00 approved")

    async def a_lost_reply(self) -> None:
        """The gateway's replies are lost: the same bytes go again, and count once."""
        gateway = self._first.gateway_cable
        gateway.set(Cable.LOSING_REPLIES)
        await self._approved(self._first, "family-14", Cents(1111))
        await gateway.reply_lost.wait()
        gateway.set(Cable.PLUGGED)
        await self._first.counter.until(lambda screen: screen.status.unsent == 0, "everything forwarded")
        self._say(f"  {gateway.lost_replies} replies lost; the gateway has each entry once")

    async def the_cable_of_one_shop(self) -> None:
        """The cable of one shop is pulled: it sells on."""
        await self._all_settled()
        self._plug(self._first, Cable.CUT)
        await self._first.counter.until(lambda screen: not screen.status.chain, "that it is offline")
        for number in (15, 16, 17):
            await self._approved(self._first, f"family-{number:02}", Cents(1000 + number))
        await self._approved(self._second, "family-18", Cents(1800))

    async def the_cables_of_both(self) -> None:
        """Both are offline, and one pass is emptied at both: both shops will be paid."""
        await self._all_settled(self._second)
        self._plug(self._second, Cable.CUT)
        await self._second.counter.until(lambda screen: not screen.status.chain, "that it is offline")
        for shop in (self._first, self._second):
            await self._approved(shop, "shared", Cents(3000))

    async def the_plug_is_pulled(self) -> None:
        """The plug is pulled in the middle of an approval."""
        counter = self._second.counter
        await counter.offer(self._town.code("family-19"))
        await counter.press("7", "00")
        await counter.until(lambda screen: screen.amount == 700, "7,00 typed")
        before = len(counter.notebook)
        press = asyncio.create_task(counter.press("confirm"))
        await asyncio.sleep(0)
        self._second.daemon.kill_now()
        await asyncio.gather(press, return_exceptions=True)
        await counter.until_away()
        await self._second.daemon.start()
        screen = await counter.until(lambda now: now.stage is Stage.READY, "that it is ready again")
        stored = next((line for line in screen.recent if line.amount == Cents(700)), None)
        self._require(len(counter.notebook) == before or stored is not None, "what was approved", screen)
        outcome = "it was approved, and is there" if stored else "it was not approved, and nothing happened"
        self._say(f"  {self._second.name}: killed with the confirm key down; after the restart: {outcome}")

    async def a_pause_while_sales_wait(self) -> None:
        """The sponsor pauses the programme while sales wait offline."""
        await asyncio.to_thread(programme.pause, self._town.town, plot.KIND)
        waiting = sum(self._screen(shop).status.waiting for shop in self._town.shops)
        self._say(f"  paused on the contract; {waiting} approved payments wait offline and will be drawn from slices")

    async def a_slice_runs_out(self) -> None:
        """A terminal reaches the end of its slice and says so."""
        counter = self._second.counter
        families = iter(range(20, 40))
        while (screen := await self._sell_at(self._second, next(families), Cents(4500))).stage is Stage.APPROVED:
            pass
        self._expect(screen, Reason.SLICE_USED_UP)
        taken = sum(noted.amount for noted in counter.notebook.values())
        self._say(f"  {self._second.name}: after {taken // 100} euro since this morning: refused, slice used up")

    async def too_long_and_too_many(self) -> None:
        """Offline too long, and too many waiting: refused before anything is approved."""
        number = 0
        while self._screen(self._first).status.waiting < TILL_LIMIT:
            number += 1
            await self._sell_at(self._first, 1 + number % 38, Cents(100 + number))
        await self._refused(self._first, self._town.code("family-39"), Reason.TOO_MANY_WAITING)
        self._say(f"  {self._first.name}: {TILL_LIMIT} payments wait")
        await asyncio.sleep(plot.SHORT_WINDOW_SECONDS)  # the window is over by then, however long it has been open
        await self._refused(self._second, self._town.code("short-window"), Reason.OFFLINE_TOO_LONG)
        self._say(f"  {self._second.name}: a programme that allows {plot.SHORT_WINDOW_SECONDS} s offline")

    async def the_network_is_back_and_the_gateway_dies(self) -> None:
        """The network is back, and the gateway is killed in the middle of it."""
        for shop in self._town.shops:
            self._plug(shop, Cable.PLUGGED)
        await self._first.counter.until(lambda screen: screen.status.unsent < TILL_LIMIT, "that entries are forwarded")
        gateway = self._town.gateway
        assert gateway  # noqa: S101  # open() started it
        await gateway.kill()
        self._say("  gateway killed with entries taken in and a transaction on its way")
        await gateway.start()
        await self._all_settled()
        self._say("  gateway back; everything is settled")

    async def after_the_storm(self) -> None:
        """The sponsor lets the programme go on, and a scanner is unplugged in a sale."""
        await asyncio.to_thread(programme.pause, self._town.town, plot.KIND, paused=False)
        counter = self._first.counter
        self._say(f"  {self._first.name}: waits until it knows")
        while (screen := await counter.sell(self._town.code("family-39"), Cents(1295))).stage is not Stage.APPROVED:
            self._expect(screen, Reason.PROGRAMME_PAUSED)
            counter.refusals.pop()  # it asked too early; the shopkeeper was not refused for another reason
            await counter.until(lambda now: now.stage is Stage.READY, "ready for a pass")
        self._say(f"  {self._first.name}: family-39 12,95 approved")
        await counter.offer(self._town.code("family-38"))
        await counter.plug(plugged=False)
        await counter.until(lambda now: any(lamp.status == "lost" for lamp in now.status.devices), "a lost scanner")
        screen = await counter.charge(Cents(480))
        self._require(screen.stage is Stage.APPROVED, "the open sale approved", screen)
        await counter.plug(plugged=True)
        self._say(f"  {self._first.name}: scanner unplugged in a sale: the sale stayed, 4,80 approved")
        await self._all_settled()

    async def an_old_copy_of_the_card(self) -> None:
        """A card that is put back from an old copy locks; the right one sells again."""
        shop = self._second
        await shop.daemon.stop()
        shutil.copytree(
            shop.plan.state, shop.plan.state.with_suffix(".copy"), ignore=shutil.ignore_patterns("*.sock", "*.log")
        )
        await self._restart(shop)
        await self._approved(shop, "family-37", Cents(350))
        await self._all_settled(shop)
        await shop.daemon.stop()
        self._swap(shop)
        await self._restart(shop)
        screen = await shop.counter.until(lambda now: now.stage is Stage.LOCKED, "that it is locked")
        shop.counter.refusals.append(Reason(screen.reason))
        self._say(f"  {shop.name}: the old copy is locked: {Reason(screen.reason).name.lower()}")
        await shop.daemon.stop()
        self._swap(shop)
        await self._restart(shop)
        await self._approved(shop, "family-36", Cents(425))
        await self._all_settled(shop)

    # What the scenes are made of

    async def _approved(self, shop: Shop, family: str, price: Cents) -> None:
        screen = await shop.counter.sell(self._town.code(family), price)
        self._require(screen.stage is Stage.APPROVED and screen.amount == price, f"{price} cents approved", screen)
        self._say(f"  {shop.name}: {family} {euros(price)} approved")

    async def _sell_at(self, shop: Shop, family: int, price: Cents) -> Screen:
        return await shop.counter.sell(self._town.code(f"family-{family:02}"), price)

    async def _refused(self, shop: Shop, code: str, reason: Reason) -> None:
        screen = await shop.counter.offer(code)
        self._expect(screen, reason)
        self._say(f"  {shop.name}: refused, {reason.name.lower().replace('_', ' ')}")

    async def _all_settled(self, *shops: Shop) -> None:
        """Wait until the chain has settled whatever these terminals approved."""
        for shop in shops or self._town.shops:
            await shop.counter.until(lambda screen: screen.status.waiting == 0, "everything settled")

    async def _restart(self, shop: Shop) -> None:
        await shop.daemon.start()
        await shop.counter.until(lambda screen: screen.status.chain, "that it reaches the chain")

    def _plug(self, shop: Shop, cable: Cable) -> None:
        shop.plug(cable)
        self._say(f"  {shop.name}: network cable {cable.value}")

    @staticmethod
    def _swap(shop: Shop) -> None:
        copy, aside = shop.plan.state.with_suffix(".copy"), shop.plan.state.with_suffix(".aside")
        shop.plan.state.rename(aside)
        copy.rename(shop.plan.state)
        aside.rename(copy)

    @staticmethod
    def _screen(shop: Shop) -> Screen:
        if shop.counter.screen is None:
            raise Broken(f"the screen of {shop.name} shows nothing")
        return shop.counter.screen

    def _expect(self, screen: Screen | None, reason: Reason) -> None:
        self._require(screen is not None and screen.reason == reason, f"refused for {reason.name}", screen)

    @staticmethod
    def _require(holds: bool, what: str, screen: Screen | None) -> None:  # noqa: FBT001
        if not holds:
            raise Broken(f"expected {what}; the screen shows {screen}")
