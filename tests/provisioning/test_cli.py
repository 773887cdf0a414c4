"""The program's entry: what it says, what it loads, and that no error is a traceback."""

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from contracts.wire.errors import Broken, Refused, TryAgain
from contracts.wire.reasons import MEANINGS, Reason
from provisioning import cli
from tests.chain.processes import ROOT
from tests.provisioning.town import run

HEAVY = {"web3", "eth_account", "vyper", "textual", "eth"}


def test_help_lists_every_command_with_a_line():
    ended = run("--help")
    assert ended.status == 0
    for command, (_, about) in cli.COMMANDS.items():
        assert f"{' '.join(command)} " in ended.out
        assert about in ended.out


def test_help_of_a_group_lists_its_commands_alone():
    ended = run("terminal", "--help")
    assert ended.status == 0
    assert "terminal doctor" in ended.out
    assert "gateway" not in ended.out


@pytest.mark.parametrize(
    "words", [(), ("nonsense",), ("chain",), ("chain", "nonsense"), ("chain", "nonsense", "--help")]
)
def test_an_unknown_command_is_wrong_use(words):
    ended = run(*words)
    assert (ended.status, ended.out) == (2, "")
    assert "usage: kindpakket" in ended.err


@pytest.mark.parametrize("command", sorted(cli.COMMANDS))
def test_every_command_explains_itself_with_an_example(command):
    module, _, name = cli.COMMANDS[command][0].partition(":")
    assert callable(getattr(import_module(module), name))
    ended = run(*command, "--help")
    assert ended.status == 0
    assert "example" in ended.out
    assert f"kindpakket {' '.join(command)}" in ended.out


@pytest.mark.parametrize(
    ("command", "signs"),
    [
        (("chain", "status"), False), (("chain", "verify"), False), (("provision", "report"), False),
        (("chain", "settle"), True), (("provision", "grant"), True), (("provision", "programme"), True),
    ],
)  # fmt: skip
def test_a_command_speaks_of_a_key_only_when_it_signs(command, signs):
    assert ("KINDPAKKET_KEY" in run(*command, "--help").out) is signs


SUB_COMMANDS = {
    ("chain", "owner"): "show offer accept",
    ("provision", "sponsor"): "add show give take offer-admin accept-admin",
    ("provision", "programme"): "create set-period pause resume fund withdraw show revoke-terminal close sweep",
    ("provision", "shop"): "add admit exclude by-category categorise show pay-out repay move-payout",
    ("provision", "shop", "bank"): "join leave mark-paid confirm dispute reverse show",
    ("provision", "terminal"): "make consent register add raise release-slice replace",
    ("provision", "pass"): "make block unblock reissue",
}


@pytest.mark.parametrize("command", [(*group, one) for group, all_of in SUB_COMMANDS.items() for one in all_of.split()])
def test_every_sub_command_explains_itself_with_an_example_of_it(command):
    ended = run(*command, "--help")
    assert ended.status == 0
    assert f"example:\n  kindpakket {' '.join(command)} --record deployment.json" in ended.out
    assert "--json" in ended.out


def test_of_two_commands_the_longer_one_is_meant():
    assert "mark-paid" in run("provision", "shop", "bank", "--help").out
    assert "mark-paid" not in run("provision", "shop", "--help").out


@pytest.mark.parametrize(
    "command", [["terminal", "run"], ["terminal", "doctor"], ["provision", "terminal"], ["provision", "pass"]]
)
def test_what_a_terminal_runs_loads_nothing_heavy(command):
    code = f"""
import sys
from provisioning.cli import main
try:
    main({[*command, "--help"]!r})
except SystemExit:
    pass
print(*sorted({HEAVY!r} & set(sys.modules)), file=sys.stderr)
"""
    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ended.stderr.strip() == ""


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (Broken("the disk is full; free some"), "the disk is full; free some"),
        (TryAgain("the node does not answer"), "the node does not answer"),
        (Refused(Reason.FORK, "at 3"), f"{MEANINGS[Reason.FORK].en} at 3"),
        (KeyboardInterrupt(), "stopped"),
        (ModuleNotFoundError(name="textual"), "textual is not installed"),
    ],
)
def test_an_error_is_one_sentence_and_exit_1(monkeypatch, error, sentence):
    def fail(argv):
        raise error

    monkeypatch.setattr(cli, "_load", lambda target: fail)
    ended = run("chain", "dev")
    assert ended.status == 1
    assert ended.err.startswith(f"kindpakket: {sentence}")
    assert ended.err.count("\n") == 1


def test_a_fault_of_ours_is_not_hidden(monkeypatch):
    monkeypatch.setattr(cli, "_load", lambda target: lambda argv: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        cli.main(["chain", "dev"])


def test_the_installed_program_is_this_one():
    program = Path(sys.executable).parent / "kindpakket"
    if not program.exists():
        pytest.skip("kindpakket is not installed beside this Python")
    ended = subprocess.run([program, "--help"], capture_output=True, text=True, check=True, cwd="/")
    assert "chain dev" in ended.stdout
