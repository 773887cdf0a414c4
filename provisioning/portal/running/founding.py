"""A portal to be tried: the contract on its development chain, with neutral rows in every part."""

from pathlib import Path

from eth_account import Account
from eth_account.signers.local import LocalAccount

from contracts.deployment import Deployment
from contracts.embedded.accounts import development_keys
from contracts.wire.units import address, from_hex
from provisioning import deploy, sponsor
from provisioning.portal import config
from provisioning.town import Town

NETWORK = 2026


def accounts() -> tuple[LocalAccount, LocalAccount]:
    """The contract's owner, and the town that acts on it: keys that everybody knows."""
    owner, town, *_ = map(Account.from_key, development_keys())
    return owner, town


def found(place: Path, rpc: str) -> None:
    """Deploy, register the town as a sponsor, and fill the desk; what is there already stays as it is."""
    from provisioning.portal import sample  # noqa: PLC0415

    owner, account = accounts()
    record = place / config.load(place).record
    if not record.exists():
        deploy.deploy(rpc, owner, NETWORK, None).save(record)
    deployment = Deployment.load(record)
    town = Town.open(deployment, account, rpc)
    if not town.view("sponsor_of", town.me()):
        sponsor.add(Town.open(deployment, owner, rpc), address(from_hex(account.address)))
    for line in sample.fill(town):
        print(line)
