"""A municipality in miniature on a machine: a sponsor with a programme, shops with terminals, passes with budgets."""

import os
import re
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

from contracts import compile as compiling
from contracts.compile import SOURCES, Artifact, compile_source, load
from contracts.wire import batch, signature, typed_data
from contracts.wire.batch import Segment
from contracts.wire.hashing import keccak256
from contracts.wire.typed_data import Domain
from contracts.wire.units import Address, Cents
from tests.contract import machines
from tests.contract.called import Contract, Machine, Receipt, Reverted
from tests.contract.journals import NOW, Till, address, key

DAY = 86_400
BEGINS, ENDS = NOW - DAY * 30, NOW + DAY * 300
FLOOR, DAY_LIMIT = Cents(5_000), Cents(15_000)
OFFLINE_WINDOW = DAY
RULES: dict[str, int] = {
    "begins": BEGINS,
    "ends": ENDS,
    "floor_limit": FLOOR,
    "day_limit": DAY_LIMIT,
    "offline_window": OFFLINE_WINDOW,
    "categories": 0,
}
"""What create_programme and set_programme take, in their order."""

BY_CATEGORY, ADMITTED, EXCLUDED = 0, 1, 2
"""How a shop stands in a programme."""

NETWORK = 7
SOURCES_VARIABLE = "KINDPAKKET_CONTRACT_SOURCES"
"""Names a folder of sources that is tested instead of the checked-in bytecode: how mutants are tried."""

HALF_VARIABLE = "KINDPAKKET_CONTRACT_HALF"
"""Names the one half of the contract that is tested from there; the other is as it was checked in."""

HERE = Path(__file__).parent


@cache
def artifact(name: str) -> Artifact:
    """A contract of ours, as checked in or as under test."""
    folder = Path(os.environ.get(SOURCES_VARIABLE, SOURCES))
    if os.environ.get(HALF_VARIABLE, name) != name:
        return load(name)
    if all((folder / file).read_text() == (SOURCES / file).read_text() for file in _files(name, folder)):
        return load(name)
    return load(name) | compiling._compile(folder / f"{name}.vy", folder, "bytecode")


def _files(name: str, folder: Path) -> set[str]:
    """The sources of a contract."""
    found: set[str] = set()
    wanted = {name}
    while wanted:
        file = f"{wanted.pop()}.vy"
        found.add(file)
        imported = re.findall(r"^import (\w+)$", (folder / file).read_text(), re.MULTILINE)
        wanted |= {each for each in imported if f"{each}.vy" not in found}
    return found


@cache
def misbehaving(name: str) -> Artifact:
    """A token of tests/contract/tokens."""
    return compile_source(HERE / "tokens" / f"{name}.vy")


@cache
def probe() -> Artifact:
    """The inner parts of the contract under test."""
    return compile_source(HERE / "probe.vy", Path(os.environ.get(SOURCES_VARIABLE, SOURCES)))


def deploy(evm: Machine, owner: Address, at: Address | None = None) -> Contract:
    """The contract, with its office."""
    office = evm.deploy(artifact("office"), sender=owner)
    return evm.deploy(artifact("kindpakket"), NETWORK, office.address, sender=owner, at=at)


class World:
    """Programme 1 of sponsor-01, with EUR 10,000, and shop-01 in it, whose till-01 has a slice of EUR 250."""

    def __init__(self, funds: int = 1_000_000, slice_cents: int = 25_000) -> None:
        self.evm = machines.new(NOW)
        self.owner = address("owner")
        self.euro = self.evm.deploy(artifact("development_euro"), sender=self.owner)
        self.contract = deploy(self.evm, self.owner)
        self.domain = Domain(self.evm.chain_id, self.contract.address)
        self.tills: dict[str, Till] = {}
        self.sponsors: dict[str, int] = {}
        self.register_sponsor("sponsor-01")
        self.create_programme("sponsor-01", funds=funds)
        self.till = self.new_till("till-01", self.new_shop("shop-01"), slice_cents)

    def __call__(self, name: str, *arguments: object, sender: str = "sponsor-01") -> Receipt:
        """Call the contract as somebody."""
        return self.contract(name, *arguments, sender=address(sender))

    def register_sponsor(self, name: str) -> int:
        """A sponsor; returns its id."""
        self.sponsors[name] = int(self("register_sponsor", address(name), sender="owner").result)
        return self.sponsors[name]

    def create_programme(self, sponsor: str, funds: int = 0, token: Contract | None = None, **rules: int) -> int:
        """A programme with money in its reserve; returns its id."""
        used = token or self.euro
        terms = ("Kindpakket", used.address, *(RULES | rules).values())
        programme = int(self("create_programme", *terms, sender=sponsor).result)
        if funds:
            self.fund(programme, funds, sponsor, used)
        return programme

    def set_rules(self, programme: int = 1, sponsor: str = "sponsor-01", **rules: int) -> Receipt:
        """Change a programme's rules from those that it had at first."""
        return self("set_programme", programme, *(RULES | rules).values(), sender=sponsor)

    def fund(self, programme: int, cents: int, sponsor: str = "sponsor-01", token: Contract | None = None) -> Receipt:
        """Money that did not exist before, in a programme's reserve."""
        used = token or self.euro
        tokens = cents * int(self.contract.view("programme", programme).scale)
        used("mint", address(sponsor), tokens)
        used("approve", self.contract.address, tokens, sender=address(sponsor))
        return self("fund", programme, cents, sender=sponsor)

    def new_shop(self, name: str, programmes: Sequence[int] = (1,), sponsor: str = "sponsor-01") -> int:
        """A shop that the programmes admit; returns its id."""
        shop = int(self("register_shop", self.sponsors[sponsor], address(name), sender=sponsor).result)
        for programme in programmes:
            self.place(shop, programme, sponsor=sponsor)
        return shop

    def place(
        self,
        shop: int = 1,
        programme: int = 1,
        standing: int = ADMITTED,
        category: int = 0,
        sponsor: str = "sponsor-01",
    ) -> Receipt:
        """Admit a shop, or say what else it is to a programme."""
        return self("place_shop", programme, shop, category, standing, sender=sponsor)

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

    def order(self, holder: str, amount: int, **terms: int) -> tuple[object, ...]:
        """What a pass signs to have an amount set aside, and its signature, as the contract takes them."""
        usual = {"programme": 1, "shop": 1, "amount": amount, "until": self.evm.time + DAY, "number": 1}
        order = usual | terms
        digest = typed_data.order(self.domain, *order.values())  # type: ignore[arg-type]
        return (*order.values(), signature.words(signature.sign(key(holder), digest)))

    def settle(self, *segments: Segment) -> Receipt:
        """Settle these segments in one batch, sent by nobody in particular."""
        return self.settle_bytes(batch.encode(segments))

    def settle_bytes(self, data: bytes) -> Receipt:
        """Settle a batch as it is."""
        return self.contract("settle", data, sender=address("anybody"))

    def settle_new(self, till: Till | None = None) -> Receipt:
        """Settle all of a journal that is new, of till-01 unless another one is named."""
        used = till or self.till
        return self.settle(used.segment(self.contract.view("terminal", used.address).sequence + 1))

    def revert_reason(self, call: Callable[[], object]) -> str:
        """Why the call is undone. Fails the test when it is not."""
        try:
            call()
        except Reverted as error:
            return str(error)
        raise AssertionError("the call went through")

    def refusal(self, name: str, *arguments: object, sender: str = "sponsor-01") -> str:
        """Why a call of the contract is undone. Fails the test when it is not."""
        return self.revert_reason(lambda: self(name, *arguments, sender=sender))
