"""The families who come into the shops, and the sponsor's clerk who changes rules under their hands."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from random import Random

from contracts import chain
from contracts.chain import checksum
from contracts.wire.errors import Broken, TryAgain
from contracts.wire.typed_data import Domain
from contracts.wire.units import Cents
from provisioning import fleet, holdings, programme
from provisioning.town import Town
from terminal.core.screen import SaleChoice
from tests.chaos import street
from tests.chaos.desk import Desk
from tests.chaos.street import PROGRAMMES, Family, Till

CEILING = Cents(50_00)
RECEIPT_SECONDS = 15
"""A transaction that a reorganisation dropped is not waited for much longer than it takes."""


@dataclass(frozen=True, slots=True)
class Errand:
    """A customer who fetches an order: the code that is held up, the programme's name, and the price in cents."""

    code: str
    programme: str
    amount: Cents
    done: Callable[[], None]
    """To be called when the screen has approved it."""


class Families:
    """Who comes next. Many want the same few narrow budgets, and a code on a phone is sometimes shown twice."""

    def __init__(self, families: Sequence[Family], domain: Domain, desk: Desk) -> None:
        self._families = families
        self._narrow = [each for each in families if each.narrow]
        self._domain = domain
        self._desk = desk
        self._counters: Counter[int] = Counter()
        self._shown: dict[int, str] = {}

    def customer(self, chance: Random) -> Family:
        """The next one."""
        return chance.choice(self._narrow if chance.random() < 0.3 else self._families)

    def code(self, chance: Random, family: Family) -> str:
        """The letter, or what the phone shows: the newest code, or the one that was shown before."""
        if not family.has_phone or chance.random() < 0.5:
            return family.code
        if family.number in self._shown and chance.random() < 0.2:
            return self._shown[family.number]
        return self._newest(family, CEILING)

    def errand(self, till: Till, chance: Random) -> Errand | None:
        """Somebody who fetches an order, by letter or by phone, when the desk knows of one that waits here."""
        if not (waiting := self._desk.waiting_at(till.shop)):
            return None
        ordered = chance.choice(waiting)
        family, order = ordered.family, ordered.order
        by_phone = family.has_phone and order.programme == 1 and chance.random() < 0.5
        code = self._newest(family, order.amount) if by_phone else family.code
        return Errand(code, PROGRAMMES[order.programme], order.amount, lambda: self._desk.fetched(ordered))

    def may_give_back(self, till: Till, sale: SaleChoice) -> bool:
        """Each terminal gives back what it sold itself: then two never give back the same sale."""
        return sale.here

    def _newest(self, family: Family, ceiling: Cents) -> str:
        """What its phone shows next."""
        self._counters[family.number] += 1
        code = family.phone_code(self._domain, 1, self._counters[family.number], ceiling)
        self._shown[family.number] = code
        return code


class Clerk:
    """Blocks passes and lets them go, pauses a programme, grants, and refills slices, while shops sell."""

    def __init__(self, town: Town, families: Sequence[Family], tills: Sequence[Till], chance: Random) -> None:
        self.tally: Counter[str] = Counter()
        self._town = replace(town)
        self._families = families
        self._tills = tills
        self._chance = chance
        self._turn = 0

    async def work(self) -> None:
        """Until cancelled. What the chain does not take now is left."""
        chain.RECEIPT_SECONDS = RECEIPT_SECONDS
        while True:
            await asyncio.sleep(self._chance.uniform(1, 5))
            act = self._chance.choice((self._block, self._block, self._pause, self._grant, self._refill))
            try:
                await asyncio.to_thread(act)
            except (Broken, TryAgain, OSError, RuntimeError):
                self.tally["in vain"] += 1
            else:
                self.tally[str(act.__doc__)] += 1

    async def leave(self) -> None:
        """Let the programmes go on, whatever was done before."""
        await self._insist(lambda: programme.pause(self._town, 2, paused=False))

    async def _insist(self, act: Callable[[], None]) -> None:
        for _ in range(20):
            try:
                await asyncio.to_thread(act)
            except (TryAgain, OSError, Broken):
                await asyncio.sleep(1)
            else:
                return

    def _block(self) -> None:
        """passes blocked or let go"""
        who = self._chance.choice(self._families)
        blocked = bool(self._town.look("budget", 1, checksum(who.address))["blocked"])
        holdings.set_blocked(self._town, who.address, blocked=not blocked)

    def _pause(self) -> None:
        """programme paused or let go on"""
        paused = programme.show(self._town, 2).paused
        programme.pause(self._town, 2, paused=not paused)

    def _grant(self) -> None:
        """budgets granted"""
        self._turn += 1
        street.refill(self._town, [each for each in self._families if each.narrow], f"turn {self._turn}")

    def _refill(self) -> None:
        """slices refilled"""
        for till in self._tills:
            for number in street.PROGRAMMES:
                short = street.SLICE - fleet.left(self._town, number, till.address)
                if short > street.SLICE // 2:
                    fleet.raise_slice(self._town, number, till.address, short)
