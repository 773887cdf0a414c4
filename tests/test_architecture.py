"""The arrows of docs/architecture.md, held by the imports that really stand in the code."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
OURS = ("contracts", "drivers", "provisioning", "terminal")

ADAPTERS = ("store", "signer", "flusher", "checkpoint", "link")
LOOPS = ("flusher", "checkpoint")
KEEPERS = ("store", "signer")

MAY_IMPORT = {
    "contracts.wire": {"contracts.wire"},
    "contracts": {"contracts"},
    "drivers": {"drivers"},
    "terminal.core": {"terminal.core", "contracts.wire"},
    "terminal.tui": {"terminal.tui", "terminal.link", "contracts.wire"},
    **{f"terminal.{name}": {f"terminal.{name}", "terminal.core", "contracts.wire"} for name in ADAPTERS},
    **{
        f"terminal.{name}": {f"terminal.{name}", "terminal.core", "terminal.rounds", "contracts.wire"} for name in LOOPS
    },
    **{
        f"terminal.{name}": {f"terminal.{name}", "terminal.core", "terminal.durable", "contracts.wire"}
        for name in KEEPERS
    },
    "terminal.rounds": {"contracts.wire"},
    "terminal.durable": set(),
    "terminal": {"terminal", "drivers", "contracts.wire", "contracts.deployment"},
}
"""What each part may know of ours; the longest name that fits a module is its part."""

HEAVY = {"web3", "eth_account", "vyper", "textual"}


def modules() -> Iterator[tuple[str, Path]]:
    for package in OURS:
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            yield ".".join(part for part in parts if part != "__init__"), path


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import hides where it points"
            yield node.module or ""


def within(module: str, part: str) -> bool:
    return module == part or module.startswith(part + ".")


def rule_of(module: str) -> set[str] | None:
    parts = [part for part in MAY_IMPORT if within(module, part)]
    return MAY_IMPORT[max(parts, key=len)] if parts else None


def offences(module: str, path: Path) -> list[str]:
    rule = rule_of(module)
    ours = (name for name in imports(path) if name.split(".")[0] in OURS)
    return [] if rule is None else [f"{module} -> {name}" for name in ours if not any(within(name, ok) for ok in rule)]


def test_every_arrow_is_allowed():
    assert [offence for module, path in modules() for offence in offences(module, path)] == []


def test_the_check_sees_a_forbidden_arrow(tmp_path):
    module = tmp_path / "sale.py"
    module.write_text("from terminal.store import Store\n")
    assert offences("terminal.core.sale", module) == ["terminal.core.sale -> terminal.store"]


def test_every_part_named_here_exists():
    found = {module for module, _ in modules()}
    assert [part for part in MAY_IMPORT if part not in found] == []


@pytest.mark.parametrize(
    "module", ["terminal.daemon", "terminal.flusher", "terminal.checkpoint", "terminal.doctor", "terminal.enrol"]
)
def test_the_daemon_never_loads_what_a_till_cannot_afford(module):
    code = f"import sys, {module}; print(*sorted({HEAVY!r} & set(sys.modules)))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert loaded.stdout.strip() == ""
