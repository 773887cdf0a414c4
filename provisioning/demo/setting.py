"""The town in which the demo plays: real programs on free ports, around a contract that was set up as `founding` does.

Everything lives in one folder: the chain's data, the gateway's database, each terminal's key and journal, all logs.
"""

import asyncio
import json
import shutil
import socket
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from eth_account.signers.local import LocalAccount

from contracts.wire.entry import Delegation
from contracts.wire.units import Address, Cents, Timestamp, to_hex
from provisioning import desk, offering, orders, passes
from provisioning.demo import founding, plot, schemes
from provisioning.demo.books import Paid, Till
from provisioning.demo.cable import Cable, Relay
from provisioning.demo.counter import Counter
from provisioning.demo.founding import people
from provisioning.demo.hall import Hall
from provisioning.offering import Row
from provisioning.orders import Signed
from provisioning.passes import NewPass
from provisioning.processes import Program, command
from provisioning.town import Town
from terminal import export, making
from terminal.reconcile import reconcile
from terminal.store import Reader

Say = Callable[[str], None]
_T = TypeVar("_T")

PHONE_SECONDS = 300
"""How long a code on a phone can be used."""


@dataclass(frozen=True, slots=True)
class Shop:
    """One terminal with its shop, and the cables between that and the world."""

    name: str
    number: int
    plan: making.Plan
    terminal: Address
    gateway_cable: Relay
    chain_cable: Relay
    counter: Counter
    daemon: Program

    def plug(self, cable: Cable) -> None:
        """Do the same to both cables: it is one wire."""
        self.gateway_cable.set(cable)
        self.chain_cable.set(cable)

    async def close(self) -> None:
        """Take it down."""
        await self.counter.close()
        await self.daemon.stop()
        await self.gateway_cable.stop()
        await self.chain_cable.stop()


class Setting:
    """The whole town. `open` builds it, `close` takes it down."""

    def __init__(self, folder: Path, language: str) -> None:
        self.folder = folder
        self._language = language
        self._passes = {name: passes.new_pass(plot.NETWORK) for name in (*plot.GRANTS, *schemes.PASSES)}
        self._counters = dict.fromkeys(self._passes, 0)
        self._rpc_url = ""
        self._gateway_port = 0
        self._credential = ""
        self.shops: tuple[Shop, ...] = ()
        self.gone: list[Till] = []
        """Terminals that are no more, as they stood at their end."""
        self.chain = self._program("chain", "chain", "dev", "--port", "0", "--data", str(folder / "chain"))
        self.gateway: Program | None = None
        self.hall = Hall(folder / "portal", self.record, folder / plot.TILLS[0].name / "scanner.sock")
        self._town: Town | None = None

    async def open(self, say: Say) -> None:
        """Start chain and gateway, set the town up, and make the terminals; their daemons are not started."""
        say("starting the embedded chain")
        self._rpc_url = (await self.chain.start()).split()[1]
        say("deploying the contract; a sponsor, programmes, shops, and budgets for the passes")
        self._town = await asyncio.to_thread(founding.found, self._rpc_url, self.record, self._passes)
        say("starting the gateway")
        self._gateway_port = await self._start_gateway()
        say("starting the town hall's desk")
        for line in await self._open_hall():
            say(line)
        say("making two shops and a club, with a terminal each")
        for plan in plot.TILLS:
            self.shops += (await self.open_till(plan),)

    async def close(self) -> None:
        """Stop everything that was started here."""
        for each in self.shops:
            await each.close()
        await self.hall.close()
        if self.gateway:
            await self.gateway.stop()
        await self.chain.stop()

    @property
    def record(self) -> Path:
        """The deployment's record."""
        return self.folder / "deployment.json"

    @property
    def town(self) -> Town:
        """The contract, with the sponsor's key."""
        assert self._town  # noqa: S101  # open() made it
        return self._town

    def town_of(self, account: LocalAccount) -> Town:
        """The contract, with somebody else's key."""
        return replace(self.town, account=account)

    async def on_chain(self, act: Callable[..., _T], *arguments: object, **options: object) -> _T:
        """What a function of the sponsor's gives, in a thread of its own: it waits for the chain."""
        return await asyncio.to_thread(act, self.town, *arguments, **options)

    async def run(self, *words: str, signs: LocalAccount | None = None) -> str:
        """Run a command as a person at a shell does, and give what it says. Raises Broken with its last words."""
        environment = {desk.KEY_VARIABLE: to_hex(signs.key)} if signs else {}
        return await command(*words, environment=environment)

    # Passes

    def code(self, name: str) -> str:
        """The text in the QR of that family's pass."""
        return self._passes[name].code

    def pass_address(self, name: str) -> Address:
        """What the chain knows of that family."""
        return self._passes[name].address

    def phone_code(self, name: str, programme: int, ceiling: Cents, seconds: int = PHONE_SECONDS) -> str:
        """A new code on that family's phone; `seconds` may lie behind us."""
        self._counters[name] += 1
        expiry = Timestamp(int(time.time()) + seconds)
        delegation = Delegation(programme, ceiling, expiry, self._counters[name])
        return founding.phone_code(self._passes[name], self.town.deployment.domain, delegation)

    def order(self, name: str, programme: int, shop: int, cents: Cents, what: str) -> None:
        """That family orders something: the contract sets the money aside, and the shop's tills hear of it."""
        until = Timestamp(int(time.time()) + plot.DAY_SECONDS)
        unsigned = Signed(programme, shop, cents, until, number=1, signature=b"")
        orders.set_aside(self.town, founding.order(self._passes[name], self.town.deployment.domain, unsigned))
        row = Row(self.pass_address(name), programme, cents, until, what)
        offering.publish(self._gateway_url, self._credential, shop, [row])

    def hand_out(self, name: str, made: NewPass) -> None:
        """The family holds this pass from now on."""
        self._passes[name] = made

    # The town's books

    def paid(self) -> Paid:
        """What the contract owes or paid the shops, less what they owe it for refunds."""
        numbers = range(1, len(plot.SHOPS) + 1)
        programmes = range(1, int(self.town.view("programme_count")) + 1)
        pairs = [(programme, number) for programme in programmes for number in numbers]
        due = sum(int(self.town.view("credit", *pair)) - int(self.town.view("owed", *pair)) for pair in pairs)
        paid = sum(int(args["amount"]) for args in self.town.history("PaidOut"))
        marked = sum(int(args["amount"]) for args in self.town.history("TransferMoved") if args["state"] == 1)
        compensated = sum(int(args["amount"]) for args in self.town.history("Compensated"))
        return Paid(Cents(due + paid + marked - compensated), Cents(compensated))

    async def tills(self) -> list[Till]:
        """Each terminal's notebook, journal, and outcomes by gateway and contract; those that are gone as well."""
        return [*[await self.till(each) for each in self.shops], *self.gone]

    async def till(self, each: Shop) -> Till:
        """One terminal's, as it is now."""
        with closing(Reader.open(each.plan.journal)) as journal:
            whole, outcomes = export.of(journal), journal.outcomes()
        judged = await reconcile(whole, self._rpc_url)
        return Till(each.name, each.counter.notebook, {outcome.sequence: outcome for outcome in outcomes}, judged)

    # Building it

    async def _start_gateway(self) -> int:
        """Start the gateway, and give its port, which it keeps when it is started again."""
        port, data = _free_port(), self.folder / "gateway"
        options = ["--record", str(self.record), "--rpc", self._rpc_url, "--data", str(data), "--port", str(port)]
        pace = ["--batch-seconds", "1", "--poll-seconds", "0.5"]
        self.gateway = self._program("gateway", "gateway", "run", *options, *pace)
        await self.gateway.start()
        return port

    async def _open_hall(self) -> list[str]:
        """Start the portal, with what it needs to enrol tills; how to sign in there."""
        data = ("--data", str(self.folder / "gateway"))
        credential = await command(
            "gateway", "admin", "add", "portal", "--role", "enrol", *data, "--json", environment={}
        )
        self._credential = json.loads(credential)["token"]
        return await self.hall.open(self._rpc_url, self._gateway_url, self._credential)

    @property
    def _gateway_url(self) -> str:
        return f"http://127.0.0.1:{self._gateway_port}"

    async def open_till(self, plan: plot.TillPlan, state: str | None = None) -> Shop:
        """Make a terminal, register it, and lay its cables."""
        shop = await self.make_till(plan, state)
        await asyncio.to_thread(founding.register, self.town, plan, shop.plan.key)
        return shop

    async def make_till(self, plan: plot.TillPlan, state: str | None = None) -> Shop:
        """Make a terminal that the contract does not know yet, and lay its cables."""
        state = state or plan.name
        chain_cable, gateway_cable = Relay(int(self._rpc_url.rsplit(":", 1)[1])), Relay(self._gateway_port)
        await chain_cable.start()
        await gateway_cable.start()
        made = making.Plan(
            deployment=self.town.deployment,
            config=self.folder / f"{state}.toml",
            state=self.folder / state,
            shop=plan.name,
            support="0800 0000",
            gateway_url=f"http://127.0.0.1:{gateway_cable.port}",
            rpc_url=f"http://127.0.0.1:{chain_cable.port}",
            language=self._language,
            simulators=True,
        )
        terminal = await asyncio.to_thread(making.make, made)
        sockets = (made.state / f"{each}.sock" for each in ("screen", "scanner", "keypad"))
        daemon = self._program(state, "terminal", "run", "--config", str(made.config))
        cables = gateway_cable, chain_cable
        return Shop(plan.name, plan.shop + 1, made, terminal, *cables, Counter(plan.name, *sockets), daemon)

    async def destroy(self, shop: Shop) -> None:
        """The terminal's storage is no more. What it had approved goes into the books all the same."""
        shop.daemon.kill_now()
        await shop.daemon.stop()
        self.gone.append(await self.till(shop))
        shutil.rmtree(shop.plan.state)
        await shop.close()

    def _program(self, name: str, *arguments: str) -> Program:
        log = self.folder / f"{name}.log"
        return Program(name, list(arguments), log, {"KINDPAKKET_GATEWAY_KEY": to_hex(people().gateway.key)})


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
