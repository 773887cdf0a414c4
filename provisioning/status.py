"""`kindpakket chain status`: what the contract holds, and whether it adds up.

For every programme the parts are summed as the contract has them at one final block: reserve, the budgets of all passes
that were ever granted or given one, what of them is set aside for orders, the slices of all terminals, the credits of
all shops, and what is on its way to shops by bank. Their sum must be what is held, and the tokens that the contract has
must be at least what all programmes of that token hold. What shops owe for refunds is no money yet: it comes out of
credit that is still to come.
"""

import argparse
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from contracts.chain import checksum
from contracts.wire.errors import Broken
from contracts.wire.units import Address, from_hex, to_hex
from provisioning import desk
from provisioning.desk import Answer
from provisioning.programme import Programme, show
from provisioning.town import Town, open_town

_EXAMPLE = "  kindpakket chain status --record deployment.json --json"
_PROGRESS_EVERY = 500


@dataclass(frozen=True, slots=True)
class Money:
    """Where a programme's cents are. `held` is what the contract says that they come to."""

    programme: int
    name: str
    paused: bool
    closed: bool
    token: str
    scale: int
    held: int
    reserve: int
    budgets: int
    set_aside: int
    slices: int
    credits: int
    in_transfer: int
    owed: int
    """What shops will give back out of credit to come; a part of none of the others."""

    @property
    def difference(self) -> int:
        """Held less the sum of the parts: 0, or the contract is wrong."""
        inside = self.reserve + self.budgets + self.set_aside
        return self.held - inside - self.slices - self.credits - self.in_transfer


@dataclass(frozen=True, slots=True)
class Token:
    """What the contract has of a token, and what it must have, in the token's own units."""

    address: str
    balance: int
    needed: int


@dataclass(frozen=True, slots=True)
class Status:
    """The contract after one block."""

    chain_id: int
    contract: str
    network: int
    block: int
    sponsors: int
    shops: int
    terminals: int
    passes: int
    programmes: tuple[Money, ...]
    tokens: tuple[Token, ...]

    @property
    def adds_up(self) -> bool:
        """Whether every cent is where it should be."""
        solvent = all(token.balance >= token.needed for token in self.tokens)
        return solvent and all(money.difference == 0 for money in self.programmes)


def status(town: Town) -> Status:
    """Look at every programme, pass, terminal and shop at the newest final block."""
    return _Auditor(town).status()


class _Auditor:
    """The contract at one block."""

    def __init__(self, town: Town) -> None:
        self._town = town
        self._block = town.chain.block_number("finalized")
        granted = {(args["programme"], args["pass_address"]) for args in self._events("Granted")}
        reissued = {(args["programme"], args["new_pass"]) for args in self._events("PassReissued")}
        self._passes = sorted(granted | reissued)
        self._orders = sorted({_place(args) for args in self._events("SetAside")})
        self._terminals = sorted({args["terminal"] for args in self._events("TerminalRegistered")})

    def status(self) -> Status:
        deployment = self._town.deployment
        sponsors, programmes, self._shops = (
            int(self._view(f"{kind}_count")) for kind in ("sponsor", "programme", "shop")
        )
        left = self._budgets()
        moneys = tuple(self._money(number, left) for number in range(1, programmes + 1))
        return Status(
            chain_id=deployment.chain_id,
            contract=to_hex(deployment.contract),
            network=deployment.network,
            block=self._block,
            sponsors=sponsors,
            shops=self._shops,
            terminals=len(self._terminals),
            passes=len({address for _, address in self._passes}),
            programmes=moneys,
            tokens=tuple(self._tokens(moneys)),
        )

    def _budgets(self) -> dict[int, int]:
        """What is left on all passes, by programme."""
        left: dict[int, int] = {}
        for done, (programme, address) in enumerate(self._passes, start=1):
            left[programme] = left.get(programme, 0) + int(self._look("budget", programme, address)["left"])
            if done % _PROGRESS_EVERY == 0:
                desk.progress(f"{done} of {len(self._passes)} budgets read")
        return left

    def _money(self, number: int, left: dict[int, int]) -> Money:
        found: Programme = show(self._town, number, self._block)
        set_aside = sum(int(self._look("order", *place)["amount"]) for place in self._orders if place[0] == number)
        slices = sum(int(self._look("slice_of", number, terminal)["left"]) for terminal in self._terminals)
        shops = range(1, self._shops + 1)
        return Money(
            programme=number,
            name=found.name,
            paused=found.paused,
            closed=found.closed,
            token=found.token,
            scale=found.scale,
            held=found.held,
            reserve=found.reserve,
            budgets=left.get(number, 0),
            set_aside=set_aside,
            slices=slices,
            credits=sum(int(self._view("credit", number, shop)) for shop in shops),
            in_transfer=int(self._view("in_transfer", number)),
            owed=sum(int(self._view("owed", number, shop)) for shop in shops),
        )

    def _tokens(self, moneys: tuple[Money, ...]) -> Iterator[Token]:
        holder = checksum(self._town.deployment.contract)
        for address in sorted({money.token for money in moneys}):
            token = self._town.chain.contract("development_euro", Address(from_hex(address)))
            balance = int(self._town.chain.read(token.functions.balanceOf(holder), self._block))
            needed = sum(money.held * money.scale for money in moneys if money.token == address)
            yield Token(address, balance, needed)

    def _view(self, name: str, *arguments: Any) -> Any:
        return self._town.view(name, *arguments, block=self._block)

    def _look(self, name: str, *arguments: Any) -> Any:
        return self._town.look(name, *arguments, block=self._block)

    def _events(self, name: str) -> Iterator[Any]:
        event = self._town.contract.get_event_by_name(name)
        found = self._town.chain.events(event, self._town.deployment.block, self._block)
        return (log["args"] for log in found)


def _place(args: Any) -> tuple[int, int, str]:
    """Which order an event is about."""
    return args["programme"], args["shop"], args["pass_address"]


def main(argv: list[str]) -> int:
    """Show it; exit 1 when it does not add up."""
    parser = desk.parser("chain status", "What the contract holds, and whether it adds up.", _EXAMPLE, signs=False)
    desk.add_town(parser, signs=False)
    arguments = parser.parse_args(argv)
    return _show(arguments)


def _show(arguments: argparse.Namespace) -> int:
    found = status(open_town(arguments, signs=False))
    _answer(found).say(as_json=arguments.json)
    if not found.adds_up:
        raise Broken("the contract's books do not add up; stop and let somebody look")
    return 0


def _answer(found: Status) -> Answer:
    lines = [
        f"contract {found.contract} on chain {found.chain_id}, network {found.network}; its code is the record's",
        f"after block {found.block}",
        f"{found.sponsors} sponsors, {found.shops} shops, {found.terminals} terminals, {found.passes} passes",
        *(_line(money) for money in found.programmes),
        *(f"token {token.address}: has {token.balance}, must have {token.needed}" for token in found.tokens),
        "it adds up" if found.adds_up else "IT DOES NOT ADD UP",
    ]
    return Answer("\n".join(lines), {**asdict(found), "adds_up": found.adds_up})


def _line(money: Money) -> str:
    parts = {
        "reserve": "reserve",
        "budgets": "budgets",
        "set aside": "set_aside",
        "slices": "slices",
        "credits": "credits",
        "by bank": "in_transfer",
    }
    sums = ", ".join(f"{name} {desk.euros(getattr(money, part))}" for name, part in parts.items())
    state = " (closed)" if money.closed else " (paused)" if money.paused else ""
    owed = f"; shops owe {desk.euros(money.owed)} for refunds" if money.owed else ""
    return (
        f"programme {money.programme} {money.name}{state}: holds {desk.euros(money.held)} = {sums}; "
        f"difference {money.difference}{owed}"
    )
