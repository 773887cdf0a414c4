"""What is picked: mostly what is usual, sometimes what lies at a limit, seldom what is wrong."""

from random import Random
from typing import TypeVar

from contracts.wire.entry import unpack
from tests.contract.journals import Till, address
from tests.contract.model import Programme
from tests.contract.pair import Pair

Picked = TypeVar("Picked")

DAY = 86_400
FLOOR, DAY_LIMIT, BUDGET, SLICE = 900, 1_500, 2_500, 4_000
"""Near each other, so that sales reach every one of them."""

HOLDERS = 4
U32 = 2**32 - 1
STRANGER = "family-99"
CLERK = "clerk-01"


class Picks:
    """A pair, the dice, and the names in play."""

    def __init__(self, pair: Pair, dice: Random) -> None:
        self.pair = pair
        self.dice = dice
        self.holders = [f"family-{number:02}" for number in range(1, HOLDERS + 1)]
        self.admins = {1: "sponsor-01", 2: "sponsor-02"}
        self.payouts = {1: "shop-01", 2: "shop-02"}
        self.count = 0
        for programme in (1, 2):
            for holder in self.holders:
                pair.grant(programme, holder, BUDGET)
            for till in pair.tills:
                pair.sponsor("raise_slice", programme, till.address, SLICE)

    def one_in(self, odds: int) -> bool:
        """Whether what happens once in so many times happens now."""
        return self.dice.randrange(odds) == odds - 1

    def pick(self, *items: Picked) -> Picked:
        """One of these; name what is usual more than once."""
        return items[self.dice.randrange(len(items))]

    def fresh(self) -> int:
        """A number that was not used before."""
        self.count += 1
        return self.count

    def till(self) -> Till:
        """A terminal."""
        return self.pick(*self.pair.tills)

    def programme(self) -> int:
        """Mostly the first, seldom one that does not exist."""
        return self.pick(1, 1, 1, 1, 2, 2) if not self.one_in(40) else 3

    def model(self, programme: int) -> Programme:
        """The model of a programme."""
        return self.pair.ledger.programmes.get(programme, Programme())

    def holder(self) -> str:
        """Mostly a pass with a budget, sometimes one that was replaced, seldom a stranger's."""
        return STRANGER if self.one_in(20) else self.pick(*self.holders)

    def amount(self, programme: int, holder: str) -> int:
        """Mostly within the rules, often just at one of them."""
        model = self.model(programme)
        budget = model.budget(address(holder))
        limits = (model.floor_limit, budget.left, model.day_limit - budget.today)
        if self.one_in(3):
            return max(0, self.pick(*limits) + self.pick(-1, 0, 0, 1))
        if self.one_in(30):
            return self.pick(0, model.slice_of(self.till().address).left + 1, U32)
        return self.dice.randrange(1, 400)

    def time(self) -> int:
        """Mostly now, sometimes a clock that is wrong, or a day before."""
        return max(0, self.pair.now + self._offset())

    def _offset(self) -> int:
        if not self.one_in(4):
            return -self.dice.randrange(60)
        return self.pick(900, 901, -DAY, -6 * DAY, -8 * DAY, -40 * DAY, 400 * DAY, -self.pair.now)

    def expiry(self, time: int) -> int:
        """Of a phone's code: mostly ten minutes after that time, sometimes just then or before."""
        return max(0, time + self.pick(600, 600, 600, 0, -1))

    def counter(self, programme: int, holder: str) -> int:
        """Of a phone's code: mostly a new one, sometimes used before, sometimes at the window's edge."""
        newest = self.model(programme).budget(address(holder)).counter
        step = self.pick(1, 1, 1, 2, 0, -1, -2, -63, -64, 63, 64, 200)
        return min(max(0, newest + step), U32) if not self.one_in(60) else U32

    def sale(self, till: Till) -> tuple[str, int, int, Till, int] | None:
        """A sale to give back: pass, programme, amount, terminal and sequence; mostly one of this till."""
        seller = till if not self.one_in(3) else self.till()
        known = [self._sale(seller, sequence) for sequence in range(max(1, seller.sequence - 12), seller.sequence + 1)]
        sales = [found for found in known if found]
        return self.pick(*sales) if sales else None

    def _sale(self, till: Till, sequence: int) -> tuple[str, int, int, Till, int] | None:
        signed = unpack(till.entries[sequence - 1])
        who = signed.signer(self.pair.world.domain, till.address, sequence) if signed else None
        holder = next((name for name in self.holders if address(name) == who), None)
        if signed is None or holder is None:
            return None
        content = signed.content
        return holder, getattr(content, "programme", 1), getattr(content, "amount", 1), till, sequence
