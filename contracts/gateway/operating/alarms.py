"""When an operator must look, and what he does then. Pure: facts in, alarms out.

An alarm stands as long as its cause does; nobody has to acknowledge it. What each means stands in docs/operating.md,
why these and no others in docs/decisions/0021-alarms.md.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from contracts.gateway.operating.facts import Chain, Facts, Journal
from contracts.gateway.operating.words import ether, gwei, span
from contracts.wire.reasons import Reason
from contracts.wire.units import Address, Cents, Timestamp, euros, to_hex

STUCK_SECONDS = 15 * 60
UNFINAL_SECONDS = 60 * 60
LAG_SECONDS = 5 * 60
BEHIND_BLOCKS = 500
DRAWN_SECONDS = 24 * 3_600
SLICE_FLOORS = 2
GAS_DAYS = 14
BATCH_GAS = 2**24
PAYMENT_GAS = 200_000
DISK_BYTES = 2**30


class Name(StrEnum):
    """Every alarm that there is."""

    IDLE = "idle"
    NODE = "node"
    BEHIND = "behind"
    FEES = "fees"
    GAS = "gas"
    STUCK = "stuck"
    FORK = "fork"
    DISK = "disk"
    DRAWN = "drawn"
    SLICE = "slice"


DO = {
    Name.IDLE: "start a gateway: systemctl start kindpakket-gateway, then journalctl -u kindpakket-gateway",
    Name.NODE: "see whether the node runs and can be reached from here; name a second one with another --rpc",
    Name.BEHIND: "see whether the node keeps up with its network; entries are safe and go on when it does",
    Name.FEES: "wait, or restart the gateways with a higher --fee-ceiling; entries are safe meanwhile",
    Name.GAS: "send the network's own coin to this account",
    Name.STUCK: "look into the gateway's log for this terminal or transaction; anybody may settle the journal instead",
    Name.FORK: "this terminal was put back from an old copy, or its key is used twice: replace it, and settle by hand",
    Name.DISK: "make room where the store is: new entries are refused before the disk is full",
    Name.DRAWN: "tell the sponsor: a sale broke a rule, and the reserve paid the shop",
    Name.SLICE: "ask the sponsor to raise this terminal's slice, or the till can soon approve nothing by itself",
}


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something that a person must look at: what it is about, what is the matter, and what to do."""

    name: Name
    about: str
    what: str

    @property
    def do(self) -> str:
        """What to do about it."""
        return DO[self.name]


def alarms(facts: Facts) -> list[Alarm]:
    """Every alarm that stands, those that keep shops from being paid first."""
    return [alarm for rule in _RULES for alarm in rule(facts)]


def days_left(balance: int, a_day: int | None) -> int | None:
    """For how many whole days a balance lasts, both in wei; None when nothing is known of what a day takes."""
    return None if a_day is None else balance // a_day


def _idle(facts: Facts) -> Iterator[Alarm]:
    if not facts.stored.processes:
        yield Alarm(Name.IDLE, "gateway", "no gateway is at work on this store")


def _node(facts: Facts) -> Iterator[Alarm]:
    for endpoint in facts.chain.endpoints if facts.chain else ():
        if endpoint.why:
            yield Alarm(Name.NODE, endpoint.name, endpoint.why)


def _behind(facts: Facts) -> Iterator[Alarm]:
    chain = facts.chain
    if chain is None or chain.latest_at is None or chain.final is None or chain.final_at is None:
        return
    if (late := facts.now - chain.latest_at) > LAG_SECONDS:
        yield Alarm(Name.BEHIND, "newest block", f"it is {span(late)} old")
    elif (late := facts.now - chain.final_at) > UNFINAL_SECONDS:
        yield Alarm(Name.BEHIND, "final block", f"it is {span(late)} old: the chain goes on, but finalizes nothing")
    if (blocks := chain.final - facts.stored.block) > BEHIND_BLOCKS:
        yield Alarm(Name.BEHIND, "reader", f"{blocks} final blocks are not read yet")


def _fees(facts: Facts) -> Iterator[Alarm]:
    chain = facts.chain
    if chain is not None and chain.base_fee is not None and chain.base_fee > chain.ceiling:
        what = f"a unit of gas costs {gwei(chain.base_fee)}, and the ceiling is {gwei(chain.ceiling)}: nothing is sent"
        yield Alarm(Name.FEES, "base fee", what)


def _gas(facts: Facts) -> Iterator[Alarm]:
    spent = {one.account: one.a_day for one in facts.stored.spent}
    for account, balance in balances(facts).items():
        left = days_left(balance, spent.get(account))
        if left is not None and left < GAS_DAYS:
            yield Alarm(Name.GAS, to_hex(account), f"{ether(balance)} lasts for {left} days")
        elif balance < _one_batch(facts.chain):
            yield Alarm(Name.GAS, to_hex(account), f"{ether(balance)} does not pay for one full batch")


def balances(facts: Facts) -> dict[Address, int]:
    """What the accounts have that send now. One that was taken out of service may be empty."""
    known = facts.chain.balances if facts.chain else {}
    return {account: known[account] for account in facts.stored.senders if account in known}


def is_broke(facts: Facts) -> bool:
    """Whether no account could pay for as much as one payment, at twice today's price, as nodes ask for."""
    has = balances(facts).values()
    base_fee = facts.chain.base_fee or 0 if facts.chain else 0
    return bool(has) and max(has) < max(1, PAYMENT_GAS * 2 * base_fee)


def _one_batch(chain: Chain | None) -> int:
    """What the largest transaction costs now, at least 1 wei: an account with nothing is always too low."""
    return max(1, BATCH_GAS * (chain.base_fee or 0 if chain else 0))


def _stuck(facts: Facts) -> Iterator[Alarm]:
    """A journal that was refused each by itself; those that merely wait too long together, as they have one cause."""
    marked = {trouble.terminal for trouble in facts.stored.troubles}
    for trouble in facts.stored.troubles:
        if trouble.reason != Reason.FORK:
            late = span(facts.now - trouble.since)
            what = f"{Reason(trouble.reason).name}, {trouble.detail}; for {late}, {trouble.attempts} attempts"
            yield Alarm(Name.STUCK, to_hex(trouble.terminal), what)
    late_ones = [one for one in facts.stored.journals if one.terminal not in marked and is_late(one, facts.now)]
    if late_ones:
        oldest = min(late_ones, key=lambda journal: journal.since)
        first = f"entry {oldest.first} of {to_hex(oldest.terminal)}, for {span(facts.now - oldest.since)}"
        yield Alarm(
            Name.STUCK, f"{len(late_ones)} terminals", f"{sum(map(count, late_ones))} entries wait, first {first}"
        )


def is_late(journal: Journal, now: Timestamp) -> bool:
    """Whether its first entry waits for too long: in no block yet, or in one that does not become final."""
    limit = STUCK_SECONDS if journal.waiting + journal.sent else UNFINAL_SECONDS
    return now - journal.since > limit


def count(journal: Journal) -> int:
    """How many of its entries are not settled at final depth."""
    return journal.waiting + journal.sent + journal.mined


def _fork(facts: Facts) -> Iterator[Alarm]:
    for trouble in facts.stored.troubles:
        if trouble.reason == Reason.FORK:
            yield Alarm(Name.FORK, to_hex(trouble.terminal), trouble.detail)


def _disk(facts: Facts) -> Iterator[Alarm]:
    if facts.disk_free is not None and facts.disk_free < DISK_BYTES:
        yield Alarm(Name.DISK, "store", f"{facts.disk_free // 2**20} MiB are free")


def _drawn(facts: Facts) -> Iterator[Alarm]:
    terminals: dict[tuple[Address, int], list[int]] = {}
    for draw in facts.stored.draws:
        if facts.now - draw.accepted_at <= DRAWN_SECONDS:
            terminals.setdefault((draw.terminal, draw.reason), []).append(draw.cents)
    for (terminal, reason), drawn in terminals.items():
        what = f"{Reason(reason).name}: EUR {euros(Cents(sum(drawn)))} from its slice today, sales: {len(drawn)}"
        yield Alarm(Name.DRAWN, to_hex(terminal), what)


def _slice(facts: Facts) -> Iterator[Alarm]:
    for one in facts.stored.slices:
        if one.left < SLICE_FLOORS * one.floor_limit:
            left, floor = euros(Cents(one.left)), euros(Cents(one.floor_limit))
            what = f"EUR {left} is left in programme {one.programme} (floor limit EUR {floor}), shop {one.shop}"
            yield Alarm(Name.SLICE, to_hex(one.terminal), what)


_RULES: tuple[Callable[[Facts], Iterator[Alarm]], ...] = (
    _idle, _node, _behind, _fees, _gas, _stuck, _fork, _disk, _drawn, _slice,
)  # fmt: skip
