"""The evening: an old copy, a gateway that is not needed, the year's end, and the contract's own books."""

import shutil

from contracts.chain import Reverted
from contracts.wire.reasons import Reason
from contracts.wire.units import Cents, euros
from provisioning import programme, status
from provisioning.demo import plot
from provisioning.demo.acting import Acting, Scene
from provisioning.demo.cable import Cable
from provisioning.demo.founding import people
from provisioning.demo.setting import Shop
from terminal.core.screen import Stage


class Evening(Acting):
    """What must still hold when all is said and done."""

    def scenes(self) -> tuple[Scene, ...]:
        """In order."""
        return (
            self.an_old_copy_of_the_card,
            self.without_the_gateway,
            self.the_end_of_a_year,
            self.closing_time,
            self.the_town_hall_looks,
            self.the_contract_adds_up,
        )

    async def an_old_copy_of_the_card(self) -> None:
        """A card that is put back from an old copy locks; the right one sells again."""
        shop = self._second
        await shop.daemon.stop()
        shutil.copytree(
            shop.plan.state, shop.plan.state.with_suffix(".copy"), ignore=shutil.ignore_patterns("*.sock", "*.log")
        )
        await self._restart(shop)
        await self._approved(shop, "family-20", Cents(350))
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
        await self._approved(shop, "family-31", Cents(425))
        await self._all_settled(shop)

    async def without_the_gateway(self) -> None:
        """The gateway is out of reach: somebody with a little gas settles the journal from a file."""
        shop = self._first
        shop.gateway_cable.set(Cable.CUT)
        await shop.counter.until(lambda screen: not screen.status.gateway, "that the gateway is away")
        for number, price in ((29, 1999), (30, 2350)):
            await self._approved(shop, f"family-{number}", Cents(price))
        path = self._town.folder / "shop-01.json"
        await self._town.run("terminal", "journal", "export", str(path), "--config", str(shop.plan.config))
        settle = ("chain", "settle", str(path), "--record", str(self._town.record))
        said = await self._town.run(*settle, signs=people().passer_by)
        self._say(f"  a passer-by: {said.splitlines()[0]}")
        await shop.counter.until(lambda screen: screen.status.waiting == 0, "everything settled")
        self._say(f"  {shop.name}: has it from the chain that all is settled")
        shop.gateway_cable.set(Cable.PLUGGED)

    async def the_end_of_a_year(self) -> None:
        """A programme is closed 90 days after its end, and not before; what is left goes back to the sponsor."""
        try:
            await self._town.on_chain(programme.close, plot.LAST_YEAR)
        except Reverted as refusal:
            self._say(f"  last year's programme ended 35 days ago: {refusal}")
        else:
            self._require(holds=False, what="closing refused", found="a closed programme")
        await self._town.on_chain(programme.close, plot.LONG_AGO)
        swept = await self._town.on_chain(programme.sweep, plot.LONG_AGO)
        home = await self._town.on_chain(programme.withdraw, plot.LONG_AGO, plot.FUNDS)
        left = (await self._town.on_chain(programme.show, plot.LONG_AGO)).held
        self._require(left == 0, "nothing left in the closed programme", left)
        self._say(f"  an earlier one is closed: EUR {euros(Cents(swept.cents))} swept, EUR {euros(Cents(home))} home")

    async def closing_time(self) -> None:
        """Every terminal has heard from the chain and from the gateway what became of all its entries."""
        for shop in self._town.shops:
            await shop.counter.until(lambda screen: screen.status.waiting == screen.status.unsent == 0, "all settled")
            whole = "what became of each entry"
            await self._until_known(shop, whole, lambda journal: len(journal.outcomes()) == journal.sequence)

    async def the_contract_adds_up(self) -> None:
        """The contract's own books add up, and its code is the code here."""
        found = await self._town.on_chain(status.status)
        self._require(found.adds_up, "the contract's books to add up", found)
        record, configs = str(self._town.record), [str(each.plan.config) for each in self._town.shops]
        options = [word for config in configs for word in ("--terminal", config)]
        said = await self._town.run("chain", "verify", "--record", record, *options)
        held = sum(each.held for each in found.programmes)
        self._say(f"  {len(found.programmes)} programmes hold EUR {euros(Cents(held))}, to the cent")
        self._say(f"  {said.splitlines()[0]}")

    async def the_town_hall_looks(self) -> None:
        """Somebody at the town hall signs in with a password and a code, and looks at programmes and figures."""
        programmes, figures = await self._town.hall.visit("/desk/programmes", "/desk/figures")
        for name, _ in plot.PROGRAMMES.values():
            self._require(name in programmes, f"{name} on the page of programmes", len(programmes))
        self._require(plot.PROGRAMMES[plot.KIND][0] in figures, "the figures of a programme", len(figures))
        self._say(f"  {len(plot.PROGRAMMES)} programmes on the desk, as the contract has them")

    @staticmethod
    def _swap(shop: Shop) -> None:
        copy, aside = shop.plan.state.with_suffix(".copy"), shop.plan.state.with_suffix(".aside")
        shop.plan.state.rename(aside)
        copy.rename(shop.plan.state)
        aside.rename(copy)
