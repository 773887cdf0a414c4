"""What an entry is about, before the contract has judged it. Pure: no store, no chain, no clock."""

from dataclasses import dataclass

from contracts.wire import entry as wire_entry
from contracts.wire.entry import Ask, PhoneAsk, PhonePayment, Refund, Retire
from contracts.wire.typed_data import Domain
from contracts.wire.units import Address, Cents, Timestamp


@dataclass(frozen=True, slots=True)
class Claim:
    """A payment or an ask by the pass that signed it. `counter` is that of a phone's code."""

    programme: int
    pass_address: Address
    amount: Cents
    time: Timestamp
    counter: int | None
    asks: bool


def claim(domain: Domain, terminal: Address, sequence: int, entry: bytes, known: Address | None = None) -> Claim | None:
    """What the entry takes from which budget; `known` is the pass that signed it, where that was found out before.

    None when it takes from none, or when the contract will reject it for its form, its signature or its amount.
    """
    signed = wire_entry.unpack(entry)
    if signed is None or isinstance(signed.content, Refund | Retire):
        return None
    sale = signed.content
    signer = known or signed.signer(domain, terminal, sequence)
    if signer is None or sale.amount == 0:
        return None
    counter = sale.delegation.counter if isinstance(sale, PhonePayment | PhoneAsk) else None
    return Claim(sale.programme, signer, sale.amount, sale.time, counter, isinstance(sale, Ask | PhoneAsk))


def asks(entry: bytes) -> bool:
    """Whether the entry asks, and takes nothing until the contract says yes."""
    signed = wire_entry.unpack(entry)
    return signed is not None and isinstance(signed.content, Ask | PhoneAsk)


def programme(entry: bytes) -> int | None:
    """The programme that the entry names, if it is understood and names one."""
    signed = wire_entry.unpack(entry)
    return None if signed is None or isinstance(signed.content, Retire) else signed.content.programme


def refund(entry: bytes) -> Refund | None:
    """The refund that the entry is, if it is one."""
    signed = wire_entry.unpack(entry)
    return signed.content if signed is not None and isinstance(signed.content, Refund) else None
