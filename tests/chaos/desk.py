"""The desk where families order: it has what they sign set aside, tells shops what waits, and gives some of it back.

It goes through doors of its own, so that its requests meet what everybody's do. It follows no event: what it believes
to wait may be over when a till hears of it; then that asks for what is no order any more, as it may.
"""

import asyncio
import time
from collections import Counter, deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from random import Random

from contracts.chain import Reverted
from contracts.wire.errors import Broken, Refused, TryAgain
from contracts.wire.signature import sign
from contracts.wire.units import Cents, Timestamp
from provisioning import orders
from provisioning.offering import Row, publish
from provisioning.orders import Signed
from provisioning.town import Town
from tests.chaos.aside import Key
from tests.chaos.street import DAY, SHOPS, Family

FIRST_ORDERS = 15
"""So many wait before the storm begins."""
SOON_SECONDS = (20, 60)
"""So soon is the time of some orders over."""
_UNDONE = (Broken, TryAgain, Refused, OSError)
"""What comes of a request that the storm was at."""


@dataclass(frozen=True, slots=True)
class Ordered:
    """What a family signed."""

    family: Family
    order: Signed

    @property
    def key(self) -> Key:
        """Under which the contract keeps it."""
        return self.order.programme, self.order.shop, self.family.address


class Desk:
    """Whoever sends what families sign. `town` signs as one who may grant."""

    def __init__(self, town: Town, families: Sequence[Family], chance: Random) -> None:
        self.tally: Counter[str] = Counter()
        self.signed: list[Ordered] = []
        """All that was signed, whatever became of it."""
        self._town = town
        self._families = families
        self._gateway_url = self._token = ""
        self._chance = chance
        self._waiting: dict[Key, Ordered] = {}
        self._unanswered: deque[Ordered] = deque()
        """Sent or not, set aside or not: nobody said so yet."""
        self._untold: set[int] = set()
        """Shops where something else waits than what was told."""
        self._over = asyncio.Event()

    def begin(self) -> None:
        """Some orders before the storm. Raises Broken or TryAgain."""
        while len(self._waiting) < FIRST_ORDERS:
            with suppress(Reverted):  # a pass has one order open at a shop
                self._send(self._sign())

    def open(self, gateway_url: str, token: str) -> None:
        """From now on shops are told of it here, with this credential of the role enrol."""
        self._gateway_url, self._token = gateway_url, token

    async def work(self) -> None:
        """Until `leave`; no act is broken off, as its thread would go on. What is not taken now is left."""
        while not self._over.is_set():
            act = self._chance.choice((self._order, self._order, self._again, self._look, self._free, self._tell))
            try:
                await asyncio.to_thread(act)
            except Reverted:
                self.tally["refused by the contract"] += 1
            except _UNDONE:
                self.tally["in vain"] += 1
            else:
                self.tally[str(act.__doc__)] += 1
            await asyncio.sleep(self._chance.uniform(0.1, 0.5))

    async def leave(self, working: asyncio.Task[None]) -> None:
        """End the work when its last act is done, and tell each shop what does wait, now that everything answers."""
        self._over.set()
        await working
        for each in list(self._waiting.values()):
            await asyncio.to_thread(self._look_at, each)
        for shop in range(1, SHOPS + 1):
            await asyncio.to_thread(self._tell_shop, shop)

    def waiting_at(self, shop: int) -> list[Ordered]:
        """What may be fetched there, as far as the desk knows."""
        return [each for each in list(self._waiting.values()) if each.order.shop == shop]

    def fetched(self, ordered: Ordered) -> None:
        """A shopkeeper says that it was handed over."""
        self._waiting.pop(ordered.key, None)

    def _order(self) -> None:
        """orders sent"""
        self._send(self._unanswered.popleft() if self._unanswered else self._sign())

    def _again(self) -> None:
        """orders sent again, as a block may be gone"""
        self._send(self._chance.choice(self.signed))

    def _free(self) -> None:
        """orders given back or found to be over"""
        waiting = list(self._waiting.values())
        over = [each for each in waiting if each.order.until < time.time()]
        for each in over or self._chance.sample(waiting, min(1, len(waiting))):
            orders.free(self._town, each.order.programme, each.order.shop, each.family.address)
            self._waiting.pop(each.key, None)
            self._untold.add(each.order.shop)

    def _look(self) -> None:
        """orders looked at"""
        waiting = list(self._waiting.values())
        for each in self._chance.sample(waiting, min(1, len(waiting))):
            self._look_at(each)

    def _look_at(self, ordered: Ordered) -> None:
        if orders.standing(self._town, ordered.order.programme, ordered.order.shop, ordered.family.address) is None:
            self._waiting.pop(ordered.key, None)
            self._untold.add(ordered.order.shop)

    def _tell(self) -> None:
        """shops told"""
        for shop in sorted(self._untold) or [self._chance.randint(1, SHOPS)]:
            self._tell_shop(shop)

    def _tell_shop(self, shop: int) -> None:
        publish(self._gateway_url, self._token, shop, [_row(each) for each in self.waiting_at(shop)])
        self._untold.discard(shop)

    def _send(self, ordered: Ordered) -> None:
        """It may wait from now on, also when nobody says so, as a reply may be lost; then it is sent again later."""
        try:
            if not orders.set_aside(self._town, ordered.order):
                return
        except Reverted:
            raise
        except _UNDONE:
            self._unanswered.append(ordered)
            self._expect(ordered)
            raise
        self._expect(ordered)

    def _expect(self, ordered: Ordered) -> None:
        self._waiting[ordered.key] = ordered
        self._untold.add(ordered.order.shop)

    def _sign(self) -> Ordered:
        """What a family orders next; its number is its own."""
        family = self._chance.choice(self._families)
        programme = 2 if family.number % 2 == 0 and self._chance.random() < 0.3 else 1
        shop, number = self._chance.randint(1, SHOPS), len(self.signed)
        plain = Signed(programme, shop, self._price(family), self._until(), number, bytes(64))
        signature = sign(family.key, plain.digest(self._town.deployment.domain))
        self.signed.append(Ordered(family, replace(plain, signature=signature)))
        return self.signed[-1]

    def _price(self, family: Family) -> Cents:
        """Within the floor limit and above it."""
        return Cents(self._chance.randint(10_00, 40_00) if family.narrow else self._chance.randint(30_00, 90_00))

    def _until(self) -> Timestamp:
        seconds = self._chance.randint(*SOON_SECONDS) if self._chance.random() < 0.3 else DAY
        return Timestamp(int(time.time()) + seconds)


def _row(ordered: Ordered) -> Row:
    order = ordered.order
    return Row(ordered.family.address, order.programme, order.amount, order.until, f"order {order.number}")
