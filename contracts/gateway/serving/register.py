"""Which terminals are on the contract: by the projection, or, for one that is new, by asking the chain once.

The asking is bounded, as anybody can make up addresses: one question at a time, few that wait for theirs (each holds
one of the gateway's turns, also while the node is silent), and a no is remembered for a while.
"""

from threading import BoundedSemaphore, Lock

from sqlalchemy import select

from contracts.gateway.chain.node import Node
from contracts.gateway.http.auth import Clock
from contracts.gateway.store.database import Store
from contracts.gateway.store.tables import terminals
from contracts.wire.errors import Refused, TryAgain
from contracts.wire.reasons import Reason
from contracts.wire.units import Address, Timestamp

_REMEMBER_SECONDS = 5
_REMEMBERED_MAX = 1_024
_WAIT_SECONDS = 3.0
_ASKERS_MAX = 4
_TOO_MANY = "too many new terminals at once"


class Register:
    """Knows terminals. `node` is used here alone, one caller at a time."""

    def __init__(self, store: Store, node: Node, clock: Clock) -> None:
        self._store = store
        self._node = node
        self._clock = clock
        self._asking = Lock()
        self._places = BoundedSemaphore(_ASKERS_MAX)
        self._unknown: dict[Address, Timestamp] = {}

    def check(self, terminal: Address) -> None:
        """Raises Refused(TERMINAL_UNKNOWN) when it is not on the contract, TryAgain when the chain cannot say."""
        with self._store.reading() as connection:
            if connection.execute(select(terminals.c.shop).where(terminals.c.terminal == terminal)).first():
                return
        if not self._places.acquire(blocking=False):
            raise TryAgain(_TOO_MANY)
        try:
            self._in_turn(terminal)
        finally:
            self._places.release()

    def _in_turn(self, terminal: Address) -> None:
        if not self._asking.acquire(timeout=_WAIT_SECONDS):
            raise TryAgain(_TOO_MANY)
        try:
            self._ask(terminal)
        finally:
            self._asking.release()

    def _ask(self, terminal: Address) -> None:
        now = self._clock()
        if self._unknown.get(terminal, 0) <= now:
            self._unknown.pop(terminal, None)
            if self._node.cursor(terminal).shop:
                return
            while len(self._unknown) >= _REMEMBERED_MAX:
                del self._unknown[next(iter(self._unknown))]
            self._unknown[terminal] = Timestamp(now + _REMEMBER_SECONDS)
        raise Refused(Reason.TERMINAL_UNKNOWN, "the terminal is not registered on the contract")
