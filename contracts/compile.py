"""Compiles the contracts, and keeps what the compiler made beside their sources.

    python -m contracts.compile             writes contracts/abi/*.json
    python -m contracts.compile --check     exits 1 when they are not what the sources give

The compiler is a development dependency: whoever deploys or calls a contract reads the checked-in files.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from contracts.wire.errors import Broken

SOURCES = Path(__file__).parent / "src"
ARTIFACTS = Path(__file__).parent / "abi"
NAMES = ("kindpakket", "office", "development_euro")
OFFICE_OF = {"kindpakket": "office"}
"""A contract that runs the code of another one too (decision 9) is called by what both understand."""

COMPILER = "0.4.3"
EVM_VERSION = "prague"

Artifact = dict[str, Any]
"""compiler, evm_version, abi, bytecode (0x.., constructor arguments go behind it), runtime_bytecode (0x..,
before the immutables are appended), method_identifiers."""


def load(name: str) -> Artifact:
    """What the compiler made of a contract of ours, as checked in. Needs no compiler."""
    artifact: Artifact = json.loads((ARTIFACTS / f"{name}.json").read_text())
    return artifact


def compile_source(source: Path, imports: Path = SOURCES) -> Artifact:
    """What the compiler makes of a source that imports from that folder. Raises Broken for another compiler."""
    output = _compile(source, imports, "abi", "bytecode", "bytecode_runtime", "method_identifiers")
    return {
        "compiler": COMPILER,
        "evm_version": EVM_VERSION,
        "abi": output["abi"],
        "bytecode": output["bytecode"],
        "runtime_bytecode": output["bytecode_runtime"],
        "method_identifiers": output["method_identifiers"],
    }


def compile_named(name: str, sources: Path = SOURCES) -> Artifact:
    """A contract of ours in that folder, to be called by all that it and its office understand."""
    artifact = compile_source(sources / f"{name}.vy", sources)
    if name not in OFFICE_OF:
        return artifact
    office = compile_source(sources / f"{OFFICE_OF[name]}.vy", sources)
    own = [part for part in artifact["abi"] if part["type"] != "fallback"]
    more = [part for part in office["abi"] if part["type"] in {"function", "event"} and part not in own]
    methods = artifact["method_identifiers"] | office["method_identifiers"]
    return artifact | {"abi": own + more, "method_identifiers": methods}


def storage(name: str, sources: Path = SOURCES) -> dict[str, Any]:
    """Where a contract of ours keeps what, by module and name."""
    layout: dict[str, Any] = _compile(sources / f"{name}.vy", sources, "layout")["layout"]["storage_layout"]
    return layout


def documentation(source: Path) -> dict[str, Any]:
    """The NatSpec of a source, as the compiler reads it: userdoc and devdoc."""
    return _compile(source, SOURCES, "userdoc", "devdoc")


def render(artifact: Artifact) -> str:
    """The artifact as the text of its file."""
    return json.dumps(artifact, indent=1) + "\n"


def stale() -> list[str]:
    """The contracts whose checked-in files are not what their sources give."""
    return [name for name in NAMES if _text(name) != render(compile_named(name))]


def _compile(source: Path, imports: Path, *formats: str) -> dict[str, Any]:
    import vyper  # noqa: PLC0415  only who compiles has a compiler
    from vyper.compiler.input_bundle import FilesystemInputBundle  # noqa: PLC0415

    if vyper.__version__ != COMPILER:
        raise Broken(f"the contracts are compiled with vyper {COMPILER}, and this is {vyper.__version__}")
    bundle = FilesystemInputBundle([imports, source.parent])
    output: dict[str, Any] = vyper.compile_from_file_input(
        bundle.load_file(source.resolve()), input_bundle=bundle, output_formats=formats
    )
    return output


def _text(name: str) -> str:
    path = ARTIFACTS / f"{name}.json"
    return path.read_text() if path.exists() else ""


def main(arguments: Sequence[str] | None = None) -> int:
    """The command. Returns 0, or 1 when --check finds a difference."""
    parser = argparse.ArgumentParser(
        prog="python -m contracts.compile",
        description="Compile the contracts into contracts/abi.",
        epilog="example: python -m contracts.compile --check",
    )
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when the files are out of date")
    if parser.parse_args(arguments).check:
        names = stale()
        if names:
            sys.stderr.write(f"out of date: {', '.join(names)}; run python -m contracts.compile\n")
        return 1 if names else 0
    ARTIFACTS.mkdir(exist_ok=True)
    for name in NAMES:
        (ARTIFACTS / f"{name}.json").write_text(render(compile_named(name)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
