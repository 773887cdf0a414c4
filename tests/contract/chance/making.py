"""Entries that terminals make."""

from contracts.wire.entry import frame
from tests.contract.chance.picks import U32, Picks
from tests.contract.journals import Till, code


class Making(Picks):
    """Each of these puts one entry in a journal."""

    def make(self, till: Till) -> None:
        """Any entry, mostly a payment."""
        plain = (self.pay,) * 8 + (self.phone,) * 3 + (self.ask,) * 2 + (self.phone_ask,) * 2 + (self.refund,) * 5
        self.pick(*plain, self.fetch, self.fetch, self.make_wrong)(till)

    def fetch(self, till: Till) -> None:
        """What was ordered; `Ordering` knows what that is."""
        raise NotImplementedError

    def pay(self, till: Till) -> None:
        programme, holder = self.programme(), self.holder()
        till.pay(holder, self.amount(programme, holder), programme, self.time())

    def ask(self, till: Till) -> None:
        programme, holder = self.programme(), self.holder()
        amount = min(self.amount(programme, holder) + self.pick(0, 0, 500), U32)
        till.ask(holder, amount, programme, self.time(), self.deadline())

    def deadline(self) -> int:
        return self.pair.now + self.pick(120, 120, 120, 0, -1)

    def phone(self, till: Till) -> None:
        programme, holder = self.programme(), self.holder()
        amount = self.amount(programme, holder)
        counter = self.counter(programme, holder)
        time = self.time()
        till.phone(holder, amount, code(self.ceiling(amount), counter, programme, self.expiry(time)), time)

    def phone_ask(self, till: Till) -> None:
        programme, holder = self.programme(), self.holder()
        amount = self.amount(programme, holder)
        expiry = self.expiry(self.pair.now)
        delegation = code(self.ceiling(amount), self.counter(programme, holder), programme, expiry)
        till.phone_ask(holder, amount, delegation, self.time(), self.deadline())

    def ceiling(self, amount: int) -> int:
        return max(0, min(U32, amount + self.pick(100, 100, 0, 0, -1)))

    def refund(self, till: Till) -> None:
        """Mostly some of a sale that was made; sometimes of another shop's, of another pass, or of none."""
        sale = self.sale(till)
        if sale is None:
            till.refund(self.holder(), 1, self.pick(0, 1, till.sequence + 1, U32))
            return
        holder, programme, amount, seller, sequence = sale
        if self.one_in(15):
            holder = self.holder()
        if self.one_in(15):
            sequence = self.pick(0, till.sequence + 1, till.sequence + 2)
        part = self.pick(amount, amount, self.dice.randrange(amount + 1), amount * 3)
        till.refund(holder, min(part, U32), sequence, programme, seller.address)

    def retire(self, till: Till) -> None:
        till.retire(self.time())

    def make_wrong(self, till: Till) -> None:
        """What no honest terminal makes."""
        self.pick(self.junk, self.junk, self.spoil, self.spoil, self.misplace)(till)

    def junk(self, till: Till) -> None:
        """Bytes that are no entry, or the kind of one with another length."""
        kind = bytes([self.dice.randrange(8)])
        till.append(frame(kind + bytes(self.pick(0, 5, 6, 57, 77, 78, 83, 95, 254))))

    def spoil(self, till: Till) -> None:
        """A signature that nobody made."""
        entry = till.payment(self.holder(), 100, self.programme(), self.pair.now)
        till.append(entry[:-64] + self.pick(bytes(64), b"\xff" * 64, bytes(32) + entry[-32:], entry[-64:-32] * 2))

    def misplace(self, till: Till) -> None:
        """An entry that was signed for another place: it names a pass that nobody knows."""
        entry = self.till().payment(self.holder(), 100, 1, self.pair.now)
        till.append(self.pick(entry[:9] + bytes([entry[9] ^ 1]) + entry[10:], entry))
