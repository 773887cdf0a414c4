"""The sources: what is checked in is what they give, they say what they do, and they agree with the wire."""

import re

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


@pytest.mark.parametrize("name", compiling.NAMES)
def test_every_function_that_can_be_called_is_documented(name):
    documentation = compiling.documentation(compiling.SOURCES / f"{name}.vy")
    methods = documentation["userdoc"]["methods"]
    details = documentation["devdoc"]["methods"]
    for item in compiling.load(name)["abi"]:
        getter = item["type"] == "function" and item["name"] in GETTERS[name]
        if item["type"] != "function" or getter:
            continue
        signature = f"{item['name']}({','.join(_plain(i) for i in item['inputs'])})"
        assert methods[signature]["notice"], signature
        assert set(details.get(signature, {}).get("params", {})) == {i["name"] for i in item["inputs"]}, signature
        assert bool(item["outputs"]) == ("returns" in details.get(signature, {})), signature


GETTERS = {
    "kindpakket": {"owner", "network", "sponsor_count", "programme_count", "shop_count", "sponsor_of", "held"},
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


def test_the_check_names_what_is_out_of_date_and_writing_mends_it(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(compiling, "ARTIFACTS", tmp_path / "abi")
    monkeypatch.setattr(compiling, "compile_source", lambda source: {"abi": [source.stem]})
    assert compiling.main(["--check"]) == 1
    assert "out of date: kindpakket, development_euro" in capsys.readouterr().err
    assert compiling.main([]) == 0
    assert compiling.main(["--check"]) == 0
    assert compiling.load("kindpakket") == {"abi": ["kindpakket"]}
