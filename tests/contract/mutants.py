"""Breaks the contract on purpose, one rule at a time, and sees whether its tests notice.

Run it as `python -m tests.contract.mutants [EVERY]`; each is stopped at its first failure. The verdict is the last
line; exit 1 if a broken contract survives.
"""

import gc
import io
import multiprocessing
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import redirect_stdout
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
import vyper  # noqa: F401  loaded before the processes are forked

from tests.contract.broken import MUTANTS, Mutant
from tests.contract.world import HALF_VARIABLE, SOURCES_VARIABLE, artifact, probe

ROOT = Path(__file__).parents[2]
SUITE = (
    *(
        "judging",
        "refunds",
        "owed",
        "asks",
        "phone_codes",
        "day_limit",
        "retiring",
        "reissuing",
        "segments",
        "categories",
    ),
    *("money", "compensating", "bank", "people", "closing", "sponsors", "consent", "vectors", "halves"),
    *("orders", "handing_over", "freeing"),
    *("worst_cases", "worst_gateways"),
    *("differential", "stateful", "approved_is_paid"),
)
"""The quick ones first."""

OPTIONS = (
    *("-x", "-q", "--tb=no", "--assert=plain", "-k", "not anvil", "--disable-plugin-autoload"),
    *("-p", "_hypothesis_pytestplugin", "-p", "pytest_timeout", "-p", "pytest_asyncio.plugin"),
    *("--hypothesis-seed=1", "--hypothesis-profile=first-failure"),
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
    with tempfile.TemporaryDirectory(prefix="mutant-") as folder:
        mutant.write(Path(folder))
        os.environ |= {SOURCES_VARIABLE: folder, HALF_VARIABLE: mutant.half}
        artifact.cache_clear()
        probe.cache_clear()
        os.chdir(ROOT)
        if mutant.first in suite:
            test = noticed(mutant, [mutant.first])
            if test:
                return test
        gc.enable()  # what is quick needs no collection, and the compiler is a third quicker without
        return noticed(mutant, [name for name in suite if name != mutant.first])


def noticed(mutant: Mutant, suite: Sequence[str]) -> str:
    """The first of these tests that fails, or nothing."""
    first = FirstFailure()
    with redirect_stdout(io.StringIO()) as output:
        code = pytest.main([*OPTIONS, *(f"tests/contract/test_{name}.py" for name in suite)], plugins=[first])
    if code not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED) or (code and not first.test):
        raise RuntimeError(f"{mutant.name}: the tests did not run\n{output.getvalue()}")
    return first.test


def killers(mutants: Sequence[Mutant], suite: Sequence[str] = SUITE) -> Iterator[tuple[Mutant, str]]:
    """Each mutant with the test that notices it, or nothing. A process each, forked from this one as it is loaded."""
    gc.freeze()
    with multiprocessing.get_context("fork").Pool(os.cpu_count(), gc.disable, maxtasksperchild=1) as pool:
        yield from zip(mutants, pool.imap(partial(killer, suite=suite), mutants, chunksize=1), strict=True)


def main(every: int = 1) -> int:
    """The command. Returns 0 when every mutant is killed, else 1. Of so many it takes one, another one each day."""
    mutants = MUTANTS[datetime.now(UTC).toordinal() % every :: every]
    survived = 0
    for mutant, test in killers(mutants):
        survived += not test
        sys.stdout.write(f"{'killed' if test else 'SURVIVED':9}{mutant.name:45}{test}\n")
        sys.stdout.flush()
    sys.stdout.write(f"mutants: {len(mutants) - survived} of {len(mutants)} killed, {survived} survived\n")
    return 1 if survived else 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
