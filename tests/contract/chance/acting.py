"""What sponsors, shops and everybody else do."""

from contracts.wire.hashing import keccak256
from tests.contract.chance.making import Making
from tests.contract.chance.picks import CLERK, DAY, DAY_LIMIT, FLOOR, STRANGER
from tests.contract.journals import address
from tests.contract.model import Event
from tests.contract.world import OFFLINE_WINDOW

Outcome = list[Event] | str
OFTEN = (
    *("fund", "grant", "grant", "grant", "raise_slice", "raise_slice", "raise_slice", "new_till"),
    *("pay_out", "pay_out", "repay", "compensate", "pause", "block", "place", "place", "change_rules", "set_roles"),
    *("time_passes", "time_passes", "time_passes", "set_aside", "set_aside", "set_aside", "free_order", "free_order"),
)
SELDOM = (
    *("withdraw", "release_slice", "revoke", "revoke", "retire_one", "reissue", "reissue", "move_admin", "move_payout"),
    *("choose_bank", "mark_paid", "mark_paid", "move_transfer", "move_transfer", "end_and_close", "sweep", "sweep"),
)


class Acting(Making):
    """Each of these calls one function; some by somebody who may not, some for what cannot be."""

    def act(self, name: str, programme: int, *arguments: object) -> Outcome:
        """As the programme's sponsor, or its clerk; seldom as somebody else."""
        sponsor = self.model(programme).sponsor
        who = self.admins.get(sponsor, STRANGER)
        if self.one_in(6):
            who = self.pick(CLERK, CLERK, self.pick(*self.admins.values()), STRANGER)
        return self.pair.act(name, programme, *arguments, sender=who)

    def some(self, most: int) -> int:
        """An amount that is mostly there."""
        return min(self.dice.randrange(1, 1_500), most) if not self.one_in(25) else most + 1

    def act_of_any_kind(self) -> None:
        """Mostly what happens every week."""
        getattr(self, self.pick(*SELDOM) if self.one_in(8) else self.pick(*OFTEN))()

    # ---- programmes

    def pause(self) -> Outcome:
        programme = self.programme()
        return self.act("set_paused", programme, not self.model(programme).paused and self.one_in(2))

    def change_rules(self) -> Outcome:
        """Seldom what makes no sense."""
        programme = self.programme()
        model, now = self.model(programme), self.pair.now
        begins = self.pick(now - 30 * DAY, now - 30 * DAY, now - 30 * DAY, now + 500)
        ends = self.pick(model.ends, model.ends, now + 300 * DAY, now + 300 * DAY, now + 5, now - 1)
        floor = self.pick(FLOOR, FLOOR, FLOOR - 300)
        limit = self.pick(DAY_LIMIT, DAY_LIMIT, DAY_LIMIT // 2)
        return self.act("set_programme", programme, begins, ends, floor, limit, OFFLINE_WINDOW, self.pick(0, 2, 6, 1))

    def end_and_close(self) -> Outcome:
        """Only one of the two: the other one is needed by all else."""
        model = self.model(2)
        if self.pair.now <= model.ends < self.pair.now + 270 * DAY:
            self.pair.pass_time(model.ends - self.pair.now + 90 * DAY + self.pick(0, 1, 1))
        return self.act("close_programme", 2)

    def sweep(self) -> Outcome:
        passes = [address(self.holder()) for _ in range(3)]
        return self.act("sweep", self.pick(1, 2, 2), passes, [self.till().address, self.till().address])

    def fund(self) -> Outcome:
        return self.pair.fund(self.pick(1, 2), self.dice.randrange(1, 3_000))

    def withdraw(self) -> Outcome:
        programme = self.pick(1, 2)
        return self.act("withdraw", programme, self.some(self.model(programme).reserve))

    # ---- passes

    def grant(self) -> Outcome:
        """Up to three at once; seldom with a reference that was used."""
        programme = self.programme()
        reference = keccak256((0 if self.one_in(20) else self.fresh()).to_bytes(4))
        passes = [address(self.holder()) for _ in range(self.dice.randrange(1, 4))]
        amounts = [self.some(self.model(programme).reserve // 3) for _ in passes]
        return self.act("grant", programme, reference, passes, amounts)

    def block(self) -> Outcome:
        holder = address(self.holder())
        programme = self.programme()
        return self.act("set_pass_blocked", programme, holder, not self.model(programme).budget(holder).blocked)

    def reissue(self) -> Outcome:
        """To a new pass, seldom to a known one."""
        new = f"family-{10 + self.fresh()}" if not self.one_in(10) else self.holder()
        outcome = self.act("reissue", self.programme(), address(self.holder()), address(new))
        if not isinstance(outcome, str):
            self.holders.append(new)
        return outcome

    # ---- shops and terminals

    def place(self) -> Outcome:
        standing = self.pick(1, 1, 1, 0, 0, 2, 3)
        return self.act("place_shop", self.programme(), self.pick(1, 1, 2, 2, 9), self.pick(0, 1, 2, 63, 64), standing)

    def raise_slice(self) -> Outcome:
        programme = self.programme()
        return self.act("raise_slice", programme, self.till().address, self.some(self.model(programme).reserve))

    def release_slice(self) -> Outcome:
        return self.act("release_slice", self.programme(), self.till().address)

    def revoke(self) -> Outcome:
        return self.act("revoke_terminal", self.programme(), self.till().address)

    def retire_one(self) -> None:
        """A terminal makes its last entry, which is settled some time."""
        self.retire(self.till())

    def new_till(self) -> None:
        """In place of one that retired or was revoked."""
        if len(self.pair.tills) < 6:
            shop = self.pick(1, 2)
            name = f"till-{len(self.pair.tills) + 1:02}"
            till = self.pair.world.new_till(name, shop, sponsor=self.admins[shop])
            self.pair.ledger.add_terminal(till.address, shop)
            self.pair.tills.append(till)
            self.act("raise_slice", self.pick(1, 2), till.address, 500)

    # ---- money for shops

    def pay_out(self) -> Outcome:
        return self.pair.act("pay_out", self.pick(1, 1, 2, 2, 9), self.programme(), sender=STRANGER)

    def repay(self) -> Outcome:
        return self.pair.act("repay", self.programme(), self.pick(1, 2), sender=STRANGER)

    def compensate(self) -> Outcome:
        """Seldom for what was compensated before."""
        programme = self.programme()
        digest = keccak256((0 if self.one_in(8) else self.fresh()).to_bytes(4))
        amount = self.some(self.model(programme).reserve)
        return self.act("compensate", programme, self.pick(1, 2, 9), digest, self.pick(amount, amount, amount, 0))

    def move_payout(self) -> Outcome:
        shop, new = self.pick(1, 2), f"shop-{self.fresh()}"
        who = self.payouts[shop] if not self.one_in(3) else self.pick(*self.payouts.values(), STRANGER)
        outcome = self.pair.act("move_payout", shop, address(new), sender=who)
        if not isinstance(outcome, str):
            self.payouts[shop] = new
        return outcome

    def choose_bank(self) -> Outcome:
        shop = self.pick(1, 2)
        who = self.payouts[shop] if not self.one_in(4) else self.pick(*self.payouts.values(), STRANGER)
        return self.pair.act("set_by_bank", shop, not self.pair.ledger.shops[shop].by_bank, sender=who)

    def mark_paid(self) -> Outcome:
        """Mostly for a shop that chose it: it chooses now, if it did not before."""
        programme, shop = self.programme(), self.pick(1, 2)
        if not self.pair.ledger.shops[shop].by_bank and not self.one_in(5):
            self.pair.act("set_by_bank", shop, True, sender=self.payouts[shop])
        credit = self.model(programme).account(shop).credit
        return self.act("mark_paid", programme, shop, self.some(credit), self.reference())

    def move_transfer(self) -> Outcome:
        """The shop or anybody confirms, the shop disputes, or the sponsor takes it back."""
        known = [(number, *place) for number, each in self.pair.ledger.programmes.items() for place in each.transfers]
        programme, shop, reference = (self.programme(), self.pick(1, 2), self.reference())
        if known and not self.one_in(8):
            programme, shop, reference = self.pick(*known)
        name = self.pick("confirm_transfer", "dispute_transfer", "reverse_transfer")
        if name == "reverse_transfer":
            return self.act(name, programme, shop, reference)
        who = self.pick(self.payouts[shop], self.payouts[shop], STRANGER)
        return self.pair.act(name, programme, shop, reference, sender=who)

    def reference(self) -> bytes:
        return self.dice.randrange(6).to_bytes(32)

    # ---- people

    def set_roles(self) -> Outcome:
        who = self.pick(*self.admins.values(), STRANGER)
        return self.pair.act("set_roles", address(CLERK), self.dice.randrange(9), sender=who)

    def move_admin(self) -> Outcome:
        """Offered and accepted; seldom without an offer."""
        sponsor, new = self.pick(1, 2), f"admin-{self.fresh()}"
        if not self.one_in(4):
            self.pair.act("offer_admin", address(new), sender=self.admins[sponsor])
        outcome = self.pair.act("accept_admin", sponsor, sender=new)
        if not isinstance(outcome, str):
            self.admins[sponsor] = new
        return outcome

    def time_passes(self) -> None:
        self.pair.pass_time(self.pick(60, 60, 600, 3_600, DAY, DAY, 8 * DAY, 31 * DAY))
