"""Breaks the contract on purpose, one rule at a time, and sees whether its tests notice.

Run it as `python -m tests.contract.mutants`. The verdict is the last line; exit 1 if a broken contract survives.
"""

import io
import multiprocessing
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
import vyper  # noqa: F401  loaded before the processes are forked

from contracts.compile import SOURCES
from tests.contract.world import SOURCES_VARIABLE, artifact, probe

ROOT = Path(__file__).parents[2]
SUITE = tuple(
    f"tests/contract/test_{name}.py"
    for name in ("judging", "segments", "money", "sponsors", "consent", "vectors", "stateful", "approved_is_paid")
)
OPTIONS = ("-x", "-q", "--tb=no", "--hypothesis-seed=1", "--hypothesis-profile=first-failure")
JUDGE, PACKING, SIGNING = "kindpakket.vy", "slots.vy", "typed_data.vy"


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
    Mutant("the reserve gains what the budget covered", "    if broken != reasons.PAID:\n", "    if taken != 0:\n"),
    Mutant("the reserve gains nothing", "        self.reserves[programme] += taken\n", "        pass\n"),
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
    Mutant("a terminal is not asked", '    assert signer == terminal, "terminal: did not agree"\n'),
    Mutant("any key agrees for a terminal", "assert signer == terminal,", "assert signer != empty(address),"),
    Mutant("any sponsor will do", "self.sponsors[sponsor].admin == msg.sender", "self.sponsor_of[msg.sender] != 0"),
)


class FirstFailure:
    """A pytest plugin: which test noticed first."""

    def __init__(self) -> None:
        self.test = ""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Called by pytest after each part of a test."""
        if report.failed and not self.test:
            self.test = report.nodeid.removeprefix("tests/contract/")


def killer(mutant: Mutant, suite: Sequence[str] = SUITE) -> str:
    """The test that notices the mutant, or nothing. Changes this process: call it in one of its own (`killers`).

    Raises RuntimeError when the tests could not be run at all.
    """
    first = FirstFailure()
    with tempfile.TemporaryDirectory(prefix="mutant-") as folder, redirect_stdout(io.StringIO()) as output:
        mutant.write(Path(folder))
        os.environ[SOURCES_VARIABLE] = folder
        artifact.cache_clear()
        probe.cache_clear()
        os.chdir(ROOT)
        code = pytest.main([*OPTIONS, *suite], plugins=[first])
    if code not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED) or (code and not first.test):
        raise RuntimeError(f"{mutant.name}: the tests did not run\n{output.getvalue()}")
    return first.test


def killers(mutants: Sequence[Mutant], suite: Sequence[str] = SUITE) -> Iterator[tuple[Mutant, str]]:
    """Each mutant with the test that notices it, or nothing. A process each, forked from this one as it is loaded."""
    with multiprocessing.get_context("fork").Pool(os.cpu_count(), maxtasksperchild=1) as pool:
        yield from zip(mutants, pool.imap(partial(killer, suite=suite), mutants, chunksize=1), strict=True)


def main() -> int:
    """The command. Returns 0 when every mutant is killed, else 1."""
    survived = 0
    for mutant, test in killers(MUTANTS):
        survived += not test
        sys.stdout.write(f"{'killed' if test else 'SURVIVED':9}{mutant.name:49}{test}\n")
        sys.stdout.flush()
    sys.stdout.write(f"mutants: {len(MUTANTS) - survived} of {len(MUTANTS)} killed, {survived} survived\n")
    return 1 if survived else 0


if __name__ == "__main__":
    sys.exit(main())
