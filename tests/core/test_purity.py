"""The core and the wire do no I/O: it is proven by what they import and call, as nothing else would notice."""

import ast
from pathlib import Path

import pytest

from tests.test_architecture import imports, within

ROOT = Path(__file__).parent.parent.parent
PURE_STDLIB = {"collections.abc", "dataclasses", "enum", "functools", "re", "struct", "typing", "zlib"}
MAY_IMPORT = {
    "terminal/core": PURE_STDLIB | {"terminal.core", "contracts.wire"},
    "contracts/wire": PURE_STDLIB | {"contracts.wire", "coincurve", "Crypto.Hash"},  # mathematics alone
}
FORBIDDEN_CALLS = {"__import__", "breakpoint", "compile", "eval", "exec", "input", "open", "print"}
FILES = [(part, path) for part in MAY_IMPORT for path in sorted((ROOT / part).rglob("*.py"))]


def impurities(path: Path, allowed: set[str]) -> list[str]:
    names = [node.id for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Name)]
    return [
        *(name for name in imports(path) if not any(within(name, each) for each in allowed)),
        *(name for name in names if name in FORBIDDEN_CALLS),
    ]


@pytest.mark.parametrize(("part", "path"), FILES, ids=lambda each: getattr(each, "name", each))
def test_nothing_pure_can_reach_the_world(part, path):
    assert impurities(path, MAY_IMPORT[part]) == []


@pytest.mark.parametrize("line", ["import time", "import random", "from os import path", "import socket", "open('x')"])
def test_the_check_sees_an_impurity(tmp_path, line):
    module = tmp_path / "sale.py"
    module.write_text(line)
    assert impurities(module, MAY_IMPORT["terminal/core"]) != []
