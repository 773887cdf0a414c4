"""A municipality in miniature on an Evm: a sponsor with a programme, shops with terminals, passes with budgets."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from coincurve import PrivateKey

from contracts.compile import SOURCES, Artifact, compile_source, load
from contracts.wire import batch, journal, signature, typed_data
from contracts.wire.batch import Segment
from contracts.wire.entry import Payment
from contracts.wire.hashing import keccak256
from contracts.wire.typed_data import Domain
from contracts.wire.units import Address, Cents, Hash, Timestamp
from tests.contract.evm import Contract, Evm, Receipt, Reverted

NOW = Timestamp(1_800_000_000)
BEGINS, ENDS = NOW - 86_400 * 30, NOW + 86_400 * 300
FLOOR = Cents(5_000)
OFFLINE_WINDOW = 86_400
NETWORK = 7
SOURCES_VARIABLE = "KINDPAKKET_CONTRACT_SOURCES"
"""Names a folder of sources that is tested instead of the checked-in bytecode: how mutants are tried."""

HERE = Path(__file__).parent


@cache
def artifact(name: str) -> Artifact:
    """A contract of ours, as checked in or as under test."""
    folder = os.environ.get(SOURCES_VARIABLE)
    return compile_source(Path(folder) / f"{name}.vy", Path(folder)) if folder and name == "kindpakket" else load(name)


@cache
def misbehaving(name: str) -> Artifact:
    """A token of tests/contract/tokens."""
    return compile_source(HERE / "tokens" / f"{name}.vy")


@cache
def probe() -> Artifact:
    """The inner parts of the contract under test."""
    return compile_source(HERE / "probe.vy", Path(os.environ.get(SOURCES_VARIABLE, SOURCES)))


@cache
def key(name: str) -> PrivateKey:
    """The key of somebody, the same in every run."""
    return PrivateKey(keccak256(name.encode()))


@cache
def address(name: str) -> Address:
    """The address of somebody."""
    return signature.address_of(key(name))


@dataclass
class Till:
    """A terminal with its journal. It signs whatever it is told to: the rules are the contract's to keep."""

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

    def pay(self, holder: str, amount: int, programme: int = 1, time: int = NOW) -> int:
        """Approve a payment of a pass; returns its sequence."""
        return self.append(self.payment(holder, amount, programme, time))

    def payment(self, holder: str, amount: int, programme: int = 1, time: int = NOW) -> bytes:
        """The next entry, signed by the pass, not yet in the journal."""
        payment = Payment(programme, Cents(amount), Timestamp(time))
        return payment.pack(signature.sign(key(holder), payment.digest(self.domain, self.address, self.sequence + 1)))

    def segment(self, first: int = 1, last: int | None = None) -> Segment:
        """Entries first .. last of the journal, or all from first."""
        end = self.sequence if last is None else last
        return Segment(self.address, first, self.heads[first - 1], tuple(self.entries[first - 1 : end]), self.sign(end))

    def sign(self, sequence: int) -> bytes:
        """The terminal's signature at a sequence."""
        digest = typed_data.journal(self.domain, self.address, sequence, self.heads[sequence])
        return signature.sign(key(self.name), digest)


class World:
    """Programme 1 of sponsor-01, with EUR 10,000, and shop-01 in it, whose till-01 has a slice of EUR 250."""

    def __init__(self, funds: int = 1_000_000, slice_cents: int = 25_000) -> None:
        self.evm = Evm(NOW)
        self.owner = address("owner")
        self.euro = self.evm.deploy(artifact("development_euro"), sender=self.owner)
        self.contract = self.evm.deploy(artifact("kindpakket"), NETWORK, sender=self.owner)
        self.domain = Domain(self.evm.chain_id, self.contract.address)
        self.tills: dict[str, Till] = {}
        self.register_sponsor("sponsor-01")
        self.create_programme("sponsor-01", funds=funds)
        self.till = self.new_till("till-01", self.new_shop("shop-01"), slice_cents)

    def __call__(self, name: str, *arguments: object, sender: str = "sponsor-01") -> Receipt:
        """Call the contract as somebody."""
        return self.contract(name, *arguments, sender=address(sender))

    def register_sponsor(self, name: str) -> int:
        """A sponsor; returns its id."""
        return int(self("register_sponsor", address(name), sender="owner").result)

    def create_programme(self, sponsor: str, funds: int = 0, token: Contract | None = None) -> int:
        """A programme with money in its reserve; returns its id."""
        used = token or self.euro
        arguments = ("Kindpakket", used.address, BEGINS, ENDS, FLOOR, OFFLINE_WINDOW)
        programme = int(self("create_programme", *arguments, sender=sponsor).result)
        if funds:
            self.fund(programme, funds, sponsor, used)
        return programme

    def fund(self, programme: int, cents: int, sponsor: str = "sponsor-01", token: Contract | None = None) -> Receipt:
        """Money that did not exist before, in a programme's reserve."""
        used = token or self.euro
        tokens = cents * int(self.contract.view("programme", programme).scale)
        used("mint", address(sponsor), tokens)
        used("approve", self.contract.address, tokens, sender=address(sponsor))
        return self("fund", programme, cents, sender=sponsor)

    def new_shop(self, name: str, programmes: Sequence[int] = (1,), sponsor: str = "sponsor-01") -> int:
        """A shop that the programmes admit; returns its id."""
        shop = int(self("register_shop", address(name), sender=sponsor).result)
        for programme in programmes:
            self("admit_shop", programme, shop, True, sender=sponsor)
        return shop

    def new_till(self, name: str, shop: int, slice_cents: int = 0, sponsor: str = "sponsor-01") -> Till:
        """A terminal of the shop, with a slice of programme 1."""
        self("register_terminal", address(name), shop, self.consent(name, shop), sender=sponsor)
        if slice_cents:
            self("raise_slice", 1, address(name), slice_cents, sender=sponsor)
        self.tills[name] = Till(name, self.domain)
        return self.tills[name]

    def consent(self, name: str, shop: int) -> tuple[bytes, bytes]:
        """A terminal's signature that it is of the shop, as the contract takes it."""
        return signature.words(signature.sign(key(name), typed_data.registration(self.domain, address(name), shop)))

    def grant(self, holder: str, cents: int, programme: int = 1, sponsor: str = "sponsor-01") -> None:
        """Budget for a pass."""
        reference = keccak256(holder.encode(), os.urandom(8))
        self("grant", programme, reference, [address(holder)], [cents], sender=sponsor)

    def settle(self, *segments: Segment) -> Receipt:
        """Settle these segments in one batch, sent by nobody in particular."""
        return self.settle_bytes(batch.encode(segments))

    def settle_bytes(self, data: bytes) -> Receipt:
        """Settle a batch as it is."""
        return self.contract("settle", data, sender=address("anybody"))

    def revert_reason(self, call: Callable[[], object]) -> str:
        """Why the call is undone. Fails the test when it is not."""
        try:
            call()
        except Reverted as error:
            return str(error)
        raise AssertionError("the call went through")
