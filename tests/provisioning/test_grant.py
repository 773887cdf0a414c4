"""Budgets are granted once for each reference, whatever is repeated."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from contracts.chain import Overtaken, Reverted, checksum
from contracts.wire.errors import Broken, TryAgain
from contracts.wire.units import Address, Cents, to_hex
from provisioning import desk, grant, grant_plan, programme, sponsor
from provisioning.deploy import deploy
from provisioning.grant import Line
from provisioning.town import Town
from tests.chain import processes
from tests.chain.processes import ROOT, command
from tests.chain.rpc import OWNER, Rpc
from tests.gateway.process import until
from tests.provisioning.conftest import OWNER_ADDRESS, TERMS
from tests.provisioning.town import done, refused, run


def passes(name: str, count: int) -> list[Line]:
    return [Line(Address(f"{name}-{number:06d}".encode().rjust(20, b"-")), Cents(100)) for number in range(count)]


def left(town: Town, line: Line) -> int:
    return int(town.view("budget", 1, checksum(line.address))[0])


def test_the_same_grant_twice_is_made_once(town: Town):
    lines = passes("twice", 3)
    assert grant.grant(town, 1, "twice", lines) == grant.Granted(now=3, before=0, cents=300)
    assert grant.grant(town, 1, "twice", lines) == grant.Granted(now=0, before=3, cents=0)
    assert [left(town, line) for line in lines] == [100, 100, 100]


def test_another_reference_grants_again(town: Town):
    lines = passes("again", 1)
    grant.grant(town, 1, "again-1", lines)
    grant.grant(town, 1, "again-2", lines)
    assert left(town, lines[0]) == 200


def test_a_reference_is_not_taken_for_another_list_or_amount(town: Town):
    lines = passes("other", 2)
    grant.grant(town, 1, "other", lines)
    for wrong in (lines[:1], passes("strange", 2), [Line(line.address, Cents(200)) for line in lines], lines[::-1]):
        with pytest.raises(Broken, match="another list"):
            grant.grant(town, 1, "other", wrong)
    assert [left(town, line) for line in lines] == [100, 100]


def test_a_long_list_goes_on_where_it_was_cut_off(town: Town, monkeypatch):
    lines = passes("long", 2 * grant.PART + 1)
    acts: list[str] = []
    act = Town.act

    def cut_off(self, name, *arguments):
        acts.append(name)
        if len(acts) == 2:
            raise TryAgain("the node is gone")
        return act(self, name, *arguments)

    monkeypatch.setattr(Town, "act", cut_off)
    with pytest.raises(TryAgain):
        grant.grant(town, 1, "long", lines)
    assert (left(town, lines[0]), left(town, lines[-1])) == (100, 0)
    assert grant.grant(town, 1, "long", lines) == grant.Granted(now=grant.PART + 1, before=grant.PART, cents=20_100)
    assert {left(town, line) for line in (lines[0], lines[grant.PART], lines[-1])} == {100}


def test_a_pass_that_stands_in_the_list_twice_is_refused(town: Town):
    lines = passes("double", 2)
    with pytest.raises(Broken, match="twice"):
        grant.grant(town, 1, "double", [*lines, lines[0]])
    assert left(town, lines[0]) == 0


def test_more_than_the_reserve_is_refused(town: Town):
    with pytest.raises(Reverted):
        grant.grant(town, 1, "much", [Line(passes("much", 1)[0].address, Cents(2**32 - 1))])


ADDRESS = "0x" + "0a" * 20


def saved(folder: Path, lines: list[Line]) -> Path:
    path = folder / "list.csv"
    path.write_text("pass;bedrag\n" + "".join(f"{to_hex(line.address)};{line.amount // 100},00\n" for line in lines))
    return path


def grant_words(record: Path, reference: str, *more: str) -> tuple[str, ...]:
    return ("provision", "grant", "--record", str(record), "--programme", "1", "--reference", reference, *more)


def test_a_dry_run_says_what_would_be_done_and_does_nothing(town: Town, record: Path, tmp_path: Path, monkeypatch):
    monkeypatch.delenv("KINDPAKKET_KEY")
    lines = passes("dry", grant.PART + 1)
    words = grant_words(record, "dry", "--list", str(saved(tmp_path, lines)), "--dry-run")
    reserve = town.view("reserve", 1)
    said = run(*words)
    assert said.status == 0, said.err
    assert "Kindpakket: 201 passes get EUR 201,00" in said.out
    assert "2 transactions" in said.out
    assert f"leaves {desk.euros(reserve - 20_100)}" in said.out
    planned = {"now": 201, "before": 0, "cents": 20_100, "on_top": 0, "transactions": 2}
    assert done(*words) == {"programme": 1, "dry_run": True, **planned}
    assert (left(town, lines[0]), town.view("reserve", 1)) == (0, reserve)


def test_a_dry_run_knows_what_was_done_before(town: Town, record: Path, tmp_path: Path):
    lines = passes("known", 4)
    grant.grant(town, 1, "known", lines[:2])
    words = ("--list", str(saved(tmp_path, lines[:2])), "--dry-run")
    again = done(*grant_words(record, "known", *words))
    assert (again["now"], again["before"], again["cents"], again["on_top"]) == (0, 2, 0, 0)
    more = done(*grant_words(record, "more", "--list", str(saved(tmp_path, lines[1:])), "--dry-run"))
    assert (more["now"], more["before"], more["cents"], more["on_top"]) == (3, 0, 300, 1)
    assert "another list" in refused(*grant_words(record, "known", "--list", str(saved(tmp_path, lines)), "--dry-run"))


def test_a_dry_run_tells_which_columns_are_not_read(town: Town, record: Path, tmp_path: Path):
    path = tmp_path / "list.csv"
    path.write_text(f"Naam;pas\nx;{ADDRESS}\n")
    said = run(*grant_words(record, "columns", "--amount", "1,00", "--list", str(path), "--dry-run"))
    assert "columns that are not read: naam" in said.out


@pytest.mark.parametrize("words", [(), ("--dry-run",)])
def test_all_is_refused_that_could_not_be_done_to_the_end(town: Town, record: Path, tmp_path: Path, words):
    """A reserve that is too small, or a pass that was replaced, stands at the list's end: yet nothing is granted."""
    lines = passes(f"whole{len(words)}", grant.PART + 2)
    first, old, new = lines[0], lines[-2], lines[-1]
    much = [*lines[:-1], Line(new.address, Cents(town.view("reserve", 1)))]
    sentence = refused(*grant_words(record, "much", "--list", str(saved(tmp_path, much)), *words))
    assert "fund the programme; nothing was granted" in sentence
    grant.grant(town, 1, f"old {len(words)}", [old])
    town.act("reissue", 1, checksum(old.address), checksum(new.address))
    sentence = refused(*grant_words(record, "old", "--list", str(saved(tmp_path, lines)), *words))
    assert f"{to_hex(old.address)} was replaced" in sentence
    assert left(town, first) == 0


def test_killed_at_any_part_it_goes_on_where_it_was(town: Town, record: Path, tmp_path: Path):
    """SIGKILL after each part: the same command ends with every pass granted once."""
    lines = passes("killed", 3 * grant.PART)
    words = grant_words(record, "killed", "--list", str(saved(tmp_path, lines)))
    for part in (1, 2):
        killed_at(f"{part * grant.PART} of 600 passes\n", words)
    ended = done(*words)
    assert ended["now"] + ended["before"] == len(lines)
    assert ended["before"] >= 2 * grant.PART
    assert {left(town, line) for line in lines[:: grant.PART // 2]} == {100}
    assert sum(line.amount for part in grant_plan.made(town, 1).values() for line in part if line in lines) == 60_000


def killed_at(line: str, words: tuple[str, ...]) -> None:
    """Start the command, and kill it as soon as it says that it came so far."""
    process = subprocess.Popen(command(*words), cwd=ROOT, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    assert process.stderr is not None
    with process, process.stderr as errors:
        assert line in iter(errors.readline, "")
        process.kill()


def test_killed_before_its_transaction_is_in_a_block_it_grants_once(anvil_town: Town, tmp_path: Path, key: None):
    """The killed run's transaction waits at the node; the next run sends it once more, and one of them counts."""
    anvil_town.deployment.save(tmp_path / "anvil.json")
    node, lines = Rpc(str(anvil_town.deployment.rpc_url)), passes("waits", 2)
    words = grant_words(tmp_path / "anvil.json", "waits", "--list", str(saved(tmp_path, lines)))
    try:
        first = subprocess.Popen(command(*words), cwd=ROOT, stdout=subprocess.PIPE)
        until(lambda: waiting(node), lambda count: count == 1)
        first.kill()
        first.communicate()
        second = subprocess.Popen(command(*words), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        until(lambda: (waiting(node), second.poll()), lambda seen: seen[0] == 2 or seen[1] is not None)
    finally:
        node("evm_setAutomine", True)
        node("evm_mine")
    said, _ = second.communicate(timeout=60)
    assert second.returncode == 0, said
    assert b"to 0 passes; 2 had it from before" in said
    assert [left(anvil_town, line) for line in lines] == [100, 100]


@pytest.fixture
def anvil_town() -> Iterator[Town]:
    """A sponsor with a programme on a node of its own, that makes blocks when it is told to."""
    binary = processes.anvil_binary()
    if binary is None:
        pytest.skip("no anvil: set KINDPAKKET_ANVIL, or npm install --prefix build/node @foundry-rs/anvil")
    with processes.anvil(binary) as url:
        node = Rpc(url)
        node("evm_setIntervalMining", 1)
        town = Town.open(deploy(url, OWNER, 7, None), OWNER)
        sponsor.add(town, OWNER_ADDRESS)
        programme.create(town, "Kindpakket", TERMS)
        programme.fund(town, 1, 1_000_000, mint=True)
        node("evm_setIntervalMining", 0)
        yield town


def waiting(node: Rpc) -> int:
    return int(node("txpool_status")["pending"], 16)


def test_a_transaction_that_overtook_this_one_is_not_a_fault(town: Town, monkeypatch):
    """A run that was killed has sent its part; the next sends it again before that is in a block, and is refused."""
    lines = passes("overtaken", 2)
    act = Town.act

    def overtaken(self, name, *arguments):
        act(self, name, *arguments)
        raise Overtaken("the contract refused transaction 0x12: something changed meanwhile")

    monkeypatch.setattr(Town, "act", overtaken)
    assert grant.grant(town, 1, "overtaken", lines) == grant.Granted(now=0, before=2, cents=0)
    assert [left(town, line) for line in lines] == [100, 100]


def test_a_grant_of_which_no_transaction_shows_is_not_taken_for_this_one(town: Town, monkeypatch):
    lines = passes("unseen", 1)
    grant.grant(town, 1, "unseen", lines)
    monkeypatch.setattr(grant_plan, "made", lambda *_: {})
    with pytest.raises(Broken, match="no transaction here shows"):
        grant.grant(town, 1, "unseen", lines)


def test_one_that_something_else_overtook_is_a_fault(town: Town, monkeypatch):
    def overtaken(*_):
        raise Overtaken("the contract refused transaction 0x12: something changed meanwhile")

    monkeypatch.setattr(Town, "act", overtaken)
    with pytest.raises(Overtaken):
        grant.grant(town, 1, "never made", passes("never", 1))


def test_at_the_shell_it_says_what_was_done_before(town: Town, record: Path):
    words = grant_words(record, "shell")
    assert done(*words, "--amount", "1,00", ADDRESS) == {"programme": 1, "now": 1, "before": 0, "cents": 100}
    again = run(*words, "--amount", "1,00", ADDRESS)
    assert again.status == 0
    assert "1 had it from before" in again.out
    assert "another list" in refused(*words, "--amount", "2,00", ADDRESS)
    assert "--amount" in refused(*words, ADDRESS)
    assert "no passes" in refused(*words, "--amount", "1,00")
    assert "twice" in refused(*words, "--amount", "1,00", ADDRESS, ADDRESS)
