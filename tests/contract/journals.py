"""Terminals with their journals. They sign whatever they are told to: the rules are the contract's to keep."""

from dataclasses import dataclass, field
from functools import cache

from coincurve import PrivateKey

from contracts.wire import journal, signature, typed_data
from contracts.wire.batch import Segment
from contracts.wire.entry import Ask, Delegation, Payment, PhoneAsk, PhonePayment, Refund, Retire, Sale
from contracts.wire.hashing import keccak256
from contracts.wire.typed_data import Domain
from contracts.wire.units import Address, Cents, Hash, Timestamp

NOW = Timestamp(1_800_000_000)


@cache
def key(name: str) -> PrivateKey:
    """The key of somebody, the same in every run."""
    return PrivateKey(keccak256(name.encode()))


@cache
def address(name: str) -> Address:
    """The address of somebody."""
    return signature.address_of(key(name))


def code(amount: int, counter: int, programme: int = 1, expiry: int = NOW + 600) -> Delegation:
    """What a phone shows."""
    return Delegation(programme, Cents(amount), Timestamp(expiry), counter)


@dataclass
class Till:
    """A terminal with its journal."""

    name: str
    domain: Domain
    entries: list[bytes] = field(default_factory=list)
    heads: list[Hash] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.heads = self.heads or [journal.genesis(self.domain, self.address)]

    @property
    def address(self) -> Address:
        """The terminal's address."""
        return address(self.name)

    @property
    def sequence(self) -> int:
        """The sequence of the last entry made."""
        return len(self.entries)

    def append(self, entry: bytes) -> int:
        """Put any bytes in the journal; returns their sequence."""
        self.entries.append(entry)
        self.heads.append(journal.advance(self.heads[-1], entry))
        return self.sequence

    def signed(self, content: Sale, holder: str) -> bytes:
        """The next entry, signed by the pass, not yet in the journal."""
        digest = content.digest(self.domain, self.address, self.sequence + 1)
        return content.pack(signature.sign(key(holder), digest))

    def payment(self, holder: str, amount: int, programme: int = 1, time: int = NOW) -> bytes:
        """A payment of a pass as the next entry, not yet in the journal."""
        return self.signed(Payment(programme, Cents(amount), Timestamp(time)), holder)

    def pay(self, holder: str, amount: int, programme: int = 1, time: int = NOW) -> int:
        """Approve a payment of a pass; returns its sequence, as all of these do."""
        return self.append(self.payment(holder, amount, programme, time))

    def ask(self, holder: str, amount: int, programme: int = 1, time: int = NOW, deadline: int = NOW + 120) -> int:
        """Leave a payment to the contract."""
        return self.append(self.signed(Ask(programme, Cents(amount), Timestamp(time), Timestamp(deadline)), holder))

    def phone(self, holder: str, amount: int, delegation: Delegation, time: int = NOW) -> int:
        """Approve a payment by a phone's code."""
        return self.append(self.signed(PhonePayment(Cents(amount), Timestamp(time), delegation), holder))

    def phone_ask(
        self, holder: str, amount: int, delegation: Delegation, time: int = NOW, deadline: int = NOW + 120
    ) -> int:
        """Leave a payment by a phone's code to the contract."""
        ask = PhoneAsk(Cents(amount), Timestamp(time), Timestamp(deadline), delegation)
        return self.append(self.signed(ask, holder))

    def refund(
        self, holder: str, amount: int, sale: int = 1, programme: int = 1, terminal: Address | None = None
    ) -> int:
        """Give back some of a sale, of this terminal unless another one is named."""
        who = self.address if terminal is None else terminal
        return self.append(Refund(programme, Cents(amount), NOW, address(holder), who, sale).pack())

    def retire(self, time: int = NOW) -> int:
        """The last entry of an honest journal."""
        return self.append(Retire(Timestamp(time)).pack())

    def segment(self, first: int = 1, last: int | None = None) -> Segment:
        """Entries first .. last of the journal, or all from first."""
        end = self.sequence if last is None else last
        return Segment(self.address, first, self.heads[first - 1], tuple(self.entries[first - 1 : end]), self.sign(end))

    def after(self, cursor: int, back: int = 0, short: int = 0) -> Segment | None:
        """What is new after a sequence, with some that is not, without some of the last; nothing when nothing is."""
        last = self.sequence - short if self.sequence - short > cursor else self.sequence
        return self.segment(max(1, cursor + 1 - back), last) if last > cursor else None

    def sign(self, sequence: int) -> bytes:
        """The terminal's signature at a sequence."""
        digest = typed_data.journal(self.domain, self.address, sequence, self.heads[sequence])
        return signature.sign(key(self.name), digest)
