"""The afternoon: shops are paid out and give money back, a pass is lost, a card dies, and a terminal goes."""

import asyncio
import json
from dataclasses import replace

from contracts.chain import checksum
from contracts.wire.errors import Broken
from contracts.wire.reasons import Reason
from contracts.wire.units import Cents, euros
from provisioning import bank, compensate, fleet, holdings, passes, shop
from provisioning.demo import plot
from provisioning.demo.acting import Acting, Scene
from provisioning.demo.books import Lost
from provisioning.demo.founding import people
from provisioning.demo.setting import Shop
from provisioning.town import Town
from terminal.core.screen import Stage
from terminal.signer import TerminalSigner

REFERENCE = "kindpakket week 5"


class Returns(Acting):
    """What goes back, and what goes away."""

    _stall: Shop
    _receipt: str

    def scenes(self) -> tuple[Scene, ...]:
        """In order."""
        return (
            self.paid_out_and_given_back,
            self.paid_by_bank,
            self.a_pass_is_lost,
            self.a_card_dies,
            self.the_sponsor_makes_good,
            self.a_refund_at_the_shops_other_till,
            self.a_terminal_retires,
        )

    async def paid_out_and_given_back(self) -> None:
        """A shop that was paid out gives back what was drawn: it owes that, and pays it with its next sale."""
        paid = await self._town.on_chain(shop.pay_out, plot.KIND, self._second.number)
        self._say(f"  {self._second.name}: EUR {euros(Cents(paid))} paid out, all that it had")
        reserve = int(await self._town.on_chain(Town.view, "reserve", plot.KIND))
        screen = await self._second.counter.refund(self._town.code("shared"), Cents(3000))
        self._require(screen.stage is Stage.REFUNDED and screen.amount == 3000, "30,00 given back", screen)
        await self._all_settled(self._second)
        await self._owes(3000)
        await self._approved(self._second, "family-32", Cents(3500))
        await self._all_settled(self._second)
        await self._owes(0)
        back = int(await self._town.on_chain(Town.view, "reserve", plot.KIND)) - reserve
        self._require(back == 3000, "30,00 in the sponsor's reserve again", back)
        self._say("  the slice had paid that sale, so the money goes to the sponsor")

    async def paid_by_bank(self) -> None:
        """A shop chooses to be paid by bank, and confirms what arrived."""
        keeper, number = self._town.town_of(people().keepers[0]), self._first.number
        await asyncio.to_thread(bank.set_by_bank, keeper, number, by_bank=True)
        due = int(await self._town.on_chain(Town.view, "credit", plot.KIND, number))
        await self._town.on_chain(bank.mark_paid, plot.KIND, number, due, REFERENCE)
        await asyncio.to_thread(bank.confirm, keeper, plot.KIND, number, REFERENCE)
        self._say(f"  {self._first.name}: EUR {euros(Cents(due))} by bank")

    async def a_pass_is_lost(self) -> None:
        """A lost pass: one command moves its budgets to a new one, and the old code is refused."""
        await self._approved_in(self._first, "lost", "1", Cents(1000))
        await self._all_settled(self._first)
        old_code, old = self._town.code("lost"), self._town.pass_address("lost")
        made = passes.new_pass(plot.NETWORK)
        found = await self._town.on_chain(holdings.to_move, old, None)
        done = await self._town.on_chain(holdings.reissue, found, old, made.address)
        self._say(f"  EUR {euros(Cents(done.cents))} in {len(done.moved)} programmes moved to a new code")
        await self._until_known(
            self._first,
            "the new pass",
            lambda journal: (
                any(each.blocked for each in journal.budgets_of(old)) and bool(journal.budgets_of(made.address))
            ),
        )
        await self._refused(self._first, old_code, Reason.PASS_BLOCKED)
        self._town.hand_out("lost", made)
        await self._approved_in(self._first, "lost", "1", Cents(1200))
        self._say(f"  {self._first.name}: that was the new code")

    async def a_card_dies(self) -> None:
        """A stall's terminal sells offline, and its storage is destroyed before it was online again."""
        self._stall = await self._town.open_till(plot.STALL)
        await self._begin(self._stall)
        await self._approved(self._stall, "family-33", Cents(800))
        await self._until_known(self._stall, "that this was paid", lambda journal: len(journal.outcomes()) == 1)
        await self._offline(self._stall)
        await self._approved(self._stall, "family-36", Cents(1500))
        config = str(self._stall.plan.config)
        receipt = json.loads(await self._town.run("terminal", "journal", "receipt", "2", "--config", config, "--json"))
        self._receipt = receipt["code"]
        await self._town.destroy(self._stall)
        self.lost.append(Lost(self._stall.name, 2, Cents(1500)))
        self._say(f"  {self._stall.name}: its card is no more; what is left of 15,00 is the customer's receipt")

    async def the_sponsor_makes_good(self) -> None:
        """The sponsor replaces the terminal, and credits the shop by the receipt: once."""
        claim = compensate.from_receipt(self._receipt)
        await self._refuses("before it is revoked", claim)
        self._stall, old = await self._replacement(), self._stall.terminal
        done = await self._town.on_chain(compensate.compensate, claim)
        self._say(f"  EUR {euros(done.amount)} credited to shop {done.shop}: {done.because}")
        await self._refuses("a second time", claim)
        revoked = await self._town.on_chain(Town.look, "slice_of", plot.KIND, checksum(old))
        self._require(bool(revoked["revoked"]), "the old terminal revoked", revoked)

    async def _replacement(self) -> Shop:
        """A new terminal in the old one's place, with a slice like that one had."""
        made = await self._town.make_till(plot.STALL, "stall-2")
        consent = TerminalSigner.load(made.plan.key, self._town.town.deployment.domain).sign_registration(made.number)
        pair = self._stall.terminal, made.terminal
        done = await self._town.on_chain(fleet.replace, *pair, consent, revoke=True)
        self._say(f"  {made.name}: a new terminal, with a slice of EUR {euros(Cents(done.slices[plot.KIND]))}")
        named = replace(made, name="stall-2")
        self._town.shops += (named,)
        return named

    async def _refuses(self, when: str, claim: compensate.Claim) -> None:
        try:
            await self._town.on_chain(compensate.compensate, claim)
        except Broken as refusal:
            self._say(f"  to compensate {when} is refused: {str(refusal).split(':', maxsplit=1)[0]}")
        else:
            self._require(holds=False, what=f"a refusal {when}", found="a compensation")

    async def a_refund_at_the_shops_other_till(self) -> None:
        """What was sold at one till of a shop is given back at another."""
        stall = self._stall
        await self._begin(stall)
        await self._approved(stall, "family-37", Cents(750))
        screen = await stall.counter.refund(self._town.code("family-08"), Cents(2495), Cents(500))
        self._require(screen.stage is Stage.REFUNDED, "5,00 given back", screen)
        await self._all_settled(stall)
        self._say(f"  {stall.name}: 5,00 of 24,95 given back that {self._second.name} sold in the morning")

    async def a_terminal_retires(self) -> None:
        """A terminal retires by its own last entry, and its slice is free again."""
        stall = self._stall
        await stall.daemon.stop()
        said = await self._town.run("terminal", "retire", "--config", str(stall.plan.config), "--yes")
        self._say(f"  {said.split('. ', maxsplit=1)[0]}")
        await stall.daemon.start()
        screen = await stall.counter.until(lambda now: now.stage is Stage.LOCKED, "that it sells no more")
        self._expect(screen, Reason.TERMINAL_IS_RETIRED)
        stall.counter.refusals.append(Reason.TERMINAL_IS_RETIRED)
        await self._all_settled(stall)
        free = await self._town.on_chain(fleet.release_slice, plot.KIND, stall.terminal)
        self._say(f"  EUR {euros(Cents(free))} of its slice are the sponsor's again")

    async def _owes(self, cents: int) -> None:
        owed = int(await self._town.on_chain(Town.view, "owed", plot.KIND, self._second.number))
        self._require(owed == cents, f"{cents} cents owed for refunds", owed)
        self._say(f"  {self._second.name}: owes EUR {euros(Cents(owed))} for refunds")
