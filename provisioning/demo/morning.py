"""The morning: sales, what is no pass, and every rule that a counter can meet."""

import asyncio
import time

from contracts.wire.reasons import Reason
from contracts.wire.units import Cents, Timestamp, euros
from provisioning import holdings, shop
from provisioning.demo import plot
from provisioning.demo.acting import Acting, Scene
from provisioning.demo.cable import Cable
from provisioning.processes import command
from terminal.core.screen import Stage

PIN = "2580"


class Morning(Acting):
    """Both shops are online."""

    def scenes(self) -> tuple[Scene, ...]:
        """In order."""
        return (
            self.before_the_first_contact,
            self.a_calm_morning,
            self.codes_that_are_no_passes,
            self.passes_that_cannot_pay,
            self.above_the_floor_limit,
            self.an_ask_that_nobody_waits_for,
            self.codes_on_a_phone,
            self.twice_the_same,
            self.more_than_is_left,
            self.a_limit_for_the_day,
            self.what_a_shop_sells,
            self.at_the_club,
            self.an_order_is_fetched,
            self.money_back,
        )

    async def before_the_first_contact(self) -> None:
        """A terminal that has never reached the chain refuses."""
        config = str(self._first.plan.config)
        await command("terminal", "pin", "--config", config, environment={}, given=f"{PIN}\n")
        self._say(f"  {self._first.name}: its menu opens by a PIN")
        self._plug(self._first, Cable.CUT)
        await self._first.daemon.start()
        await self._first.counter.open()
        await self._refused(self._first, self._town.code("family-40"), Reason.NOT_SET_UP)
        self._plug(self._first, Cable.PLUGGED)
        await self._begin(self._second)
        await self._begin(self._club)
        await self._first.counter.until(lambda screen: screen.status.approves_until > 0, "that it can approve")
        self._say("  all terminals have a checkpoint and a snapshot")

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

    async def above_the_floor_limit(self) -> None:
        """Above the floor limit the contract is asked first: once it pays, and once it does not."""
        await self._approved(self._first, "family-10", Cents(6000))
        self._say(f"  {self._first.name}: approved once it was settled, as it is above the limit of 50,00")
        counter = self._first.counter
        await counter.offer(self._town.code("blocked-meanwhile"))
        address = self._town.pass_address("blocked-meanwhile")
        await self._town.on_chain(holdings.set_blocked, address, blocked=True)
        self._expect(await counter.charge(Cents(7500)), Reason.ASK_PASS_BLOCKED)
        self._say(f"  {self._first.name}: 75,00 refused by the contract: the pass was blocked between scan and price")

    async def an_ask_that_nobody_waits_for(self) -> None:
        """A customer leaves while the ask waits; it is paid all the same, and given back."""
        counter, gateway = self._second.counter, self._town.gateway
        assert gateway  # noqa: S101  # open() started it
        gateway.freeze()
        await counter.offer(self._town.code("family-34"))
        await counter.press(*"5500")
        await counter.until(lambda screen: screen.amount == 5500, "55,00 typed")
        await counter.press("confirm")
        await counter.until(lambda screen: screen.stage is Stage.ASKING, "that it asks")
        await counter.clear()
        await self._refused_amount(self._second, self._town.code("family-35"), Cents(5600), Reason.ASK_OPEN)
        await counter.clear()
        gateway.freeze(frozen=False)
        await counter.until(lambda screen: screen.stage is Stage.ASK_PAID, "the question whether it was handed over")
        while self._screen(self._second).stage is not Stage.REFUNDED:  # the key is not taken in the first moment
            await counter.press("2")
            await asyncio.sleep(0.2)
        self._say(f"  {self._second.name}: 55,00 was paid after all: asked, and given back by one key")

    async def codes_on_a_phone(self) -> None:
        """A code on a phone is worth one payment, up to its ceiling, for five minutes."""
        code = self._town.phone_code("phone", plot.SPORT, Cents(2000))
        await self._refused_amount(self._first, code, Cents(2100), Reason.PHONE_CODE_CEILING)
        screen = await self._first.counter.charge(Cents(1500))
        self._require(screen.stage is Stage.APPROVED, "a lower amount approved", screen)
        self._say(f"  {self._first.name}: 15,00 by a code on a phone approved")
        late = self._town.phone_code("phone", plot.SPORT, Cents(2000), seconds=-60)
        await self._refused(self._first, late, Reason.PHONE_CODE_EXPIRED)
        await self._refused(self._first, code, Reason.PHONE_CODE_USED)

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
        await self._part("nearly-empty", Cents(1250), Cents(1000))
        await self._approved(self._first, "family-13", Cents(950))
        await self._refused(self._first, self._town.code("nearly-empty"), Reason.BUDGET_SHORT)
        await self._approved_in(self._first, "two-programmes", "2", Cents(2200))

    async def a_limit_for_the_day(self) -> None:
        """A pass that reaches its limit for the day can spend again tomorrow."""
        await self._approved(self._first, "sporty", Cents(4500))
        await self._approved(self._first, "family-14", Cents(250))
        await self._part("sporty", Cents(2000), Cents(1500))
        await self._approved(self._first, "family-15", Cents(250))
        await self._refused(self._first, self._town.code("sporty"), Reason.DAY_LIMIT)

    async def what_a_shop_sells(self) -> None:
        """A programme for bicycles is for shops that sell them, unless one is excluded by name."""
        await self._approved(self._first, "cyclist", Cents(4000))
        await self._all_settled(self._first)
        await self._town.on_chain(shop.admit, plot.BICYCLES, self._first.number, admitted=False)
        await self._until_known(
            self._first,
            "that it is excluded",
            lambda journal: any(each.id == plot.BICYCLES and not each.admitted for each in journal.programmes()),
        )
        await self._refused(self._first, self._town.code("rider"), Reason.SHOP_NOT_ADMITTED)

    async def at_the_club(self) -> None:
        """A second scheme, and a second municipality, at a club."""
        await self._approved(self._club, "club-member", Cents(25_00))
        await self._refused(self._club, self._town.code("club-member"), Reason.BUDGET_SHORT)
        await self._approved(self._club, "neighbour", Cents(17_50))
        await self._approved_in(self._club, "two-schemes", "2", Cents(30_00))
        await self._approved(self._club, "two-schemes", Cents(25_00))

    async def an_order_is_fetched(self) -> None:
        """What was ordered on the family's page is handed over by one key, also above the floor limit."""
        family, price = "family-33", Cents(89_00)
        await asyncio.to_thread(self._town.order, family, plot.KIND, self._first.number, price, "fiets")
        await self._until_known(
            self._first,
            "what is ready for a pass",
            lambda journal: bool(journal.orders_of(self._town.pass_address(family), Timestamp(int(time.time())))),
        )
        offered = await self._first.counter.offer(self._town.code(family))
        self._require(offered is not None and offered.stage is Stage.ORDER, "an order that is ready", offered)
        screen = await self._first.counter.confirm()
        self._require(screen.stage is Stage.APPROVED and screen.amount == price, "the order handed over", screen)
        self._say(f"  {self._first.name}: fiets {euros(price)} handed over to {family}, as ordered")

    async def money_back(self) -> None:
        """The last sale is taken back, and an earlier one in part, behind a PIN."""
        counter = self._first.counter
        await self._approved(self._first, "family-16", Cents(555))
        self._require(not await counter.type_pin("1111"), "a wrong PIN refused", counter.screen)
        self._say(f"  {self._first.name}: a wrong PIN opens nothing")
        self._require(await counter.type_pin(PIN), "the menu", counter.screen)
        screen = await counter.void()
        self._require(screen.stage is Stage.REFUNDED and screen.amount == 555, "5,55 taken back", screen)
        self._require(await counter.type_pin(PIN), "the menu", counter.screen)
        screen = await counter.refund(self._town.code("family-02"), Cents(4999), Cents(2000))
        self._require(screen.stage is Stage.REFUNDED and screen.amount == 2000, "20,00 given back", screen)
        self._say(f"  {self._first.name}: the last sale, 5,55, taken back; 20,00 of 49,99 given back")
        await self._all_settled()
        await self._has_left("family-16", 30_000)
        await self._has_left("family-02", 30_000 - 4999 + 2000)

    async def _part(self, family: str, price: Cents, part: Cents) -> None:
        counter = self._first.counter
        screen = await counter.sell(self._town.code(family), price)
        self._require(screen.stage is Stage.PART and screen.amount == part, "the part offered", screen)
        screen = await counter.confirm()
        self._require(screen.stage is Stage.APPROVED and screen.rest == price - part, "the part approved", screen)
        rest = Cents(price - part)
        self._say(f"  {self._first.name}: {euros(price)} asked, {euros(part)} approved, {euros(rest)} paid otherwise")
