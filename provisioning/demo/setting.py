"""The town in which the demo plays: real programs on free ports, set up by the same functions as the commands.

Everything lives in one folder: the chain's data, the gateway's database, each terminal's key and journal, all logs.
"""

import asyncio
import socket
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from eth_account import Account
from eth_account.signers.local import LocalAccount

from contracts.embedded.accounts import development_keys
from contracts.wire.units import Address, Cents, Timestamp, address, from_hex, to_hex
from provisioning import deploy, device, fleet, grant, holdings, passes, programme, shop, sponsor
from provisioning.demo import plot
from provisioning.demo.books import Till
from provisioning.demo.cable import Cable, Relay
from provisioning.demo.counter import Counter
from provisioning.demo.processes import Program
from provisioning.fleet import Raise
from provisioning.grant import Line
from provisioning.town import Town
from terminal import export
from terminal.reconcile import reconcile
from terminal.signer import TerminalSigner
from terminal.store import Reader

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Shop:
    """One shop with its terminal, and the cables between that and the world."""

    name: str
    number: int
    plan: device.Plan
    terminal: Address
    gateway_cable: Relay
    chain_cable: Relay
    counter: Counter
    daemon: Program

    def plug(self, cable: Cable) -> None:
        """Do the same to both cables: it is one wire."""
        self.gateway_cable.set(cable)
        self.chain_cable.set(cable)


class Setting:
    """The whole town. `open` builds it, `close` takes it down."""

    def __init__(self, folder: Path, language: str) -> None:
        self.folder = folder
        self._language = language
        self._passes = {name: passes.new_pass(plot.NETWORK) for name in plot.GRANTS}
        self._rpc_url = ""
        self.shops: tuple[Shop, ...] = ()
        self.chain = self._program("chain", "chain", "dev", "--port", "0", "--data", str(folder / "chain"))
        self.gateway: Program | None = None
        self._town: Town | None = None

    async def open(self, say: Say) -> None:
        """Start chain and gateway, set the town up, and make the terminals; their daemons are not started."""
        say("starting the embedded chain")
        self._rpc_url = (await self.chain.start()).split()[1]
        say("deploying the contract; a sponsor, programmes and budgets for the passes")
        self._town = await asyncio.to_thread(self._found)
        say("starting the gateway")
        gateway_port = await self._start_gateway()
        say("making two shops with a terminal each")
        for index, plan in enumerate(plot.SHOPS):
            self.shops += (await self._open_shop(plan, index, gateway_port),)

    async def close(self) -> None:
        """Stop everything that was started here."""
        for each in self.shops:
            await each.counter.close()
            await each.daemon.stop()
            await each.gateway_cable.stop()
            await each.chain_cable.stop()
        if self.gateway:
            await self.gateway.stop()
        await self.chain.stop()

    @property
    def town(self) -> Town:
        """The contract, with the sponsor's key."""
        assert self._town  # noqa: S101  # open() made it
        return self._town

    def code(self, name: str) -> str:
        """The text in the QR of that family's pass."""
        return self._passes[name].code

    def pass_address(self, name: str) -> Address:
        """What the chain knows of that family."""
        return self._passes[name].address

    # The town's money, by the contract's own account

    def credited(self) -> Cents:
        """What the contract owes the shops, in all programmes."""
        pairs = [(number, each.number) for number in plot.PROGRAMMES for each in self.shops]
        return Cents(sum(int(self.town.view("credit", *pair)) for pair in pairs))

    async def tills(self) -> list[Till]:
        """Each terminal's notebook, journal, and outcomes by gateway and contract."""
        return [await self._till(each) for each in self.shops]

    async def _till(self, each: Shop) -> Till:
        with closing(Reader.open(each.plan.journal)) as journal:
            whole, outcomes = export.of(journal), journal.outcomes()
        judged = await reconcile(whole, self._rpc_url)
        return Till(each.name, each.counter.notebook, {outcome.sequence: outcome for outcome in outcomes}, judged)

    # Building it

    def _found(self) -> Town:
        owner, sponsor_account, _ = _accounts()
        deployment = deploy.deploy(self._rpc_url, owner, plot.NETWORK, None)
        deployment.save(self.folder / "deployment.json")
        sponsor.add(Town.open(deployment, owner, self._rpc_url), address(from_hex(sponsor_account.address)))
        town = Town.open(deployment, sponsor_account, self._rpc_url)
        now = Timestamp(int(time.time()))
        for number, (name, _) in plot.PROGRAMMES.items():
            programme.create(town, name, plot.terms(number, now))
            programme.fund(town, number, plot.FUNDS, mint=True)
            lines = [Line(self.pass_address(who), got[number]) for who, got in plot.GRANTS.items() if number in got]
            grant.grant(town, number, "first grant", lines)
        holdings.set_blocked(town, self.pass_address("blocked"), blocked=True)
        programme.pause(town, plot.PAUSED)
        return town

    async def _start_gateway(self) -> int:
        """Start the gateway, and give its port, which it keeps when it is started again."""
        record, data = self.folder / "deployment.json", self.folder / "gateway"
        port = _free_port()
        options = ["--record", str(record), "--rpc", self._rpc_url, "--data", str(data), "--port", str(port)]
        self.gateway = self._program("gateway", "gateway", "run", *options, "--poll-seconds", "0.5")
        await self.gateway.start()
        return port

    async def _open_shop(self, plan: plot.ShopPlan, index: int, gateway_port: int) -> Shop:
        chain_cable, gateway_cable = Relay(int(self._rpc_url.rsplit(":", 1)[1])), Relay(gateway_port)
        await chain_cable.start()
        await gateway_cable.start()
        terminal_plan = device.Plan(
            deployment=self.town.deployment,
            config=self.folder / f"{plan.name}.toml",
            state=self.folder / plan.name,
            shop=plan.name,
            support="0800 0000",
            gateway_url=f"http://127.0.0.1:{gateway_cable.port}",
            rpc_url=f"http://127.0.0.1:{chain_cable.port}",
            language=self._language,
            simulators=True,
        )
        payout = address(from_hex(_accounts()[2].address)[:19] + bytes([index]))
        number, terminal = await asyncio.to_thread(self._admit, plan, terminal_plan, payout)
        state = terminal_plan.state
        counter = Counter(plan.name, state / "screen.sock", state / "scanner.sock", state / "keypad.sock")
        daemon = self._program(plan.name, "terminal", "run", "--config", str(terminal_plan.config))
        cables = gateway_cable, chain_cable
        return Shop(plan.name, number, terminal_plan, terminal, *cables, counter, daemon)

    def _admit(self, plan: plot.ShopPlan, terminal_plan: device.Plan, payout: Address) -> tuple[int, Address]:
        number = shop.add(self.town, payout)
        for each in plan.admitted:
            shop.admit(self.town, each, number)
        terminal = device.make(terminal_plan)
        consent = TerminalSigner.load(terminal_plan.key, terminal_plan.deployment.domain).sign_registration(number)
        slices = [Raise(each, cents) for each, cents in plan.slices.items()]
        fleet.register(self.town, terminal, number, consent, slices)
        return number, terminal

    def _program(self, name: str, *arguments: str) -> Program:
        log = self.folder / f"{name}.log"
        return Program(name, list(arguments), log, {"KINDPAKKET_GATEWAY_KEY": to_hex(development_keys()[2])})


def _accounts() -> tuple[LocalAccount, LocalAccount, LocalAccount]:
    """Owner, sponsor, and whoever sends for the gateway: keys that everybody knows, on a chain of nobody."""
    owner, sponsor_account, sender, *_ = (Account.from_key(key) for key in development_keys())
    return owner, sponsor_account, sender


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
