"""A deployed contract with somebody who acts on it: what every function of a sponsor or an operator begins with."""

import argparse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eth_account.signers.local import LocalAccount
from web3.contract import Contract
from web3.logs import DISCARD

from contracts.chain import Chain, Sent
from contracts.deployment import Deployment
from contracts.keys import KeySource
from contracts.wire.errors import Broken
from provisioning import desk

KEY = KeySource(desk.KEY_VARIABLE, desk.PASSWORD_VARIABLE)


@dataclass(frozen=True, slots=True)
class Town:
    """The contract of a deployment through one node. `account` signs; None only looks."""

    deployment: Deployment
    chain: Chain
    contract: Contract
    account: LocalAccount | None = None

    @classmethod
    def open(cls, deployment: Deployment, account: LocalAccount | None = None, rpc_url: str | None = None) -> "Town":
        """The deployment's contract, seen to be there. Raises Broken or TryAgain."""
        chain = Chain(desk.node(rpc_url, deployment))
        return cls(deployment, chain, chain.open(deployment), account)

    def view(self, name: str, *arguments: Any, block: str | int = "latest") -> Any:
        """What the contract's view gives at that block."""
        return self.chain.read(self.contract.get_function_by_name(name)(*arguments), block)

    def look(self, name: str, *arguments: Any, block: str | int = "latest") -> Mapping[str, Any]:
        """What a view that gives a struct gives at that block, by the names of its fields."""
        function = self.contract.get_function_by_name(name)
        (struct,) = function.abi["outputs"]
        names = [field["name"] for field in struct["components"]]
        return dict(zip(names, self.view(name, *arguments, block=block), strict=True))

    def act(self, name: str, *arguments: Any) -> Sent:
        """Call the contract in a transaction and wait for it. Raises Reverted with the contract's words."""
        return self.send(self.contract.get_function_by_name(name)(*arguments))

    def send(self, call: Any) -> Sent:
        """Send a call, bound to its arguments, to this or another contract, and wait for it."""
        return self.chain.send(self.signer(), call)

    def signer(self) -> LocalAccount:
        """Who signs here."""
        if self.account is None:
            raise Broken("this needs a key to sign with")
        return self.account

    def me(self) -> str:
        """The address of the key that signs here, as web3 writes it."""
        return str(self.signer().address)

    def logs(self, name: str, **wanted: Any) -> Iterator[Any]:
        """The contract's events of that name with these indexed arguments, of all blocks, in order."""
        event, newest = self.contract.get_event_by_name(name), self.chain.block_number("latest")
        return self.chain.events(event, self.deployment.block, newest, **wanted)

    def history(self, name: str, **wanted: Any) -> Iterator[Any]:
        """As `logs`, of each only its arguments, as a mapping."""
        return (log["args"] for log in self.logs(name, **wanted))

    def events(self, sent: Sent, name: str) -> Sequence[Any]:
        """The contract's events of that name in a transaction, as mappings of their arguments."""
        event = self.contract.get_event_by_name(name)()
        return [log["args"] for log in event.process_receipt(sent.receipt, errors=DISCARD)]


def open_town(arguments: argparse.Namespace, *, signs: bool = True) -> Town:
    """The town that the command's options name."""
    deployment = Deployment.load(arguments.record)
    account = account_of(arguments) if signs else None
    return Town.open(deployment, account, arguments.rpc)


def account_of(arguments: argparse.Namespace) -> LocalAccount:
    """Whoever signs: the key from the environment, or the keystore that the options name."""
    return KEY.account(arguments.keystore, desk.environment(), desk.password)
