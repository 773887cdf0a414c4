"""Breaks the contract on purpose, one rule at a time, and sees whether its tests notice.

Run it as `python -m tests.contract.mutants`. The verdict is the last line; exit 1 if a broken contract survives.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from contracts.compile import SOURCES
from tests.contract.world import SOURCES_VARIABLE

ROOT = Path(__file__).parents[2]
SUITE = tuple(
    f"tests/contract/test_{name}.py"
    for name in ("judging", "segments", "money", "sponsors", "vectors", "stateful", "approved_is_paid")
)
JUDGE, PACKING, SIGNING = "kindpakket.vy", "slots.vy", "typed_data.vy"
SECONDS_MAX = 240


@dataclass(frozen=True)
class Mutant:
    """A contract with one rule broken: this text of this source stands once, and is replaced."""

    name: str
    text: str
    replacement: str = ""
    source: str = JUDGE

    def write(self, folder: Path) -> None:
        """Put the sources there, broken. Raises ValueError when the text does not stand exactly once."""
        for path in SOURCES.glob("*.vy"):
            shutil.copy(path, folder / path.name)
        broken = folder / self.source
        whole = broken.read_text()
        if whole.count(self.text) != 1:
            raise ValueError(f"{self.name}: the text stands {whole.count(self.text)} times in {self.source}")
        broken.write_text(whole.replace(self.text, self.replacement))


MUTANTS = (
    Mutant(
        "what is settled is judged again in an overlap",
        "self._judge(domain, segment, terminal, cursor + 1, body)",
        "self._judge(domain, segment, terminal, segment.first, segment.body)",
    ),
    Mutant("a gap of one is let through", "segment.first > cursor + 1:", "segment.first > cursor + 2:"),
    Mutant("a fork is let through", "    if not agrees:\n        return reasons.FORK, head, fresh\n"),
    Mutant("the sequence stands still", "slots.U32, segment.last, head)", "slots.U32, cursor, head)"),
    Mutant("the head stands still", "segment.last, head) | status", "segment.last, segment.previous_head) | status"),
    Mutant("what is settled is no longer nothing new", "if segment.last <= cursor:", "if segment.last < cursor:"),
    Mutant(
        "credit is lost when the programme changes",
        "            if account_key != 0:\n                self.accounts[account_key] = account\n",
    ),
    Mutant("the budget is not compared", "            and amount <= budget & slots.U32\n"),
    Mutant("the floor limit is not compared", "            and amount <= floor_limit\n"),
    Mutant("the beginning is not compared", "            and time >= opens\n"),
    Mutant("the end is not compared", "            and time <= closes\n"),
    Mutant(
        "a clock may be ahead",
        "min(rules >> slots.RULES_ENDS & slots.U40, block.timestamp + CLOCK_TOLERANCE)",
        "rules >> slots.RULES_ENDS & slots.U40",
    ),
    Mutant("a pause stops nothing", "rules & slots.RULES_STATUS != slots.RULES_EXIST or", "rules == 0 or"),
    Mutant(
        "any shop takes part", " or account & slots.ACCOUNT_ADMITTED == 0:\n        return 1", ":\n        return 1"
    ),
    Mutant("a blocked pass pays", "= BUDGET_KNOWN | BUDGET_BLOCKED", "= BUDGET_KNOWN", PACKING),
    Mutant("a revoked terminal is paid", "        if revoked:\n", "        if revoked and amount == 0:\n"),
    Mutant(
        "a settlement makes revoking forgotten",
        "status: uint256 = terminal & slots.TERMINAL_REVOKED_SOMEWHERE",
        "status: uint256 = 0",
    ),
    Mutant("a revoked slice stays", "Slice(left=0, revoked=True)", "Slice(left=returned, revoked=True)"),
    Mutant("the slice is not compared", "if slice_left < need:", "if slice_left == 0:"),
    Mutant("a slice is short by a cent", "if slice_left < need:", "if slice_left <= need:"),
    Mutant("a slice does not shrink", ".left = slice_left - need", ".left = slice_left"),
    Mutant("a broken rule is covered by the budget", "left if broken == reasons.PAID else 0", "min(left, amount)"),
    Mutant("the reserve gains what the budget covered", "+= taken - covered", "+= taken"),
    Mutant("the reserve gains nothing", "        self.reserves[programme] += taken - covered\n", "        pass\n"),
    Mutant("a draw leaves no mark on the pass", "+ amount - taken, slots.U32)", "+ 0, slots.U32)"),
    Mutant(
        "a short budget is called by a later rule",
        "(broken == reasons.PAID or broken > reasons.BUDGET_SHORT)",
        "broken == reasons.PAID",
    ),
    Mutant("nobody has a budget too", "if signer == empty(address):", "if signer == self:"),
    Mutant("zero is an amount", "        if amount == 0:\n", "        if amount > slots.U32:\n"),
    Mutant("s may be in its upper half", "if s > HALF_ORDER:", "if s > S_MASK:", SIGNING),
    Mutant("anybody signs a journal", "!= segment.terminal:", "== empty(address):"),
    Mutant("a body may be longer than its entries", "    if at != segment.end:\n", "    if at > segment.end:\n"),
    Mutant(
        "the domain is that of the first chain",
        "DOMAIN_SEPARATOR if chain.id == CHAIN_ID else typed_data.domain_separator()",
        "DOMAIN_SEPARATOR",
    ),
    Mutant("a payout is still held", "    self.held[programme] -= amount\n"),
    Mutant("a payout is still owed", "account - amount | slots.ACCOUNT_USED", "account | slots.ACCOUNT_USED"),
    Mutant("a payout gives the slot up", " | slots.ACCOUNT_USED"),
    Mutant("a payout can be entered again", "@nonreentrant\ndef pay_out", "def pay_out"),
    Mutant("a promise is funding", "(staticcall token.balanceOf(self) - before) // scale", "amount"),
    Mutant(
        "a token may take more", ' <= tokens, "token: took too much"', ' <= max_value(uint256), "token: took too much"'
    ),
    Mutant("a grant can be made twice", "    self.references[programme][reference] = True\n"),
    Mutant("a budget holds any amount", 'assert ever <= slots.U32, "', 'assert ever <= max_value(uint256), "'),
    Mutant(
        "a terminal can change its shop", '    assert self.terminals[terminal] == 0, "terminal: registered before"\n'
    ),
    Mutant("any sponsor will do", "self.sponsors[sponsor].admin == msg.sender", "self.sponsor_of[msg.sender] != 0"),
)


@dataclass(frozen=True)
class Verdict:
    """Which test noticed the mutant, or nothing."""

    mutant: Mutant
    killed_by: str


def attempt(mutant: Mutant, suite: Sequence[str] = SUITE) -> Verdict:
    """Run the suite against a mutant until a test fails. Raises RuntimeError when tests could not be run at all."""
    with tempfile.TemporaryDirectory(prefix="mutant-") as folder:
        mutant.write(Path(folder))
        command = (sys.executable, "-m", "pytest", "-x", "-q", "--tb=no", "--hypothesis-seed=1", *suite)
        environment = os.environ | {SOURCES_VARIABLE: folder}
        done = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=SECONDS_MAX, check=False
        )
    if done.returncode not in (0, 1):
        raise RuntimeError(f"{mutant.name}: the tests did not run\n{done.stdout}{done.stderr}")
    failed = [line for line in done.stdout.splitlines() if line.startswith(("FAILED ", "ERROR "))]
    return Verdict(mutant, failed[0].split()[1].removeprefix("tests/contract/") if failed else "")


def main() -> int:
    """The command. Returns 0 when every mutant is killed, else 1."""
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        verdicts = list(pool.map(attempt, MUTANTS))
    for verdict in verdicts:
        sys.stdout.write(
            f"{'killed' if verdict.killed_by else 'SURVIVED':9} {verdict.mutant.name:45} {verdict.killed_by}\n"
        )
    survived = sum(not verdict.killed_by for verdict in verdicts)
    sys.stdout.write(f"mutants: {len(verdicts) - survived} of {len(verdicts)} killed, {survived} survived\n")
    return 1 if survived else 0


if __name__ == "__main__":
    sys.exit(main())
