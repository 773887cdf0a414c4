"""A whole street on loopback, all of it real: chain, contract, gateway and a shop's terminal, each a process."""

import os
import subprocess
from contextlib import contextmanager
from pathlib import Path

from coincurve import PrivateKey
from eth_account import Account

from contracts.embedded.accounts import development_keys
from contracts.wire.signature import address_of
from contracts.wire.units import Cents, Timestamp, to_hex
from provisioning import fleet, grant, programme, shop, sponsor
from provisioning.deploy import deploy
from provisioning.town import Town
from tests.chain.processes import ROOT, command, embedded, stop
from tests.terminal.till import NETWORK, Till, now, pass_address

SLICE = 100_00
BUDGET = 60_00
FAMILIES = 5


class Street:
    """What a test has to do with: the town's side of the contract, the shop's till, and a gateway that it may kill."""

    def __init__(self, folder: Path, rpc_url: str) -> None:
        town_key, payout_key, self._gateway_key = development_keys()[:3]
        account = Account.from_key(town_key)
        payout = address_of(PrivateKey(payout_key))
        self.folder = folder
        self.rpc_url = rpc_url
        self.deployment = deploy(rpc_url, account, NETWORK, None)
        self.town = Town.open(self.deployment, account, rpc_url)
        self._record = folder / "deployment.json"
        self.deployment.save(self._record)
        sponsor.add(self.town, address_of(PrivateKey(town_key)))
        terms = programme.Terms(Timestamp(0), Timestamp(now() + 86_400 * 365))
        self.programme = programme.create(self.town, "Kindpakket", terms)
        programme.fund(self.town, self.programme, 2_000_00, mint=True)
        self.shop = shop.add(self.town, payout)
        shop.admit(self.town, self.programme, self.shop)
        families = [grant.Line(pass_address(number), Cents(BUDGET)) for number in range(1, FAMILIES + 1)]
        grant.grant(self.town, self.programme, "2026", families)
        self.till = Till(folder / "till", rpc_url=rpc_url, domain=self.deployment.domain)
        consent = self.till.signer().sign_registration(self.shop)
        fleet.register(self.town, self.till.address, self.shop, consent, [fleet.Raise(self.programme, Cents(SLICE))])
        self.gateway: subprocess.Popen[str] | None = None
        self._port = "0"

    def open_gateway(self) -> None:
        """Start the gateway, or start it again where it was."""
        arguments = ["--record", str(self._record), "--rpc", self.rpc_url, "--data", str(self.folder / "gateway")]
        pace = ["--port", self._port, "--batch-seconds", "0", "--poll-seconds", "0.2"]
        self.gateway = subprocess.Popen(
            command("gateway", "run", *arguments, *pace),
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=(self.folder / "gateway.log").open("a"),
            text=True,
            env={**os.environ, "KINDPAKKET_GATEWAY_KEY": to_hex(self._gateway_key)},
        )
        assert self.gateway.stdout is not None
        url = self.gateway.stdout.readline().split()[1]
        self._port = url.rsplit(":", 1)[1]
        self.till.gateway_url = url
        self.till.configure()

    def kill_gateway(self) -> None:
        assert self.gateway is not None
        self.gateway.kill()
        self.gateway.wait()

    def credit(self) -> int:
        """What the contract owes the shop, in cents."""
        return int(self.town.view("credit", self.programme, self.shop))

    def drawn(self) -> int:
        """How much of the terminal's slice is gone, in cents."""
        return SLICE - fleet.left(self.town, self.programme, self.till.address)


@contextmanager
def opened(folder: Path):
    with embedded("--block-seconds", "0.5") as rpc_url:
        street = Street(folder, rpc_url)
        street.open_gateway()
        try:
            yield street
        finally:
            if street.gateway is not None and street.gateway.poll() is None:
                stop(street.gateway)
