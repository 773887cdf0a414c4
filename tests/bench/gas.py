"""Gas of a payment, by itself and in batches, beside a plain ERC-20 transfer on the same chain.

Every rule is on: shops take part by their category, and floor and day limits are set. Every slot that is written held
something before, as on any day but the first; each payment is of another pass.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from contracts.compile import SOURCES
from contracts.wire.hashing import keccak256
from tests.bench.table import Figures
from tests.contract import world as worlds
from tests.contract.journals import Till, address, code
from tests.contract.world import BY_CATEGORY, SOURCES_VARIABLE, World

SHAPES = {"1": (1, 1), "10": (1, 10), "100": (1, 100), "10x10": (10, 10)}
"""Terminals, each of another shop, and the payments of each in one batch."""

TITLE = "gas a payment, by entries in one batch and terminals that they come from (a phone's codes in the second line)"
ENTRIES = (1, 10, 50, 100, 200, 1_000)
TERMINALS = (1, 2, 5, 10, 20)
ELSEWHERE: Figures = {
    "erc20_transfer_openzeppelin_5.7": 34_323,  # measured on anvil, existing holder
    "kindpakket_2017_payment": 35_040,  # one transaction a payment; no period, no family's signature
    "kindpakket_2018_transfer": 38_018,
}
CAP = 2**24
"""Of one transaction (EIP-7825)."""

BUDGET, PRICE, CATEGORY = 4_000, 1_234, 1

_DAY_LINES = """        day: uint256 = unsafe_div(time, DAY)
        if day < earliest:
            day = earliest
        today: uint256 = amount
        kept: uint256 = budget >> slots.BUDGET_DAY & slots.U16
        if day <= kept:
            day = kept
            today = unsafe_add(amount, budget >> slots.BUDGET_TODAY & slots.U32)
"""
_ADMITTED = " or not slots.is_admitted(rules, account)"
_RETIRED = """        if status & slots.TERMINAL_RETIRED != 0:
            self._reject(segment.terminal, sequence, reasons.TERMINAL_RETIRED)
            continue
        if form == batches.RETIRE:
            status |= slots.TERMINAL_RETIRED
            log TerminalRetired(terminal=segment.terminal, sequence=convert(sequence, uint32))
            continue
"""
_PHONE = "            and (delegation == 0 or self._misused(budget, delegation, amount, time) == reasons.PAID)\n"
_USE = "budget if delegation == 0 else slots.use(budget, delegation)\n            account"
_TAKEN = "unsafe_mul(amount, slots.ACCOUNT_CENT))\n        else:"
RULES: dict[str, tuple[tuple[str, str], ...]] = {
    "day limit": (
        (_DAY_LINES, "        day: uint256 = 0\n        today: uint256 = amount\n"),
        ("            and today <= bounds.day_limit\n", ""),
    ),
    "floor limit": (("            and amount <= bounds.floor_limit\n", ""),),
    "period and clock": (("            and time >= bounds.opens\n            and time <= bounds.closes\n", ""),),
    "blocked and unknown passes": (("budget & slots.BUDGET_STATUS == slots.BUDGET_KNOWN\n            and ", ""),),
    "admitted shops": ((_ADMITTED, ""),),
    "codes of phones": ((_PHONE, ""), (_USE, "budget\n            account")),
    "retired terminals": ((_RETIRED, ""),),
    "no more given back than taken": ((_TAKEN, "amount)\n        else:"),),
}
"""What is taken out of settlement.vy to learn what a rule costs."""


def measure() -> Figures:
    """Gas a payment for the usual shapes of a batch, of an ERC-20 transfer to an existing holder, and of a grant."""
    figures = {f"payment_{name}": settle(*shape) for name, shape in SHAPES.items()}
    phone = settle(1, 100, by_phone=True)
    return figures | {"phone_payment_100": phone, "erc20_transfer": transfer(), "grant_200": grant(200)}


def table() -> dict[str, Figures]:
    """Gas a payment for every shape that a batch can have."""
    rows: dict[str, Figures] = {}
    for terminals in TERMINALS:
        for by_phone in (False, True):
            name = f"{terminals} terminals{', phones' if by_phone else ''}"
            counts = [count for count in ENTRIES if count >= terminals and not (by_phone and count > 200)]
            measured = (settle(terminals, count // terminals, by_phone=by_phone) for count in counts)
            rows[name] = {str(count): round(gas) for count, gas in zip(counts, measured, strict=True)}
    return rows


def whole_transaction(terminals: int = 20, each: int = 60) -> Figures:
    """Whether a full batch fits in one transaction."""
    gas = settle(terminals, each) * terminals * each
    return {"entries": terminals * each, "terminals": terminals, "gas": round(gas), "of_the_cap": round(gas / CAP, 3)}


def prices() -> Figures:
    """What each rule costs a payment, 100 from one terminal: the contract less its rule, compiled and measured."""
    whole = settle(1, 100)
    return {rule: round(whole - _without(patches), 1) for rule, patches in RULES.items()}


def settle(terminals: int, each: int, *, by_phone: bool = False) -> float:
    """Gas a payment of one batch: that many terminals with that many payments each."""
    world = new_world()
    tills = [world.till, *(new_till(world, number) for number in range(2, terminals + 1))]
    holders = grant_all(world, (each + 1) * terminals)
    for till in tills:
        till.pay(next(holders), PRICE)
    world.settle(*(till.segment() for till in tills))
    for till in tills:
        for _ in range(each):
            if by_phone:
                till.phone(next(holders), PRICE, code(PRICE, counter=1))
            else:
                till.pay(next(holders), PRICE)
    receipt = world.settle(*(till.segment(2) for till in tills))
    if [event.kind for event in receipt.events] != ["Settled"] * terminals:
        raise RuntimeError(f"not plainly paid: {receipt.events}")
    return receipt.gas / (terminals * each)


def transfer() -> float:
    """Gas of a transfer of the development euro between two holders."""
    world = World()
    for holder in ("family-01", "family-02"):
        world.euro("mint", address(holder), BUDGET)
    return world.euro("transfer", address("family-02"), PRICE, sender=address("family-01")).gas


def grant(passes: int) -> float:
    """Gas a pass of one grant to passes that are new."""
    world = World()
    holders = [address(f"family-{number:03}") for number in range(passes)]
    return world("grant", 1, keccak256(b"grant"), holders, [BUDGET] * passes).gas / passes


def new_world() -> World:
    """A programme in which shops take part by their category."""
    world = World(funds=BUDGET * 2_000, slice_cents=0)
    world.set_rules(categories=1 << CATEGORY)
    world.place(standing=BY_CATEGORY, category=CATEGORY)
    return world


def new_till(world: World, number: int) -> Till:
    """A terminal of a shop of its own."""
    shop = world.new_shop(f"shop-{number:02}")
    world.place(shop, standing=BY_CATEGORY, category=CATEGORY)
    return world.new_till(f"till-{number:02}", shop)


def grant_all(world: World, count: int) -> Iterator[str]:
    """Budgets for that many passes; their names one by one."""
    names = [f"family-{number:03}" for number in range(count)]
    for first in range(0, count, 200):
        part = [address(name) for name in names[first : first + 200]]
        world("grant", 1, keccak256(b"grant", first.to_bytes(4)), part, [BUDGET] * len(part))
    return iter(names)


def _without(patches: tuple[tuple[str, str], ...]) -> float:
    """Gas a payment with a contract from which something was taken out."""
    with tempfile.TemporaryDirectory() as folder:
        sources = Path(folder) / "src"
        shutil.copytree(SOURCES, sources)
        judge = sources / "settlement.vy"
        text = judge.read_text()
        for old, new in patches:
            if text.count(old) != 1:
                raise RuntimeError(f"settlement.vy has no longer what is taken out here: {old!r}")
            text = text.replace(old, new)
        judge.write_text(text)
        worlds.artifact.cache_clear()
        os.environ[SOURCES_VARIABLE] = str(sources)
        try:
            return settle(1, 100)
        finally:
            del os.environ[SOURCES_VARIABLE]
            worlds.artifact.cache_clear()
