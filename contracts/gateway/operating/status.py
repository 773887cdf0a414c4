"""`kindpakket gateway status`: whether shops are being paid, what is wrong, and how things stand."""

import argparse
import json
import shutil
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from contracts.gateway.operating import reading
from contracts.gateway.operating.asking import Nodes, ask
from contracts.gateway.operating.facts import WEI_PER_GWEI, Chain, Facts, Stored
from contracts.gateway.operating.looking import look
from contracts.gateway.operating.report import AccountFields, ChainFields, StatusFields, TransactionFields, report
from contracts.gateway.operating.words import gwei, span
from contracts.gateway.settling.follower import Terms
from contracts.gateway.store.place import add_options, folder, place
from contracts.wire.units import Address, Timestamp

_EXAMPLE = """example:
  kindpakket gateway status --data ./gateway --rpc http://127.0.0.1:8545
  kindpakket gateway status --database postgresql://kindpakket@localhost/kindpakket --json

Only reads, beside running gateways or without any. Exit 1 when an alarm stands. Balances, days left and nodes are told
when --rpc names the gateways' nodes. What each alarm means stands in docs/operating.md.
"""


def main(argv: list[str]) -> int:
    """Print it. Raises Broken or TryAgain when the store cannot be read."""
    arguments = _parser().parse_args(argv)
    told = report(_facts(place(arguments), arguments))
    text = json.dumps(told.model_dump(mode="json"), indent=2) if arguments.json else "\n".join(table(told))
    sys.stdout.write(text + "\n")
    return 1 if told.alarms else 0


def _facts(where: str | Path, arguments: argparse.Namespace) -> Facts:
    now = Timestamp(int(time.time()))
    with look(where) as connection:
        stored = reading.read(connection, now)
        accounts = reading.accounts(connection)
    disk = None if (at := folder(where)) is None else shutil.disk_usage(at).free
    return Facts(now, stored, _chain(stored, accounts, arguments), disk)


def _chain(stored: Stored, accounts: Iterable[Address], arguments: argparse.Namespace) -> Chain | None:
    ceiling = int(arguments.fee_ceiling * WEI_PER_GWEI)
    nodes = Nodes(arguments.rpc, stored.chain_id, ceiling, arguments.final_depth)
    return ask(nodes, accounts) if arguments.rpc else None


def table(told: StatusFields) -> Iterator[str]:
    """Lines for a person."""
    yield told.headline
    yield ""
    for alarm in told.alarms:
        yield f"ALARM {alarm.name}: {alarm.about}: {alarm.what}"
        yield f"      {alarm.do}"
    if told.alarms:
        yield ""
    entries = told.entries
    moving = f"{entries.waiting} waiting, {entries.sent} sent, {entries.mined} in a block that is not final"
    yield _row("entries", f"{moving}; {entries.paid} done, {entries.drawn} drawn, {entries.rejected} rejected")
    yield _row("terminals", f"{told.terminals}, of which {told.terminals_waiting} wait")
    yield _row("gateways", f"{len(told.processes)} at work")
    yield from _transactions(told.transactions)
    for account in told.accounts:
        yield _row("account", _account(account))
    yield from _nodes(told.chain)
    yield _row("read", f"to block {told.read_block} of chain {told.chain_id}, contract {told.contract}")
    if told.disk_free is not None:
        yield _row("disk", f"{told.disk_free // 2**20} MiB free")


def _transactions(transactions: list[TransactionFields]) -> Iterator[str]:
    """Those in no block one by one, as there are few and a person may have to look; the others by their number."""
    for one in transactions:
        if one.block is None:
            tried = f"{one.attempts} attempts, at most {gwei(one.max_fee_wei)}"
            yield _row("transaction", f"{one.account} nonce {one.nonce}: {span(one.seconds)} old, {tried}, in no block")
    mined = sum(one.block is not None for one in transactions)
    yield _row("in blocks", f"{mined} transactions whose block is not final")


def _account(account: AccountFields) -> str:
    lasts = "for how long is unknown" if account.days_left is None else f"for {account.days_left} days"
    has = "balance unknown (name a node with --rpc)" if account.balance is None else f"{account.balance} ETH, {lasts}"
    done = f"{account.transactions} transactions with {account.entries} entries, {account.gas} gas"
    return f"{account.account}: {has}; so far {account.spent} ETH for {done}"


def _nodes(chain: ChainFields | None) -> Iterator[str]:
    if chain is None:
        yield _row("nodes", "not asked: name them with --rpc")
        return
    for node in chain.nodes:
        yield _row("node", f"{node.node}: {node.why or 'answers'}")
    if chain.latest is not None and chain.latest_age is not None and chain.final_age is not None:
        ages = (
            f"block {chain.latest} is {span(chain.latest_age)} old, final block {chain.final} {span(chain.final_age)}"
        )
        fee = f"a unit of gas {gwei(chain.base_fee_wei or 0)}, ceiling {gwei(chain.ceiling_wei)}"
        yield _row("chain", f"{ages}; {fee}")


def _row(name: str, text: str) -> str:
    return f"{name:<12}{text}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="kindpakket gateway status",
        description="Whether shops are being paid, what is wrong and what to do, and how things stand.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_options(parser)
    parser.add_argument("--rpc", action="append", default=[], metavar="URL", help="a node; may be given again")
    ceiling = Terms().ceiling / WEI_PER_GWEI
    parser.add_argument("--fee-ceiling", type=float, default=ceiling, metavar="GWEI", help="as of gateway run")
    parser.add_argument("--final-depth", type=int, metavar="N", help="as of gateway run")
    parser.add_argument("--json", action="store_true", help="for a machine")
    return parser
