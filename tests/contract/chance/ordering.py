"""Orders that passes sign, that anybody sends, and that are fetched, or freed."""

from contracts.wire import signature, typed_data
from contracts.wire.units import Address, Cents, Timestamp
from tests.contract.chance.acting import Acting, Outcome
from tests.contract.chance.picks import DAY, STRANGER, U32
from tests.contract.journals import Till, address, code, key


class Ordering(Acting):
    """What is set aside of budgets."""

    sent: tuple[object, ...] = ()
    """The newest order, as the contract was told it."""

    def set_aside(self) -> Outcome:
        """Mostly a new order of a family; seldom the newest one again."""
        if self.sent and self.one_in(10):
            return self.pair.act("set_aside", *self.sent, sender=STRANGER)
        return self.order(self.programme(), self.pick(1, 1, 2, 2, 9), self.holder())

    def order(self, programme: int, shop: int, holder: str) -> Outcome:
        """One for this shop; seldom one that nobody signed."""
        now, ends = self.pair.now, self.model(programme).ends
        amount = min(self.amount(programme, holder) + self.pick(0, 0, 500), U32)
        until = self.pick(now + 3_600, now + DAY, now + 14 * DAY, now + 14 * DAY, now, now - 1, ends, ends + 1)
        order = (programme, shop, Cents(amount), Timestamp(until), self.fresh())
        signed = signature.sign(key(holder), typed_data.order(self.pair.world.domain, *order))
        if self.one_in(20):
            signed = self.pick(bytes(64), b"\xff" * 64, signed[32:] + signed[:32])
        self.sent = (*order, signature.words(signed))
        return self.pair.act("set_aside", *self.sent, sender=STRANGER)

    def free_order(self) -> Outcome:
        """Mostly one that is open, by its sponsor or by anybody."""
        known = self.open_orders()
        programme, shop, who = self.programme(), self.pick(1, 2), address(self.holder())
        if known and not self.one_in(8):
            programme, shop, who = self.pick(*known)
        if self.one_in(3):
            return self.pair.act("free_order", programme, shop, who, sender=STRANGER)
        return self.act("free_order", programme, shop, who)

    def open_orders(self) -> list[tuple[int, int, Address]]:
        """Programme, shop and pass of all that is set aside."""
        return [(number, *place) for number, each in self.pair.ledger.programmes.items() for place in each.orders]

    def fetch(self, till: Till) -> None:
        """An ask for what is set aside at the till's shop, which is ordered now when nothing is; seldom a cent more."""
        shop = self.pair.ledger.terminals[till.address].shop
        if not any(place[1] == shop for place in self.open_orders()):
            self.order(self.programme(), shop, self.holder())
        here = [place for place in self.open_orders() if place[1] == shop]
        if not here:
            return self.ask(till)
        programme, _, who = self.pick(*here)
        amount = min(self.model(programme).orders[shop, who].amount + self.pick(0, 0, 0, 0, 1), U32)
        holder = next(name for name in (*self.holders, STRANGER) if address(name) == who)
        if not self.one_in(3):
            till.ask(holder, amount, programme, self.time(), self.deadline())
            return None
        delegation = code(self.ceiling(amount), self.counter(programme, holder), programme, self.expiry(self.pair.now))
        till.phone_ask(holder, amount, delegation, self.time(), self.deadline())
        return None
