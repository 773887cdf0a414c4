"""What an operator may want to know of a gateway, at one moment. Plain values: `reading` and `asking` fill them.

Times are seconds since 1970 UTC, money of terminals is euro cents, money for gas is wei unless a name says gwei.
"""

from dataclasses import dataclass

from contracts.wire.units import Address, Timestamp

WEI_PER_GWEI = 10**9


@dataclass(frozen=True, slots=True)
class Journal:
    """A terminal with entries that are not settled at final depth: the first of them, and how many are where."""

    terminal: Address
    first: int
    since: Timestamp  # when the first of them was taken in
    waiting: int  # in no transaction
    sent: int  # in a transaction that is in no block
    mined: int  # in a block that could still be undone


@dataclass(frozen=True, slots=True)
class Trouble:
    """A terminal whose entries cannot be settled as they are."""

    terminal: Address
    reason: int
    detail: str
    since: Timestamp
    attempts: int


@dataclass(frozen=True, slots=True)
class Draw:
    """A sale that was paid from its terminal's slice."""

    terminal: Address
    sequence: int
    programme: int
    reason: int
    cents: int
    accepted_at: Timestamp


@dataclass(frozen=True, slots=True)
class Slice:
    """What is left of a terminal's slice, in a programme in which it may still sell."""

    programme: int
    terminal: Address
    shop: int
    left: int
    floor_limit: int


@dataclass(frozen=True, slots=True)
class Transaction:
    """A transaction whose fate is not final. `max_fee` is what its newest attempt offers, in wei."""

    account: Address
    nonce: int
    created_at: Timestamp
    attempts: int
    max_fee: int
    block: int | None


@dataclass(frozen=True, slots=True)
class Spent:
    """What final transactions of an account took: all of them, and on its last whole days with any."""

    account: Address
    transactions: int
    entries: int
    gas: int
    fee_gwei: int
    days: int
    days_fee_gwei: int

    @property
    def a_day(self) -> int | None:
        """The mean of those days in wei; None until there was one."""
        return self.days_fee_gwei * WEI_PER_GWEI // self.days if self.days_fee_gwei else None


@dataclass(frozen=True, slots=True)
class Settled:
    """How many entries the contract has consumed: paid or done, paid from a slice, rejected."""

    paid: int
    drawn: int
    rejected: int


@dataclass(frozen=True, slots=True)
class Stored:
    """What the store says. `block` is how far the chain was read; `processes` hold leases now, `senders` are leased."""

    contract: Address
    chain_id: int
    block: int
    terminals: int
    journals: tuple[Journal, ...]
    troubles: tuple[Trouble, ...]
    draws: tuple[Draw, ...]
    slices: tuple[Slice, ...]
    settled: Settled
    transactions: tuple[Transaction, ...]
    spent: tuple[Spent, ...]
    processes: tuple[str, ...]
    senders: tuple[Address, ...]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A node: its name (without what may be secret in its address), and why it is not used, or nothing."""

    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Chain:
    """What the nodes say. What no node said is None. `ceiling` is the most that we pay for a unit of gas, in wei."""

    endpoints: tuple[Endpoint, ...]
    latest: int | None
    latest_at: Timestamp | None
    final: int | None
    final_at: Timestamp | None
    base_fee: int | None
    ceiling: int
    balances: dict[Address, int]


@dataclass(frozen=True, slots=True)
class Facts:
    """All of it. `chain` is None when no node was named; `disk_free` is in bytes, None when it is not ours to see."""

    now: Timestamp
    stored: Stored
    chain: Chain | None
    disk_free: int | None
