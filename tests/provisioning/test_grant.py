"""Budgets are granted once for each reference, whatever is repeated."""

from pathlib import Path

import pytest

from contracts.chain import Reverted, checksum
from contracts.wire.errors import Broken, TryAgain
from contracts.wire.units import Address, Cents
from provisioning import grant
from provisioning.grant import Line
from provisioning.town import Town
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


def test_a_list_has_an_address_and_perhaps_an_amount_on_each_line(tmp_path: Path):
    path = tmp_path / "list.txt"
    path.write_text(f"{ADDRESS}\n\n 0x{'0b' * 20} 12,50 \n")
    lines = [Line(Address(b"\x0a" * 20), Cents(300)), Line(Address(b"\x0b" * 20), Cents(1_250))]
    assert grant.read_list(path, Cents(300)) == lines


@pytest.mark.parametrize("text", ["0x12", f"{ADDRESS} 1.5", f"{ADDRESS} 1,00 2,00", f"{ADDRESS};1,00", "name", "\xa0"])
def test_a_wrong_line_is_named_and_nothing_is_granted(tmp_path: Path, text):
    path = tmp_path / "list.txt"
    path.write_text(f"{ADDRESS}\n{text}\n")
    with pytest.raises(Broken, match=r"line 2|no list"):
        grant.read_list(path, Cents(300))


def test_a_line_without_an_amount_needs_one(tmp_path: Path):
    path = tmp_path / "list.txt"
    path.write_text(ADDRESS)
    with pytest.raises(Broken, match="no amount"):
        grant.read_list(path, None)


def test_a_missing_list_is_refused(tmp_path: Path):
    with pytest.raises(Broken, match="cannot be read"):
        grant.read_list(tmp_path / "none", Cents(1))


def test_at_the_shell_it_says_what_was_done_before(town: Town, record: Path):
    words = ("provision", "grant", "--record", str(record), "--programme", "1", "--reference", "shell")
    assert done(*words, "--amount", "1,00", ADDRESS) == {"programme": 1, "now": 1, "before": 0, "cents": 100}
    again = run(*words, "--amount", "1,00", ADDRESS)
    assert again.status == 0
    assert "1 had it from before" in again.out
    assert "another list" in refused(*words, "--amount", "2,00", ADDRESS)
    assert "--amount" in refused(*words, ADDRESS)
    assert "no passes" in refused(*words, "--amount", "1,00")
