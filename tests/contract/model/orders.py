"""What passes have set aside for shops: by their signature, until a time, for one order at a time and shop."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from contracts.wire import signature, typed_data
from contracts.wire.units import Address, Cents, Timestamp
from tests.contract.model.bank import Bank
from tests.contract.model.people import GRANTS
from tests.contract.model.state import DAY, NOBODY, U32, Event, Order, Programme, require


@dataclass
class Orders(Bank):
    """Budgets of which a part waits."""

    counted: set[tuple[Address, bytes]] = field(default_factory=set)
    """Passes and digests."""

    def set_aside(
        self, _: Address, number: int, shop: int, amount: int, until: int, own: int, signed: tuple[bytes, bytes]
    ) -> Iterator[Event]:
        digest = typed_data.order(self.domain, number, shop, Cents(amount), Timestamp(until), own)
        holder = signature.recover(digest, b"".join(signed)) or NOBODY
        programme = self.programmes.get(number, Programme())
        require(holder != NOBODY, "order: no signature")
        require((holder, digest) not in self.counted, "order: set aside before")
        require(amount, "order: no amount")
        require((shop, holder) not in programme.orders, "order: another is open")
        self._require_open(programme, shop, until)
        budget = programme.budget(holder)
        day = max(self.now // DAY, budget.day)
        today = budget.spent_on(day) + amount
        require(budget.known, "order: pass unknown")
        require(not budget.blocked, "order: pass blocked")
        require(amount <= budget.left, "order: more than is left")
        require(today <= programme.day_limit, "order: day limit")
        self.counted.add((holder, digest))
        programme.orders[shop, holder] = Order(amount, until)
        budget.left -= amount
        budget.today, budget.day = today, day
        yield ("SetAside", number, shop, holder, amount, until)

    def _require_open(self, programme: Programme, shop: int, until: int) -> None:
        is_open = programme.sponsor and not programme.paused and not programme.closed
        require(is_open, "order: programme not open")
        require(programme.begins <= self.now, "order: period not begun")
        require(self.now <= until, "order: over already")
        require(until <= programme.ends, "order: after the end")
        require(programme.admits(shop), "order: shop not admitted")

    def free_order(self, sender: Address, number: int, shop: int, holder: Address) -> Iterator[Event]:
        programme = self.programmes.get(number, Programme())
        order = programme.orders.get((shop, holder), Order(0, 0))
        require(order.amount, "order: none")
        over = self.now > order.until or programme.closed
        require(over or self.may(sender, programme.sponsor, GRANTS), "order: not over")
        del programme.orders[shop, holder]
        heir = programme.heir(holder)
        budget = programme.budget(heir)
        drawn = min(budget.drawn, order.amount)
        budget.drawn -= drawn
        budget.spent += min(drawn, U32 - budget.left - budget.spent)
        programme.reserve += drawn
        to_budget = self._give_back(programme, heir, order.amount - drawn)
        yield ("SetFree", number, shop, holder, to_budget, order.amount - to_budget)
