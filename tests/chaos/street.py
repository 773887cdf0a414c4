"""Who takes part in a chaos run: a sponsor's two programmes, ten shops with two terminals each, and families' passes.

The passes, who shops where and for how much follow from the seed. Terminals make their own keys.
"""

import time
from dataclasses import dataclass, field
from pathlib import Path

from coincurve import PrivateKey
from eth_account import Account

from contracts.embedded.accounts import development_keys
from contracts.wire import passcode
from contracts.wire.entry import Delegation
from contracts.wire.hashing import keccak256
from contracts.wire.passcode import StaticCode
from contracts.wire.signature import address_of, sign
from contracts.wire.typed_data import Domain
from contracts.wire.units import Address, Cents, Timestamp
from provisioning import deploy, fleet, grant, programme, roles, shop, sponsor
from provisioning.demo.counter import Counter
from provisioning.fleet import Raise
from provisioning.processes import Program
from provisioning.town import Town
from terminal import making
from terminal.signer import TerminalSigner
from tests.chaos.proxy import Door

NETWORK = 7
SHOPS = 10
TERMINALS = 20
FAMILIES = 60
NARROW = 20
"""So many of the families have little in their first budget: two shops that are asked at once cannot both be paid of
it."""
WIDE_BUDGET, NARROW_BUDGET = Cents(20_000_00), Cents(60_00)
SLICE = Cents(1_500_00)
FUNDS = Cents(8_000_000_00)
DAY_LIMIT = Cents(120_00)
"""In the second programme."""
PROGRAMMES = {1: "Kindpakket", 2: "Zwemles"}
DAY = 86_400
GATEWAY_KEYS = 4
"""The development keys behind the two of the town are the gateways', and the one behind those is the desk's."""


@dataclass(frozen=True, slots=True)
class Family:
    """A pass, as a letter and as a phone that shows codes."""

    number: int
    code: str
    key: PrivateKey = field(repr=False)
    has_phone: bool
    narrow: bool

    @property
    def address(self) -> Address:
        """Of its pass."""
        return address_of(self.key)

    def phone_code(self, domain: Domain, programme: int, counter: int, ceiling: Cents) -> str:
        """What its phone shows next."""
        delegation = Delegation(programme, ceiling, Timestamp(int(time.time()) + 300), counter)
        return passcode.make_phone(NETWORK, delegation, sign(self.key, delegation.digest(domain)))


@dataclass(frozen=True, slots=True)
class Till:
    """One terminal: its folder, its process, its counter, and its two ways out."""

    name: str
    shop: int
    plan: making.Plan
    address: Address
    counter: Counter
    daemon: Program
    to_gateway: Door
    to_chain: Door


def family(seed: int, number: int) -> Family:
    """The same one for the same seed."""
    secret = keccak256(f"chaos {seed} family-{number:02}".encode())[: passcode.SECRET_BYTES]
    code = passcode.make_static(NETWORK, secret)
    static = passcode.parse(code, NETWORK)
    assert isinstance(static, StaticCode)
    return Family(number, code, PrivateKey(static.private_key()), number % 3 == 0, number < NARROW)


def gateway_keys() -> list[bytes]:
    """Those that pay for gas."""
    return development_keys()[2 : 2 + GATEWAY_KEYS]


def desk_key() -> bytes:
    """Sends what families order, and may give it back."""
    return development_keys()[2 + GATEWAY_KEYS]


def found(rpc_url: str, record: Path, families: list[Family]) -> Town:
    """Deploy, and set up all that does not depend on terminals. The record is written to the path."""
    account = Account.from_key(development_keys()[0])
    deployment = deploy.deploy(rpc_url, account, NETWORK, None)
    deployment.save(record)
    town = Town.open(deployment, account, rpc_url)
    sponsor.add(town, address_of(PrivateKey(development_keys()[0])))
    sponsor.give(town, address_of(PrivateKey(desk_key())), roles.GRANTS)
    now = int(time.time())
    period = Timestamp(now - DAY), Timestamp(now + 300 * DAY)
    for name, limit in zip(PROGRAMMES.values(), (programme.NO_LIMIT, DAY_LIMIT), strict=True):
        number = programme.create(town, name, programme.Terms(*period, day_limit=Cents(limit)))
        programme.fund(town, number, FUNDS, mint=True)
    refill(town, families, "first")
    payout = address_of(PrivateKey(development_keys()[1]))
    for _ in range(SHOPS):
        number = shop.add(town, payout)
        for each in PROGRAMMES:
            shop.admit(town, each, number)
    return town


def refill(town: Town, families: list[Family], reference: str) -> None:
    """Budgets for everybody."""
    first = [grant.Line(each.address, NARROW_BUDGET if each.narrow else WIDE_BUDGET) for each in families]
    grant.grant(town, 1, reference, first)
    grant.grant(town, 2, reference, [grant.Line(each.address, WIDE_BUDGET) for each in families[::2]])


def make_till(town: Town, folder: Path, number: int, doors: tuple[Door, Door]) -> Till:
    """A terminal that is registered, and not started."""
    name, (to_gateway, to_chain) = f"till-{number:02}", doors
    plan = making.Plan(
        deployment=town.deployment,
        config=folder / f"{name}.toml",
        state=folder / name,
        shop=name,
        support="0800 0000",
        gateway_url=to_gateway.url,
        rpc_url=to_chain.url,
        simulators=True,
    )
    address, its_shop = making.make(plan), 1 + number % SHOPS
    consent = TerminalSigner.load(plan.key, town.deployment.domain).sign_registration(its_shop)
    fleet.register(town, address, its_shop, consent, [Raise(each, SLICE) for each in PROGRAMMES])
    sockets = (plan.state / f"{each}.sock" for each in ("screen", "scanner", "keypad"))
    daemon = Program(name, ["terminal", "run", "--config", str(plan.config)], folder / f"{name}.log")
    return Till(name, its_shop, plan, address, Counter(name, *sockets), daemon, to_gateway, to_chain)
