"""The state that `step` takes and gives back: what the counter is at, and what the terminal knows around it."""

from dataclasses import dataclass

from contracts.wire.entry import Delegation
from contracts.wire.reasons import Reason
from contracts.wire.units import Address
from terminal.core.care import Trouble
from terminal.core.counter import Sale
from terminal.core.facts import Checkpoint, GivenBack, Lost, OpenEntry, Outcome, PastSale, Programme


@dataclass(frozen=True, slots=True)
class Read:
    """The last pass that was read, by which of its codes, and when."""

    pass_address: Address
    delegation: Delegation | None
    uptime_ms: int


@dataclass(frozen=True, slots=True)
class Knowledge:
    """All that approving depends on, apart from the pass itself."""

    sequence: int
    """Of the journal's last entry."""
    forwarded: int = 0
    entries: tuple[OpenEntry, ...] = ()
    """Payments and asks, in order; no ask that is refused."""
    checkpoint: Checkpoint | None = None
    programmes: tuple[Programme, ...] = ()
    snapshot_sequence: int = 0
    locked: Reason | None = None
    open_asks: tuple[OpenEntry, ...] = ()
    """Asks whose end is not known: one at most, as none is made while one is open."""


@dataclass(frozen=True, slots=True)
class State:
    """Everything: `step` is a function of this and one event."""

    sale: Sale
    knowledge: Knowledge
    terminal: Address
    """This one."""
    has_pin: bool
    """Whether the shop set one."""
    last_read: Read | None = None
    touched_ms: int = 0
    """Uptime of the last key or new pass: somebody is there."""
    recent: tuple[OpenEntry | GivenBack, ...] = ()
    """The newest entries, newest first, at most RECENT_MAX."""
    outcomes: tuple[Outcome, ...] = ()
    """What the gateway says has become of those, by sequence."""
    ends: tuple[Outcome, ...] = ()
    """How asks among those ended, on the chain's own word, by sequence."""
    paid_asks: tuple[OpenEntry, ...] = ()
    """Asks that were paid, oldest first, until somebody says what became of the goods."""
    refunds: tuple[GivenBack, ...] = ()
    """This journal's refunds after the checkpoint, in order."""
    last_sale: PastSale | None = None
    """The newest sale of this journal, net: all refunds of this journal are in it."""
    pin_failures: int = 0
    """Wrong PINs in a row."""
    pin_again_ms: int = 0
    """Uptime from which a PIN is taken."""
    gateway: bool = False
    chain: bool = False
    attention: Reason | None = None
    lost: tuple[Lost, ...] = ()
    """What the contract rejected and no closed day tells of yet, oldest first."""
    devices: tuple[tuple[str, str], ...] = ()
    """Name and status, by name."""
    troubles: tuple[Trouble, ...] = ()
    """What is wrong with the machine itself, the worst first."""
