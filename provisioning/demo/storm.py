"""Noon: networks, plugs and gateways fail, and the sponsor changes its mind meanwhile."""

import asyncio
import time

from contracts.chain import Reverted
from contracts.wire.reasons import Reason
from contracts.wire.units import Cents
from provisioning import fleet, programme
from provisioning.demo import plot
from provisioning.demo.acting import Acting, Scene
from provisioning.demo.cable import Cable
from provisioning.demo.founding import people
from terminal.core.screen import Stage

TILL_LIMIT = 75
"""So many entries may wait; the next sale is refused."""


class Storm(Acting):
    """Whatever a terminal must survive."""

    _offline_since: float

    def scenes(self) -> tuple[Scene, ...]:
        """In order."""
        return (
            self.a_lost_reply,
            self.the_cable_of_one_shop,
            self.the_cables_of_both,
            self.the_plug_is_pulled,
            self.a_pause_while_sales_wait,
            self.a_slice_runs_out,
            self.too_long_and_too_many,
            self.the_network_is_back_and_the_gateway_dies,
            self.after_the_storm,
        )

    async def a_lost_reply(self) -> None:
        """The gateway's replies are lost: the same bytes go again, and count once."""
        gateway = self._first.gateway_cable
        gateway.set(Cable.LOSING_REPLIES)
        await self._approved(self._first, "family-17", Cents(1111))
        await gateway.reply_lost.wait()
        gateway.set(Cable.PLUGGED)
        await self._first.counter.until(lambda screen: screen.status.unsent == 0, "everything forwarded")
        self._say(f"  {gateway.lost_replies} replies lost; the gateway has each entry once")

    async def the_cable_of_one_shop(self) -> None:
        """The cable of one shop is pulled: it sells on, and asks nothing."""
        await self._all_settled()
        await self._offline(self._first)
        self._offline_since = time.monotonic()
        for number in (18, 19):
            await self._approved(self._first, f"family-{number:02}", Cents(1000 + number))
        await self._refused_amount(self._first, self._town.code("family-20"), Cents(5001), Reason.ASK_OFFLINE)
        await self._approved(self._second, "family-21", Cents(1800))

    async def the_cables_of_both(self) -> None:
        """Both are offline, and one pass is emptied at both, as one phone's code is used at both: both will be paid."""
        await self._all_settled(self._second)
        await self._offline(self._second)
        code = self._town.phone_code("phone", plot.SPORT, Cents(2000))
        for shop in (self._first, self._second):
            await self._approved(shop, "shared", Cents(3000))
            await self._approved_code(shop, "the same phone code", code, Cents(1200))

    async def the_plug_is_pulled(self) -> None:
        """The plug is pulled in the middle of an approval."""
        counter = self._second.counter
        await counter.offer(self._town.code("family-22"))
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
        """The sponsor's clerk pauses the programme while sales wait offline, and may do nothing else."""
        clerk = self._town.town_of(people().clerk)
        await asyncio.to_thread(programme.pause, clerk, plot.KIND)
        try:
            await asyncio.to_thread(programme.withdraw, clerk, plot.KIND, 1_00)
        except Reverted as refusal:
            self._say(f"  the clerk takes 1,00 out of the reserve: {refusal}")
        else:
            self._require(holds=False, what="the clerk refused", found="money that was taken")
        waiting = sum(self._screen(shop).status.waiting for shop in (self._first, self._second))
        self._say(f"  paused on the contract; {waiting} approved payments wait offline and will be drawn from slices")

    async def a_slice_runs_out(self) -> None:
        """A terminal reaches the end of its slice and says so."""
        counter, free, family = self._second.counter, self._guaranteed(self._second), 23
        while free >= 4500:
            await self._sell_at(self._second, family, Cents(4500))
            family, free = family + 1, free - 4500
        await self._refused_amount(self._second, self._town.code("family-30"), Cents(4500), Reason.ASK_OFFLINE)
        await counter.charge(Cents(free))
        await self._refused(self._second, self._town.code("family-31"), Reason.SLICE_USED_UP)

    async def too_long_and_too_many(self) -> None:
        """Offline too long, and too many waiting: refused before anything is approved."""
        number = 0
        while self._screen(self._first).status.waiting < TILL_LIMIT:
            number += 1
            await self._sell_at(self._first, 1 + number % 38, Cents(100 + number))
        await self._refused(self._first, self._town.code("family-39"), Reason.TOO_MANY_WAITING)
        self._say(f"  {self._first.name}: {TILL_LIMIT} payments wait")
        passed = time.monotonic() - self._offline_since
        await asyncio.sleep(max(0.0, plot.SHORT_WINDOW_SECONDS - passed))  # its checkpoint is older than the cut
        await self._refused(self._first, self._town.code("short-window"), Reason.OFFLINE_TOO_LONG)
        self._say(f"  {self._first.name}: a programme that allows {plot.SHORT_WINDOW_SECONDS} s offline")

    async def the_network_is_back_and_the_gateway_dies(self) -> None:
        """The network is back, and the gateway is killed in the middle of it."""
        for shop in (self._first, self._second):
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
        """The sponsor lets the programme go on and raises a slice, and a scanner is unplugged in a sale."""
        await self._town.on_chain(programme.pause, plot.KIND, paused=False)
        raised = int(plot.TILLS[1].slices[plot.KIND])
        await self._town.on_chain(fleet.raise_slice, plot.KIND, self._second.terminal, raised)
        await self._until(lambda: self._guaranteed(self._second) >= raised, "that it knows of its slice")
        for shop in (self._first, self._second):
            await self._until_known(
                shop,
                "that the programme goes on",
                lambda journal: any(each.id == plot.KIND and not each.paused for each in journal.programmes()),
            )
        await self._approved(self._first, "family-39", Cents(1295))
        counter = self._first.counter
        await counter.offer(self._town.code("family-38"))
        await counter.plug(plugged=False)
        await counter.until(lambda now: any(lamp.status == "lost" for lamp in now.status.devices), "a lost scanner")
        screen = await counter.charge(Cents(480))
        self._require(screen.stage is Stage.APPROVED, "the open sale approved", screen)
        await counter.plug(plugged=True)
        self._say(f"  {self._first.name}: scanner unplugged in a sale: the sale stayed, 4,80 approved")
        await self._all_settled()
