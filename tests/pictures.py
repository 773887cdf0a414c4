"""Draws docs/parts.mmd from the imports that stand in the code: `python -m tests.pictures`."""

from pathlib import Path

from tests.test_architecture import imports, modules, within

ROOT = Path(__file__).parent.parent
PICTURE = ROOT / "docs" / "parts.mmd"
PARTS = (
    "contracts.wire", "contracts.gateway", "contracts.embedded", "contracts.chain", "contracts.deployment", "drivers",
    "terminal.core", "terminal.store", "terminal.signer", "terminal.flusher", "terminal.checkpoint", "terminal.link",
    "terminal.perform", "terminal.daemon", "terminal.tui", "provisioning.demo", "provisioning",
)  # fmt: skip


def part_of(module: str) -> str | None:
    return next((part for part in sorted(PARTS, key=len, reverse=True) if within(module, part)), None)


def arrows() -> set[tuple[str, str]]:
    found = {(part_of(module), part_of(name)) for module, path in modules() for name in imports(path)}
    return {(source, target) for source, target in found if source and target and source != target}


def draw() -> str:
    lines = [f"    {source}[{source}] --> {target}[{target}]" for source, target in sorted(arrows())]
    return "\n".join(["%% drawn by `python -m tests.pictures`; do not edit", "graph LR", *lines, ""])


if __name__ == "__main__":
    PICTURE.write_text(draw())
