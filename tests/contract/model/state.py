"""What the contract keeps, in plain Python: no slots, no bytes, no gas. Money is in cents."""

from dataclasses import dataclass, field

from contracts.wire.units import Address

Event = tuple[object, ...]
"""The name of an event of the contract and its arguments in their order."""

DAY = 86_400
U32, U64 = 2**32 - 1, 2**64 - 1
NOBODY = Address(bytes(20))


class Undone(Exception):
    """The contract reverts for this reason, and nothing has changed."""


def require(holds: object, reason: str) -> None:
    """The model's `assert`. Raises Undone."""
    if not holds:
        raise Undone(reason)


@dataclass
class Budget:
    """What a pass has in a programme."""

    left: int = 0
    spent: int = 0
    drawn: int = 0
    today: int = 0
    day: int = 0
    blocked: bool = False
    known: bool = False
    counter: int = 0
    window: int = 0

    def spent_on(self, day: int) -> int:
        """What was spent on that day, which is not before its own."""
        return self.today if day == self.day else 0

    def is_unused(self, counter: int) -> bool:
        """Whether no phone code of this pass had that number, or it is too old to say."""
        return counter > self.counter or (self.counter - counter < 64 and not self.window >> self.counter - counter & 1)

    def use(self, counter: int) -> None:
        """Mark an unused number."""
        if counter > self.counter:
            ahead = counter - self.counter
            self.window = self.window << ahead & U64 if ahead < 64 else 0
            self.counter = counter
        self.window |= 1 << self.counter - counter


@dataclass
class Slice:
    """What a terminal may pay beyond budgets and rules."""

    left: int = 0
    revoked: bool = False


@dataclass
class Owed:
    """A refund of which not all has moved."""

    pass_address: Address
    to_reserve: int
    to_budget: int

    @property
    def amount(self) -> int:
        """What is still to move."""
        return self.to_reserve + self.to_budget


@dataclass
class Account:
    """A shop in a programme."""

    credit: int = 0
    category: int = 0
    standing: int = 0
    taken: int = 0
    """What entries brought, less what refunds took back."""
    queue: list[Owed] = field(default_factory=list)

    @property
    def owed(self) -> int:
        """What its refunds still cost it."""
        return sum(item.amount for item in self.queue)


@dataclass
class Transfer:
    """Credit that the sponsor paid by bank: 1 marked, 2 disputed, 3 confirmed, 4 reversed."""

    amount: int
    since: int
    state: int = 1


@dataclass
class Order:
    """What a pass had set aside for a shop."""

    amount: int
    until: int


@dataclass
class Programme:
    """A programme's rules, and all of its money."""

    sponsor: int = 0
    begins: int = 0
    ends: int = 0
    floor_limit: int = 0
    day_limit: int = 0
    categories: int = 0
    paused: bool = False
    closed: bool = False
    reserve: int = 0
    held: int = 0
    budgets: dict[Address, Budget] = field(default_factory=dict)
    successors: dict[Address, Address] = field(default_factory=dict)
    slices: dict[Address, Slice] = field(default_factory=dict)
    accounts: dict[int, Account] = field(default_factory=dict)
    references: set[bytes] = field(default_factory=set)
    compensated: set[bytes] = field(default_factory=set)
    transfers: dict[tuple[int, bytes], Transfer] = field(default_factory=dict)
    orders: dict[tuple[int, Address], Order] = field(default_factory=dict)

    def budget(self, pass_address: Address) -> Budget:
        """The budget of a pass; an empty one that nobody keeps where there is none."""
        return self.budgets.get(pass_address, Budget())

    def account(self, shop: int) -> Account:
        """What a shop has here."""
        return self.accounts.setdefault(shop, Account())

    def slice_of(self, terminal: Address) -> Slice:
        """What was set apart for a terminal."""
        return self.slices.setdefault(terminal, Slice())

    def heir(self, pass_address: Address) -> Address:
        """The pass that stands for this one now; eight times replaced is as far as it is followed."""
        for _ in range(8):
            pass_address = self.successors.get(pass_address, pass_address)
        return pass_address

    def admits(self, shop: int) -> bool:
        """Whether budgets can be spent at a shop."""
        account = self.account(shop)
        by_category = account.category > 0 and self.categories >> account.category & 1
        return account.standing == 1 or (account.standing == 0 and bool(by_category))

    def is_ready(self, shop: int, pass_address: Address, amount: int, now: int) -> bool:
        """Whether exactly this amount is set aside for the pass at that shop, and its time is not over."""
        order = self.orders.get((shop, pass_address))
        return order is not None and order.amount == amount and now <= order.until

    def is_over(self, now: int) -> bool:
        """Whether what is given back is the sponsor's."""
        return self.closed or now > self.ends

    def in_transfer(self) -> int:
        """What was marked as paid by bank, and is neither confirmed nor reversed."""
        return sum(transfer.amount for transfer in self.transfers.values() if transfer.state <= 2)

    def promised(self) -> int:
        """What it holds, counted by what it is for."""
        budgets = sum(budget.left for budget in self.budgets.values())
        orders = sum(order.amount for order in self.orders.values())
        slices = sum(part.left for part in self.slices.values())
        credit = sum(account.credit for account in self.accounts.values())
        return self.reserve + budgets + orders + slices + credit + self.in_transfer()


@dataclass
class Terminal:
    """How far a journal is settled."""

    shop: int
    head: bytes
    sequence: int = 0
    retired: bool = False
    ask: tuple[int, int] = (0, 0)
    """Sequence and reason of its last ask."""


@dataclass
class Shop:
    """Who is paid."""

    sponsor: int
    payout: Address
    by_bank: bool = False


@dataclass
class Sponsor:
    """Who funds programmes, and who may act for it."""

    admin: Address
    offered: Address | None = None
    roles: dict[Address, int] = field(default_factory=dict)


def entry_day(time: int, now: int, own: int) -> int:
    """The day for which an entry counts: at most a week back, never ahead of the clock, never before the budget's."""
    return max(own, min(max(time // DAY, now // DAY - 7), (now + 900) // DAY))
