"""`make chaos`: terminals, gateways, store and chain in a storm, and then the books. Its last line is the verdict.

SECONDS (300) is how long it storms, SEED makes the same storm again, STORE=sqlite has one gateway on SQLite.
"""

import argparse
import asyncio
import secrets
import shutil
import sys
import tempfile
import traceback
from pathlib import Path

from tests.chaos import books
from tests.chaos.aside import Orders, counted
from tests.chaos.books import ASKS, PAYMENTS, Evidence
from tests.chaos.plan import Plan
from tests.chaos.run import Run

FINDINGS_SHOWN = 40


def main() -> int:
    """Exit 0 when the books are in order, 1 when they are not; then the run's folder is kept."""
    plan = _plan()
    store = "SQLite and one gateway" if plan.sqlite else "PostgreSQL and three gateways"
    _print(f"chaos: seed {plan.seed}, {plan.seconds:.0f} s, {store}")
    try:
        found = asyncio.run(_run(plan))
    except Exception:  # noqa: BLE001 - whatever it is: the verdict is the last line
        traceback.print_exc()
        _print(f"chaos: FAIL, the run broke off, seed {plan.seed}; logs and journals are in {plan.folder}")
        return 1
    if not found:
        shutil.rmtree(plan.folder)
        return 0
    return 1


def _plan() -> Plan:
    parser = argparse.ArgumentParser(prog="make chaos")
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    parser.add_argument("--store", choices=("postgresql", "sqlite"), default="postgresql")
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix=f"kindpakket-chaos-{given.seed}-"))
    folder.chmod(0o755)  # PostgreSQL runs as somebody else
    return Plan(folder, given.seed, given.seconds, sqlite=given.store == "sqlite")


async def _run(plan: Plan) -> list[str]:
    run = Run(plan)
    try:
        evidence = await run.play()
    finally:
        await run.close()
    found = books.findings(evidence)
    for line in [*_happened(run), *(f"finding: {line}" for line in found[:FINDINGS_SHOWN])]:
        _print(line)
    if found:
        _print(f"chaos: FAIL, {len(found)} findings, seed {plan.seed}; logs and journals are in {plan.folder}")
    else:
        _print(f"chaos: PASS, {_sums(evidence)}, seed {plan.seed}")
    return found


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _happened(run: Run) -> list[str]:
    tally = run.tally
    parts = {
        "incidents": {**tally.incidents, "terminals killed": tally.struck},
        "requests": {str(fate): count for fate, count in tally.fates.items()},
        "counters": tally.counters,
        "clerk": tally.clerk,
        "desk": tally.desk,
        "gateways' logs": tally.gateways,
    }
    lines = [
        f"{name}: {', '.join(f'{count} {what}' for what, count in sorted(part.items()))}"
        for name, part in parts.items()
    ]
    return [*lines, *(f"a screen kept a shopkeeper waiting: {line}" for line in tally.stuck[:10])]


def _sums(evidence: Evidence) -> str:
    entries = [entry for till in evidence.tills for entry in till.journal]
    paid = sum(1 for till in evidence.tills for told in till.told if told.name == "AskPaid")
    drawn = sum(1 for till in evidence.tills for told in till.told if told.name == "Drawn")
    payments = sum(1 for entry in entries if entry.kind in PAYMENTS)
    asks = sum(1 for entry in entries if entry.kind in ASKS)
    refunds = len(entries) - payments - asks
    sums = f"{payments} payments ({drawn} drawn), {paid} of {asks} asks paid, {refunds} refunds"
    return (
        f"{sums}, {_ordered(evidence.orders)}, 0 lost, 0 doubled, 0 rejected, difference {books.difference(evidence)}"
    )


def _ordered(orders: Orders) -> str:
    all_of_them, fetched, freed = (counted(orders, name) for name in ("SetAside", "AskPaid", "SetFree"))
    return f"{fetched} of {all_of_them} orders handed over, {freed} freed, {len(orders.standing)} waiting"


if __name__ == "__main__":
    sys.exit(main())
