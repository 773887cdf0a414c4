"""What an operator is told: whether shops are being paid, first and in one line; then what is wrong; then the figures.

Pure: facts in, fields out. The same fields are answered over HTTP, printed as JSON, and shown as a table.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from contracts.gateway.operating.alarms import Alarm, Name, alarms, count, days_left, is_broke, is_late
from contracts.gateway.operating.facts import WEI_PER_GWEI, Chain, Facts, Stored
from contracts.gateway.operating.words import exact_ether, span
from contracts.wire.units import Address, to_hex

Paying = Literal["yes", "partly", "no"]


class Fields(BaseModel):
    """A JSON object of exactly these fields."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class AlarmFields(Fields):
    """What is wrong, and what to do."""

    name: Name
    about: str
    what: str
    do: str


class EntryFields(Fields):
    """How many entries are where. `mined` is in a block that could still be undone; the last three are final."""

    waiting: int
    sent: int
    mined: int
    paid: int
    drawn: int
    rejected: int


class AccountFields(Fields):
    """An account that pays for gas; its money in ETH, as text. Null is unknown. What it spent is final."""

    account: str
    balance: str | None
    days_left: int | None
    spent_a_day: str | None
    spent: str
    gas: int
    transactions: int
    entries: int


class TransactionFields(Fields):
    """A transaction whose fate is not final; `block` is null while it is in none."""

    account: str
    nonce: int
    seconds: int
    attempts: int
    max_fee_wei: int
    block: int | None


class NodeFields(Fields):
    """A node, and why it is of no use, or nothing."""

    node: str
    why: str


class ChainFields(Fields):
    """What the nodes say. Null is unknown; ages are in seconds."""

    nodes: list[NodeFields]
    latest: int | None
    latest_age: int | None
    final: int | None
    final_age: int | None
    base_fee_wei: int | None
    ceiling_wei: int


class StatusFields(Fields):
    """How the gateway is doing."""

    paying: Annotated[Paying, Field(description="partly: but for terminals that need a person")]
    headline: str
    time: int
    contract: str
    chain_id: int
    alarms: list[AlarmFields]
    entries: EntryFields
    oldest_seconds: int
    terminals: int
    terminals_waiting: int
    accounts: list[AccountFields]
    transactions: list[TransactionFields]
    processes: list[str]
    read_block: int
    chain: ChainFields | None
    disk_free: int | None


def report(facts: Facts) -> StatusFields:
    """All of it."""
    found = alarms(facts)
    stored, journals = facts.stored, facts.stored.journals
    return StatusFields(
        paying=paying(facts, found),
        headline=headline(facts, found),
        time=facts.now,
        contract=to_hex(stored.contract),
        chain_id=stored.chain_id,
        alarms=[AlarmFields(name=one.name, about=one.about, what=one.what, do=one.do) for one in found],
        entries=_entries(stored),
        oldest_seconds=_oldest(facts),
        terminals=stored.terminals,
        terminals_waiting=len(journals),
        accounts=[_account(facts, account) for account in accounts(facts)],
        transactions=_transactions(facts),
        processes=list(stored.processes),
        read_block=stored.block,
        chain=None if facts.chain is None else _chain(facts, facts.chain),
        disk_free=facts.disk_free,
    )


def paying(facts: Facts, found: list[Alarm]) -> Paying:
    """Whether what terminals hand in is being paid."""
    if _stopped(facts, found):
        return "no"
    return "partly" if any(alarm.name in {Name.FORK, Name.STUCK} for alarm in found) else "yes"


def headline(facts: Facts, found: list[Alarm]) -> str:
    """The one line that a person reads first."""
    waits = _waits(facts)
    match paying(facts, found):
        case "no":
            why = _stopped(facts, found)
            return (
                f"Shops are NOT being paid: {why}. {_upper(waits or 'nothing waits here')}; what was handed in is safe."
            )
        case "partly":
            some = _terminals(_in_need(facts))
            return f"Shops are being paid, except at {some}: a person must look. {_upper(waits or 'nothing waits')}."
    return f"Shops are being paid: {waits or 'nothing waits'}."


def accounts(facts: Facts) -> list[Address]:
    """Every account that has paid for gas, or is to."""
    of_store = {one.account for one in facts.stored.spent} | {one.account for one in facts.stored.transactions}
    return sorted(of_store | set(facts.chain.balances if facts.chain else ()))


def _stopped(facts: Facts, found: list[Alarm]) -> str:
    """Why nothing is paid at all; empty when that is not so."""
    stops = [alarm for alarm in found if alarm.name in {Name.IDLE, Name.FEES}]
    if facts.chain is not None and facts.chain.latest is None:
        stops += [alarm for alarm in found if alarm.name is Name.NODE]
    if stops:
        return stops[0].what
    if is_broke(facts):
        return "no account can pay for gas"
    marked = {trouble.terminal for trouble in facts.stored.troubles}
    rest = [journal for journal in facts.stored.journals if journal.terminal not in marked]
    late = [journal for journal in rest if is_late(journal, facts.now)]
    return "entries wait for too long" if late and len(late) == len(rest) else ""


def _waits(facts: Facts) -> str:
    journals = facts.stored.journals
    if not journals:
        return ""
    sums = f"entries on their way: {sum(map(count, journals))} of {_terminals(len(journals))}"
    return f"{sums}, the oldest for {span(_oldest(facts))}"


def _upper(words: str) -> str:
    return words[:1].upper() + words[1:]


def _terminals(number: int) -> str:
    return "1 terminal" if number == 1 else f"{number} terminals"


def _in_need(facts: Facts) -> int:
    """How many terminals' entries do not go on by themselves."""
    late = {journal.terminal for journal in facts.stored.journals if is_late(journal, facts.now)}
    return len(late | {trouble.terminal for trouble in facts.stored.troubles})


def _oldest(facts: Facts) -> int:
    return max((facts.now - journal.since for journal in facts.stored.journals), default=0)


def _entries(stored: Stored) -> EntryFields:
    places = {name: sum(getattr(one, name) for one in stored.journals) for name in ("waiting", "sent", "mined")}
    settled = stored.settled
    return EntryFields(**places, paid=settled.paid, drawn=settled.drawn, rejected=settled.rejected)


def _account(facts: Facts, account: Address) -> AccountFields:
    balance = facts.chain.balances.get(account) if facts.chain else None
    spent = next((one for one in facts.stored.spent if one.account == account), None)
    a_day = None if spent is None else spent.a_day
    return AccountFields(
        account=to_hex(account),
        balance=None if balance is None else exact_ether(balance),
        days_left=None if balance is None else days_left(balance, a_day),
        spent_a_day=None if a_day is None else exact_ether(a_day),
        spent=exact_ether(0 if spent is None else spent.fee_gwei * WEI_PER_GWEI),
        gas=0 if spent is None else spent.gas,
        transactions=0 if spent is None else spent.transactions,
        entries=0 if spent is None else spent.entries,
    )


def _transactions(facts: Facts) -> list[TransactionFields]:
    return [
        TransactionFields(
            account=to_hex(one.account),
            nonce=one.nonce,
            seconds=facts.now - one.created_at,
            attempts=one.attempts,
            max_fee_wei=one.max_fee,
            block=one.block,
        )
        for one in facts.stored.transactions
    ]


def _chain(facts: Facts, chain: Chain) -> ChainFields:
    return ChainFields(
        nodes=[NodeFields(node=one.name, why=one.why) for one in chain.endpoints],
        latest=chain.latest,
        latest_age=None if chain.latest_at is None else facts.now - chain.latest_at,
        final=chain.final,
        final_age=None if chain.final_at is None else facts.now - chain.final_at,
        base_fee_wei=chain.base_fee,
        ceiling_wei=chain.ceiling,
    )
