"""A lost pass: its budgets move to a new one in all programmes at once, while the parent waits."""

from pathlib import Path

import pytest

from contracts.chain import checksum
from contracts.wire.errors import TryAgain
from contracts.wire.units import Address, Cents, Timestamp, from_hex, to_hex
from provisioning import grant, passes, programme, sponsor, status
from provisioning.programme import Terms
from provisioning.town import Town
from tests.chain.rpc import OTHER
from tests.provisioning.town import done, files, listed, refused, run

pytestmark = pytest.mark.usefixtures("letters_password")

CONTACT = ("--contact", "14 0000")
YEARS = Terms(Timestamp(0), Timestamp(2**39))


@pytest.fixture(scope="module")
def second(shared_town: Town) -> int:
    """Another programme of the same sponsor."""
    number = programme.create(shared_town, "Sport", YEARS)
    programme.fund(shared_town, number, 100_000, mint=True)
    return number


@pytest.fixture(scope="module")
def foreign(shared_town: Town) -> int:
    """A programme of another sponsor."""
    sponsor.add(shared_town, Address(from_hex(OTHER.address)))
    other = Town.open(shared_town.deployment, OTHER)
    number = programme.create(other, "Buurgemeente", YEARS)
    programme.fund(other, number, 100_000, mint=True)
    return number


@pytest.fixture
def lost(town: Town, second: int) -> str:
    """A pass with EUR 3 in one programme and EUR 2 in another."""
    address = passes.new_pass(7).address
    for number, cents in ((1, 300), (second, 200)):
        grant.grant(town, number, to_hex(address), [grant.Line(address, Cents(cents))])
    return to_hex(address)


def budget(town: Town, number: int, address: str):
    return town.look("budget", number, checksum(Address(from_hex(address))))


def test_all_budgets_move_and_the_new_code_lies_ready(town: Town, record: Path, second, lost, tmp_path: Path):
    words = ("provision", "pass", "reissue", "--record", str(record), "--pass", lost)
    folder = tmp_path / "new-pass"
    answer = done(*words, "--folder", str(folder), *CONTACT)
    assert (answer["cents"], sorted(answer["programmes"])) == (500, [1, second])
    assert listed(folder) == [answer["new"]]
    assert [name for name, _ in files(folder)] == ["letters.pdf", "passes.csv"]
    assert [budget(town, number, answer["new"])["left"] for number in (1, second)] == [300, 200]
    assert [budget(town, number, lost)["left"] for number in (1, second)] == [0, 0]
    assert status.status(town).adds_up
    sentence = refused(*words, "--folder", str(tmp_path / "another"), *CONTACT)
    assert f"was replaced before, by {answer['new']}" in sentence
    assert not (tmp_path / "another").exists()
    assert "blocked for good" in refused("provision", "pass", "unblock", "--record", str(record), "--pass", lost)


def test_it_says_that_it_cannot_be_undone_and_must_be_printed(record: Path, lost, tmp_path: Path):
    words = ("--record", str(record), "--pass", lost, "--folder", str(tmp_path / "n"), *CONTACT)
    ended = run("provision", "pass", "reissue", *words)
    assert ended.status == 0
    assert "cannot be undone" in ended.out
    assert f"print {tmp_path / 'n' / 'letters.pdf'}, and delete it" in ended.out


def test_interrupted_it_goes_on_with_the_same_new_pass(town: Town, record: Path, second, lost, tmp_path, monkeypatch):
    act, acts = Town.act, []

    def cut_off(self, name, *arguments):
        acts.append(name)
        if len(acts) == 2:
            raise TryAgain("the node is gone")
        return act(self, name, *arguments)

    words = ("provision", "pass", "reissue", "--record", str(record), "--pass", lost)
    with monkeypatch.context() as patched:
        patched.setattr(Town, "act", cut_off)
        sentence = refused(*words, "--folder", str(tmp_path / "new"), *CONTACT)
    (new,) = listed(tmp_path / "new")
    assert f"go on by --to {new}" in sentence
    answer = done(*words, "--to", new)
    assert (answer["cents"], sorted(answer["programmes"])) == (200, [1, second])
    assert [budget(town, number, new)["left"] for number in (1, second)] == [300, 200]
    assert done(*words, "--to", new)["cents"] == 0


def test_another_sponsors_budget_stays_and_is_told(town: Town, record: Path, foreign, lost, tmp_path: Path):
    other = Town.open(town.deployment, OTHER)
    grant.grant(other, foreign, lost, [grant.Line(Address(from_hex(lost)), Cents(700))])
    words = ("--record", str(record), "--pass", lost, "--folder", str(tmp_path / "n"), *CONTACT)
    ended = run("provision", "pass", "reissue", *words)
    assert f"programme {foreign} (Buurgemeente) is another sponsor's: EUR 7,00 stay" in ended.out
    assert budget(town, foreign, lost)["left"] == 700


def test_a_pass_of_other_sponsors_alone_is_refused(town: Town, record: Path, foreign, tmp_path: Path):
    address = passes.new_pass(7).address
    grant.grant(Town.open(town.deployment, OTHER), foreign, to_hex(address), [grant.Line(address, Cents(700))])
    words = ("--record", str(record), "--pass", to_hex(address))
    paper = ("--folder", str(tmp_path / "n"), *CONTACT)
    assert "other sponsors only" in refused("provision", "pass", "reissue", *words, *paper)
    assert "other sponsors only" in refused("provision", "pass", "block", *words)
    assert not (tmp_path / "n").exists()


def test_a_pass_that_nobody_knows_is_refused_before_one_is_made(record: Path, town: Town, tmp_path: Path):
    words = ("--record", str(record), "--pass", "0x" + "5a" * 20)
    paper = ("--folder", str(tmp_path / "n"), *CONTACT)
    assert "no budget in any programme" in refused("provision", "pass", "reissue", *words, *paper)
    assert "--folder" in refused("provision", "pass", "reissue", *words)
    assert not (tmp_path / "n").exists()


def test_a_pass_is_blocked_in_all_programmes_at_once(town: Town, record: Path, second, lost):
    words = ("--record", str(record), "--pass", lost)
    assert sorted(done("provision", "pass", "block", *words)["programmes"]) == [1, second]
    assert [budget(town, number, lost)["blocked"] for number in (1, second)] == [True, True]
    assert done("provision", "pass", "unblock", *words, "--programme", "1")["programmes"] == [1]
    assert [budget(town, number, lost)["blocked"] for number in (1, second)] == [False, True]
    done("provision", "pass", "unblock", *words)
    assert not budget(town, second, lost)["blocked"]
