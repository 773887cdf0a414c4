"""A sponsor's budget line: its rules, its money, and its end."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from contracts.chain import checksum
from contracts.wire.errors import Broken
from contracts.wire.units import CENTS_MAX, Address, Cents, Timestamp, from_hex
from provisioning import desk, orders
from provisioning.town import Town

FLOOR_LIMIT = Cents(50_00)
OFFLINE_HOURS = 24
NO_LIMIT = CENTS_MAX
SWEEP = 200
"""The budgets, and the slices, in one transaction: as many as the contract takes."""

_PROGRESS_EVERY = 500


@dataclass(frozen=True, slots=True)
class Terms:
    """A programme's rules. Both ends of the period belong to it; `offline_window` is in seconds.

    `categories` has bit c for category c, whose shops take part; others are admitted one by one.
    """

    begins: Timestamp
    ends: Timestamp
    floor_limit: Cents = FLOOR_LIMIT
    day_limit: Cents = NO_LIMIT
    offline_window: int = OFFLINE_HOURS * 3600
    categories: int = 0


@dataclass(frozen=True, slots=True)
class Programme:
    """A programme as the contract has it, with its money in cents."""

    programme: int
    name: str
    sponsor: int
    token: str
    scale: int
    begins: int
    ends: int
    floor_limit: int
    day_limit: int
    offline_window: int
    categories: int
    paused: bool
    closed: bool
    held: int
    reserve: int

    @property
    def terms(self) -> Terms:
        """Its rules, as `change` takes them."""
        period = Timestamp(self.begins), Timestamp(self.ends)
        return Terms(*period, Cents(self.floor_limit), Cents(self.day_limit), self.offline_window, self.categories)


def create(town: Town, name: str, terms: Terms, token: Address | None = None) -> int:
    """Begin a programme of the signing sponsor, and give its number. The token is the deployment's if none is given."""
    sent = town.act("create_programme", name, checksum(token or town.deployment.token), *_rules(terms))
    return int(town.events(sent, "ProgrammeCreated")[0]["programme"])


def change(town: Town, programme: int, terms: Terms) -> None:
    """Give the programme other rules."""
    town.act("set_programme", programme, *_rules(terms))


def _rules(terms: Terms) -> tuple[int, ...]:
    limits = terms.floor_limit, terms.day_limit, terms.offline_window
    return (terms.begins, terms.ends, *limits, terms.categories)


def pause(town: Town, programme: int, *, paused: bool = True) -> None:
    """Stop the programme, or let it go on. What is approved already is paid all the same."""
    town.act("set_paused", programme, paused)


def fund(town: Town, programme: int, cents: int, *, mint: bool = False) -> int:
    """Move the signer's tokens into the programme's reserve, and give the cents that arrived.

    `mint` makes them first, which only a development euro allows. Raises Reverted when there are too few.
    """
    found = show(town, programme)
    token = town.chain.contract("development_euro", Address(from_hex(found.token)))
    signer, units = town.signer().address, cents * found.scale
    if mint:
        town.send(token.functions.mint(signer, units))
    if town.chain.read(token.functions.allowance(signer, town.contract.address)) < units:
        # Looked at each time, and not by `town.send`, which may know it as done: another funding may have used it up.
        town.chain.send(town.signer(), token.functions.approve(town.contract.address, units))
    sent = town.act("fund", programme, cents)
    return int(town.events(sent, "Funded")[0]["amount"])


def withdraw(town: Town, programme: int, cents: int) -> int:
    """Move free reserve to the admin's own address, and give the cents. Raises Reverted when there is less."""
    sent = town.act("withdraw", programme, cents)
    return int(town.events(sent, "Withdrawn")[0]["amount"])


def show(town: Town, programme: int, block: str | int = "latest") -> Programme:
    """The programme after that block. Raises Broken when there is none of this number."""
    found = town.look("programme", programme, block=block)
    if not found["sponsor"]:
        raise Broken(f"there is no programme {programme}")
    held, reserve = (int(town.view(name, programme, block=block)) for name in ("held", "reserve"))
    rules: dict[str, Any] = {**found, "token": found["token"].lower()}
    return Programme(programme=programme, held=held, reserve=reserve, **rules)


def close(town: Town, programme: int) -> None:
    """End the programme for good. Raises Reverted earlier than 90 days after its period."""
    town.act("close_programme", programme)


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep brought back to the reserve, in cents, and of how many."""

    budgets: int = 0
    slices: int = 0
    cents: int = 0
    orders: int = 0


def sweep(town: Town, programme: int) -> Swept:
    """Bring budgets, orders and slices of a closed programme to its reserve; shops' credit stays theirs.

    What is swept already holds nothing, so the same again goes on where an earlier one ended.
    """
    passes = _holding(town, "budget", programme, known_passes(town, programme))
    terminals = _holding(town, "slice_of", programme, known_terminals(town))
    freed = orders.free_all(town, programme)
    swept = Swept(cents=sum(each.to_reserve for each in freed), orders=len(freed))
    for start in range(0, max(len(passes), len(terminals)), SWEEP):
        end = start + SWEEP
        swept = _sweep_part(town, programme, swept, passes[start:end], terminals[start:end])
        if max(len(passes), len(terminals)) > SWEEP:
            desk.progress(f"swept {swept.budgets} of {len(passes)} budgets, {swept.slices} of {len(terminals)} slices")
    return swept


def _holding(town: Town, view: str, programme: int, holders: Sequence[str]) -> list[str]:
    """Those of whom the view says that something is left."""
    holding = []
    for done, holder in enumerate(holders, start=1):
        if town.look(view, programme, holder)["left"]:
            holding.append(holder)
        if done % _PROGRESS_EVERY == 0:
            desk.progress(f"looked at {done} of {len(holders)}")
    return holding


def _sweep_part(town: Town, programme: int, before: Swept, passes: Sequence[str], terminals: Sequence[str]) -> Swept:
    sent = town.act("sweep", programme, passes, terminals)
    budgets, slices = (town.events(sent, name) for name in ("BudgetSwept", "SliceReleased"))
    cents = sum(int(event["amount"]) for event in (*budgets, *slices))
    return Swept(before.budgets + len(budgets), before.slices + len(slices), before.cents + cents, before.orders)


def known_passes(town: Town, programme: int) -> list[str]:
    """Every pass that ever had a budget in the programme, a replaced one and its successor alike."""
    return sorted(set(_passes(town, programme)))


def _passes(town: Town, programme: int) -> Iterator[str]:
    yield from (args["pass_address"] for args in town.history("Granted", programme=programme))
    yield from (args["new_pass"] for args in town.history("PassReissued", programme=programme))


def known_terminals(town: Town) -> list[str]:
    """Every terminal that was ever registered."""
    return sorted({args["terminal"] for args in town.history("TerminalRegistered")})


def revoke_terminal(town: Town, programme: int, terminal: Address) -> int:
    """Take a terminal out of the programme for good; the cents of its slice that went back to the reserve.

    Its entries that are not settled yet are rejected from now on: settle what is honest first.
    """
    sent = town.act("revoke_terminal", programme, checksum(terminal))
    return int(town.events(sent, "TerminalRevoked")[0]["returned"])
