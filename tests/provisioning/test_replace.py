"""A terminal takes another's place; the old one retires, or is revoked when it cannot."""

from pathlib import Path

import pytest

from contracts.chain import checksum
from contracts.wire.entry import Retire
from contracts.wire.errors import TryAgain
from contracts.wire.units import Address, Timestamp, to_hex
from provisioning import fleet, programme, settle, shop
from provisioning.programme import Terms
from provisioning.town import Town
from tests.provisioning.journals import Till, family, now, payment
from tests.provisioning.town import done, refused, run

ADDRESS = Address(b"\x5a" * 20)


@pytest.fixture
def old(town: Town) -> Till:
    return Till.registered(town, cents=20_000)


@pytest.fixture
def new(town: Town) -> Till:
    return Till(town.deployment.domain)


@pytest.fixture
def words(record: Path, old: Till, new: Till) -> tuple[str, ...]:
    pair = ("--old", to_hex(old.address), "--new", to_hex(new.address))
    return ("provision", "terminal", "replace", "--record", str(record), *pair, "--consent", to_hex(new.consent(1)))


def slices(town: Town, *tills: Till) -> list[int]:
    return [fleet.left(town, 1, till.address) for till in tills]


def retire(town: Town, till: Till) -> None:
    till.add(Retire(now()))
    settle.settle(town, till.export())


def test_the_new_one_gets_the_shop_and_slices_of_the_old(town: Town, words, old, new):
    answer = done(*words)
    assert (answer["shop"], answer["slices"], answer["returned"]) == (1, {"1": 20_000}, {})
    assert slices(town, old, new) == [20_000, 20_000]
    said = run(*words).out
    assert "EUR 200,00 in programme 1" in said
    assert "run `kindpakket terminal retire` on it" in said
    assert slices(town, old, new) == [20_000, 20_000]


def test_once_the_old_one_has_retired_its_slices_are_released(town: Town, words, old, new):
    done(*words)
    reserve = programme.show(town, 1).reserve
    retire(town, old)
    answer = done(*words)
    assert (answer["old_retired"], answer["returned"]) == (True, {"1": 20_000})
    assert slices(town, old, new) == [0, 20_000]
    assert programme.show(town, 1).reserve - reserve == 20_000


def test_one_that_is_lost_is_revoked(town: Town, words, old, new):
    old.add(payment(5_000), family(town, 0))
    settle.settle(town, old.export())
    empty = programme.create(town, "Zonder deel", Terms(Timestamp(0), Timestamp(2**39)))
    answer = done(*words, "--revoke")
    assert answer["slices"] == {"1": 15_000}
    assert (answer["returned"]["1"], answer["returned"][str(empty)]) == (15_000, 0)
    assert slices(town, old, new) == [0, 15_000]
    for number in (1, empty):
        assert town.look("slice_of", number, checksum(old.address))["revoked"]
    assert done(*words, "--revoke")["returned"] == {}


def test_interrupted_it_funds_no_slice_twice(town: Town, words, old, new, monkeypatch):
    act = Town.act

    def cut_off(self, name, *arguments):
        if name == "revoke_terminal":
            raise TryAgain("the node is gone")
        return act(self, name, *arguments)

    with monkeypatch.context() as patched:
        patched.setattr(Town, "act", cut_off)
        refused(*words, "--revoke")
    assert slices(town, old, new) == [20_000, 20_000]
    done(*words, "--revoke")
    assert slices(town, old, new) == [0, 20_000]


def test_what_cannot_replace_is_refused(town: Town, record: Path, words, old, new):
    one = to_hex(old.address)
    same = ("provision", "terminal", "replace", "--record", str(record), "--old", one, "--new", one)
    assert "does not replace itself" in refused(*same, "--consent", to_hex(old.consent(1)))
    unknown = ("--old", to_hex(ADDRESS), "--new", to_hex(new.address), "--consent", to_hex(new.consent(1)))
    assert "is not registered" in refused("provision", "terminal", "replace", "--record", str(record), *unknown)
    other = shop.add(town, ADDRESS)
    assert "did not agree" in refused(*words[:-1], to_hex(new.consent(other)))


def test_a_slice_is_released_only_when_its_terminal_has_retired(town: Town, record: Path, old):
    there = ("--record", str(record), "--programme", "1", "--terminal", to_hex(old.address))
    words = ("provision", "terminal", "release-slice", *there)
    assert "terminal: not retired" in refused(*words)
    retire(town, old)
    assert done(*words)["cents"] == 20_000
    assert "terminal: retired" in refused(
        "provision",
        "terminal",
        "raise",
        "--record",
        str(record),
        "--terminal",
        to_hex(old.address),
        "--slice",
        "1=1,00",
    )


def test_closed_programmes_are_left_alone(town: Town, words, old):
    over = programme.create(town, "Voorbij", Terms(Timestamp(0), Timestamp(now() - 91 * 86_400)))
    programme.fund(town, over, 1_000, mint=True)
    fleet.raise_slice(town, over, old.address, 1_000)
    programme.close(town, over)
    assert done(*words)["slices"] == {"1": 20_000}
