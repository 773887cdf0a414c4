"""The town on the contract: sponsor, programmes, budgets, shops, terminals, made as the commands make them."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from coincurve import PrivateKey
from eth_account import Account
from eth_account.signers.local import LocalAccount

from contracts.embedded.accounts import development_keys
from contracts.wire import passcode
from contracts.wire.entry import Delegation
from contracts.wire.passcode import StaticCode
from contracts.wire.signature import sign
from contracts.wire.typed_data import Domain
from contracts.wire.units import Address, Timestamp, address, from_hex
from provisioning import categories, deploy, fleet, grant, holdings, programme, roles, shop, sponsor
from provisioning.demo import plot, schemes
from provisioning.fleet import Raise
from provisioning.grant import Line
from provisioning.orders import Signed
from provisioning.passes import NewPass
from provisioning.town import Town
from terminal.signer import TerminalSigner


@dataclass(frozen=True, slots=True)
class People:
    """Who signs what: keys that everybody knows, on a chain of nobody."""

    owner: LocalAccount
    sponsor: LocalAccount
    gateway: LocalAccount
    keepers: tuple[LocalAccount, ...]
    """Of the shops, in their order: each is paid at its own address."""
    clerk: LocalAccount
    """Somebody at the sponsor's who may pause programmes, and nothing else."""
    passer_by: LocalAccount
    """Somebody with a little gas and no right of any kind."""
    neighbours: tuple[LocalAccount, ...]
    """Of the municipalities beside the first, in their order."""

    @property
    def sponsors(self) -> tuple[LocalAccount, ...]:
        """Of all municipalities."""
        return self.sponsor, *self.neighbours


def people() -> People:
    """The same ones each time."""
    owner, admin, gateway, first, second, clerk, passer_by, third, fourth, *neighbours = map(
        Account.from_key, development_keys()
    )
    return People(owner, admin, gateway, (first, second, third, fourth), clerk, passer_by, tuple(neighbours))


def address_of(account: LocalAccount) -> Address:
    """Where the account is paid."""
    return address(from_hex(account.address))


def found(rpc_url: str, record: Path, passes: Mapping[str, NewPass]) -> Town:
    """Deploy, and set up all that does not depend on terminals; the town with the sponsor's key."""
    who = people()
    deployment = deploy.deploy(rpc_url, who.owner, plot.NETWORK, None)
    deployment.save(record)
    sponsor.add(Town.open(deployment, who.owner, rpc_url), address_of(who.sponsor))
    town = Town.open(deployment, who.sponsor, rpc_url)
    sponsor.give(town, address_of(who.clerk), roles.PAUSING)
    now = Timestamp(int(time.time()))
    for number, (name, _) in plot.PROGRAMMES.items():
        programme.create(town, name, plot.terms(number, now))
        programme.fund(town, number, plot.FUNDS, mint=True)
        lines = [Line(passes[whose].address, got[number]) for whose, got in plot.GRANTS.items() if number in got]
        grant.grant(town, number, "first grant", lines)
    holdings.set_blocked(town, passes["blocked"].address, blocked=True)
    programme.pause(town, plot.PAUSED)
    for plan, keeper in zip(plot.SHOPS, who.keepers, strict=True):
        _add_shop(town, plan, address_of(keeper))
    for each in who.neighbours[: schemes.MUNICIPALITIES - 1]:
        sponsor.add(replace(town, account=who.owner), address_of(each))
    schemes.found(municipalities(town), now, passes)
    return town


def municipalities(town: Town) -> list[Town]:
    """The contract with the key of each municipality, in their order."""
    return [replace(town, account=each) for each in people().sponsors]


def _add_shop(town: Town, plan: plot.ShopPlan, payout: Address) -> None:
    number = shop.add(town, payout)
    for each, category in plan.categories.items():
        shop.categorise(town, each, number, categories.read(category))
    for each in plan.admitted:
        shop.admit(town, each, number)


def register(town: Town, plan: plot.TillPlan, key: Path) -> Address:
    """Bind a terminal, whose key lies there, to its shop, and fund its slices."""
    signer = TerminalSigner.load(key, town.deployment.domain)
    number = plan.shop + 1
    slices = [Raise(each, cents) for each, cents in plan.slices.items()]
    fleet.register(town, signer.address, number, signer.sign_registration(number), slices)
    schemes.raise_slices(municipalities(town), signer.address, number)
    return signer.address


def phone_code(made: NewPass, domain: Domain, delegation: Delegation) -> str:
    """What the family's phone shows: signed by the pass, and worth one payment."""
    return passcode.make_phone(plot.NETWORK, delegation, sign(_key(made), delegation.digest(domain)))


def order(made: NewPass, domain: Domain, unsigned: Signed) -> Signed:
    """What the family's phone sends when something is ordered."""
    return replace(unsigned, signature=sign(_key(made), unsigned.digest(domain)))


def _key(made: NewPass) -> PrivateKey:
    static = passcode.parse(made.code, plot.NETWORK)
    if not isinstance(static, StaticCode):
        raise TypeError("a pass is made as a letter")
    key = PrivateKey(static.private_key())
    static.wipe()
    return key
