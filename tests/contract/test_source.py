"""The sources: what is checked in is what they give, they say what they do, and they agree with the wire."""

import re
from pathlib import Path
from typing import Any

import pytest
import vyper

from contracts import compile as compiling
from contracts.wire.reasons import Reason

SOURCES = sorted(compiling.SOURCES.glob("*.vy"))


def test_what_is_checked_in_is_what_the_sources_give():
    assert compiling.main(["--check"]) == 0


@pytest.mark.parametrize("name", compiling.NAMES)
def test_the_artifact_names_its_compiler(name):
    artifact = compiling.load(name)
    assert (artifact["compiler"], artifact["evm_version"]) == ("0.4.3", "prague") == (vyper.__version__, "prague")
    assert artifact["bytecode"].startswith("0x")


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_the_source_is_pinned(source):
    lines = source.read_text().splitlines()
    assert lines[:3] == ["# pragma version 0.4.3", "# pragma evm-version prague", "# pragma optimize gas"]


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_no_line_is_too_long(source):
    assert [line for line in source.read_text().splitlines() if len(line) > 120] == []


def documented(name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is said to users and to developers of a contract's functions, wherever in its modules they stand."""
    users: dict[str, Any] = {}
    developers: dict[str, Any] = {}
    for source in [path for path in SOURCES if (path.stem == "development_euro") == (name == "development_euro")]:
        said = compiling.documentation(source)
        users |= said["userdoc"].get("methods", {})
        developers |= said["devdoc"].get("methods", {})
    return users, developers


@pytest.mark.parametrize("name", [name for name in compiling.NAMES if name != "office"])
def test_every_function_that_can_be_called_is_documented(name):
    users, developers = documented(name)
    for item in compiling.load(name)["abi"]:
        if item["type"] != "function" or item["name"] in GETTERS[name]:
            continue
        signature = f"{item['name']}({','.join(_plain(i) for i in item['inputs'])})"
        assert users[signature]["notice"], signature
        assert set(developers.get(signature, {}).get("params", {})) == {i["name"] for i in item["inputs"]}, signature
        assert bool(item["outputs"]) == ("returns" in developers.get(signature, {})), signature


GETTERS = {
    "kindpakket": {
        *("owner", "pending_owner", "network", "office", "sponsor_count", "programme_count", "shop_count"),
        *("sponsor_of", "roles", "held", "in_transfer", "compensated", "order_counted"),
    },
    "development_euro": {"name", "symbol", "decimals", "balanceOf", "allowance", "totalSupply"},
}


def _plain(item: dict) -> str:
    return str(item["type"])


def test_the_reason_codes_are_those_of_the_wire():
    text = "".join(source.read_text() for source in SOURCES)
    found = dict(re.findall(r"^([A-Z_]+): constant\(uint256\) = (\d+)$", text, re.MULTILINE))
    codes = {name: int(found[name]) for name in found if name in Reason.__members__}
    assert codes == {reason.name: reason.value for reason in Reason if reason.name in codes}
    assert {"PAID", "CLOCK_AHEAD", "TERMINAL_REVOKED", "NOTHING_NEW"} <= set(codes)


def test_every_assertion_says_which_part_and_why():
    text = "".join(source.read_text() for source in SOURCES)
    asserts = re.findall(r"^\s+assert .*", text, re.MULTILINE)
    assert len(asserts) > 20
    assert [line for line in asserts if not re.search(r', "\w+: [a-z0-9 ]+"$', line)] == []


def test_every_assertion_is_broken_by_a_test():
    text = "".join(source.read_text() for source in SOURCES if source.stem != "development_euro")
    reasons = set(re.findall(r'^\s+assert .*, "(\w+: [a-z0-9 ]+)"$', text, re.MULTILINE))
    tests = "".join(path.read_text() for path in Path(__file__).parent.glob("test_*.py"))
    assert sorted(reason for reason in reasons if reason not in tests) == []


def test_the_check_names_what_is_out_of_date_and_writing_mends_it(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(compiling, "ARTIFACTS", tmp_path / "abi")
    monkeypatch.setattr(compiling, "compile_named", lambda name: {"abi": [name]})
    assert compiling.main(["--check"]) == 1
    assert "out of date: kindpakket, office, development_euro" in capsys.readouterr().err
    assert compiling.main([]) == 0
    assert compiling.main(["--check"]) == 0
    assert compiling.load("kindpakket") == {"abi": ["kindpakket"]}
