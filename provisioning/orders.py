"""Orders on the contract: what a pass signed is set aside for a shop, looked at, and freed.

What the contract refuses comes out as Reverted with its own words: `order: more than is left`.
"""

from dataclasses import dataclass

from contracts.chain import Reverted, checksum
from contracts.wire import signature, typed_data
from contracts.wire.errors import Broken, TryAgain
from contracts.wire.typed_data import Domain
from contracts.wire.units import Address, Cents, Hash, Timestamp, from_hex
from provisioning.town import Town

_BEFORE = "order: set aside before"


@dataclass(frozen=True, slots=True)
class Signed:
    """An order as its pass signed it. `number` is the pass's own; `signature` is 64 bytes (EIP-2098)."""

    programme: int
    shop: int
    amount: Cents
    until: Timestamp
    number: int
    signature: bytes

    def digest(self, domain: Domain) -> Hash:
        """What the pass signed."""
        return typed_data.order(domain, self.programme, self.shop, self.amount, self.until, self.number)

    def signer(self, domain: Domain) -> Address | None:
        """The pass, or None where the contract would find nobody either."""
        return signature.recover(self.digest(domain), self.signature)


@dataclass(frozen=True, slots=True)
class Standing:
    """What is set aside. `until` is the last second in which it can be handed over."""

    amount: Cents
    until: Timestamp


@dataclass(frozen=True, slots=True)
class Freed:
    """Where an order's money went, in cents; to the reserve once nobody could spend it."""

    to_budget: int
    to_reserve: int


def set_aside(town: Town, order: Signed) -> bool:
    """Have the order's amount set aside: whether that was done now, or the same order had been before.

    What became of one from before, `standing` and the events say: it may have been handed over or freed since.
    Raises Reverted when a rule is against it, Broken when nobody signed it, and TryAgain, also while an attempt of
    before is on its way.
    """
    if was_set_aside(town, order):
        return False
    numbers = (order.programme, order.shop, order.amount, order.until, order.number)
    try:
        town.act("set_aside", *numbers, signature.words(order.signature))
    except Reverted as refusal:
        if was_set_aside(town, order):  # anybody may send it, and so may an attempt of before
            return False
        if _BEFORE in str(refusal):
            raise TryAgain("the order is set aside by a transaction that is in no block yet") from refusal
        raise
    return True


def was_set_aside(town: Town, order: Signed) -> bool:
    """Whether the contract has counted this very order, whatever became of it. Raises Broken when nobody signed it."""
    domain = town.deployment.domain
    signer = order.signer(domain)
    if signer is None:
        raise Broken("nobody signed the order: ask the family to order again")
    return bool(town.view("order_counted", checksum(signer), order.digest(domain)))


def standing(town: Town, programme: int, shop: int, address: Address) -> Standing | None:
    """What is set aside of the pass's budget for the shop, also when its time is over; None when nothing is."""
    found = town.look("order", programme, shop, checksum(address))
    return Standing(Cents(found["amount"]), Timestamp(found["until"])) if found["amount"] else None


def free(town: Town, programme: int, shop: int, address: Address) -> Freed | None:
    """Give back what is set aside: once its time is over, or sooner by a key that may grant.

    None when nothing is set aside (any more). Raises Reverted for a key that may not yet.
    """
    if standing(town, programme, shop, address) is None:
        return None
    try:
        sent = town.act("free_order", programme, shop, checksum(address))
    except Reverted:
        if standing(town, programme, shop, address) is None:  # it was handed over or freed meanwhile
            return None
        raise
    (freed,) = town.events(sent, "SetFree")
    return Freed(int(freed["to_budget"]), int(freed["to_reserve"]))


def placed(town: Town, programme: int) -> list[tuple[int, Address]]:
    """Shop and pass of every order that was ever set aside in the programme, each once."""
    found = {(int(args["shop"]), str(args["pass_address"])) for args in town.history("SetAside", programme=programme)}
    return [(shop, Address(from_hex(address))) for shop, address in sorted(found)]


def free_all(town: Town, programme: int) -> list[Freed]:
    """Give back all that is still set aside in the programme. The same again goes on where an earlier one ended."""
    freed = (free(town, programme, shop, address) for shop, address in placed(town, programme))
    return [each for each in freed if each is not None]
