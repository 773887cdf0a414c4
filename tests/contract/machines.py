"""On which machine the tests run: py-evm, or anvil where it is installed."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from tests.contract.anvil import Anvil, program
from tests.contract.called import Machine
from tests.contract.evm import Evm

KINDS: dict[str, Callable[[int], Machine]] = {"py-evm": Evm, "anvil": Anvil}

on_each = pytest.mark.parametrize(
    "machine",
    [
        "py-evm",
        pytest.param(
            "anvil",
            marks=pytest.mark.skipif(program() is None, reason="anvil is not installed: tests/contract/anvil.py"),
        ),
    ],
    indirect=True,
)
"""For a test, or as `pytestmark` for all of a file."""

_chosen = ["py-evm"]


def new(time: int) -> Machine:
    """A machine of the chosen kind, with nothing on it."""
    return KINDS[_chosen[-1]](time)


@contextmanager
def on(kind: str) -> Iterator[None]:
    """Make new machines of this kind meanwhile."""
    _chosen.append(kind)
    try:
        yield
    finally:
        _chosen.pop()
