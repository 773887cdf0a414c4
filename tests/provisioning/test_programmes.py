"""A programme's limits and categories, its end, and what comes back from it."""

from pathlib import Path

import pytest

from contracts.chain import Reverted, checksum
from contracts.wire.units import Address, Cents, Timestamp
from provisioning import categories, fleet, grant, programme, shop, status
from provisioning.fleet import Raise
from provisioning.programme import Terms
from provisioning.town import Town
from tests.provisioning.journals import Till, now
from tests.provisioning.town import done, refused, run

DAY = 86_400


def test_limits_and_categories_are_set_changed_and_said(town: Town, record: Path):
    words = ("--record", str(record))
    period = ("--begins", "2020-01-01", "--ends", "2100-12-31")
    limits = ("--floor-limit", "50,00", "--day-limit", "150,00", "--categories", "kleding,2,sport")
    number = done("provision", "programme", "create", *words, "--name", "Regels", *period, *limits)["programme"]
    there = (*words, "--programme", str(number))
    shown = done("provision", "programme", "show", *there)
    assert (shown["day_limit"], shown["categories"], shown["closed"]) == (15_000, [1, 2, 3], False)
    said = run("provision", "programme", "show", *there).out
    assert "EUR 150,00 a pass a day" in said
    assert "1 clothing, 2 shoes, 3 sport" in said
    changed = done("provision", "programme", "set-period", *there, "--categories", "none", "--day-limit", "none")
    assert (changed["categories"], changed["day_limit"], changed["floor_limit"]) == ([], 2**32 - 1, 5_000)
    assert done("provision", "programme", "set-period", *there, "--ends", "2099-12-31")["categories"] == []
    assert "no limit a day" in run("provision", "programme", "show", *there).out


def test_an_end_in_the_past_is_refused(town: Town, record: Path):
    words = ("provision", "programme", "set-period", "--record", str(record), "--programme", "1")
    assert "the end lies in the past" in refused(*words, "--ends", "2021-01-01")


@pytest.mark.parametrize(
    "options",
    [
        ("--categories", "taart"),
        ("--categories", "0"),
        ("--categories", "64"),
        ("--categories", ""),
        ("--day-limit", "0"),
        ("--offline-hours", "0"),
    ],
)
def test_a_wrong_limit_or_category_is_wrong_use(options):
    ended = run("provision", "programme", "set-period", "--record", "x", "--programme", "1", *options)
    assert ended.status == 2
    assert "error:" in ended.err


def test_a_programme_that_is_not_there_is_told(record: Path, town: Town):
    assert "no programme 999" in refused(
        "provision", "programme", "show", "--record", str(record), "--programme", "999"
    )


def test_a_category_is_read_in_both_languages_and_said_in_one():
    assert categories.read("Kleding") == categories.read(" clothing ") == categories.read("1") == 1
    assert categories.read("63") == 63
    assert categories.read_all("books and school, 2,fietsen") == 1 << 5 | 1 << 2 | 1 << 4
    assert categories.numbers(1 << 63 | 1 << 1) == [1, 63]
    assert [categories.said(each) for each in (0, 7, 40)] == ["no category", "7 computers", "40"]
    with pytest.raises(ValueError, match="4 fietsen"):
        categories.read("taart")


@pytest.fixture
def over(town: Town) -> int:
    """A programme whose 90 days are over, with budgets, slices and a shop."""
    number = programme.create(town, "Vorig jaar", Terms(Timestamp(0), Timestamp(now() - 91 * DAY)))
    programme.fund(town, number, 100_000, mint=True)
    return number


def test_closing_is_refused_before_its_90_days_are_over(town: Town, record: Path):
    early = programme.create(town, "Net voorbij", Terms(Timestamp(0), Timestamp(now() - 89 * DAY)))
    words = ("--record", str(record), "--programme", str(early))
    assert "90 days not over" in refused("provision", "programme", "close", *words)
    assert "`close` it first" in refused("provision", "programme", "sweep", *words)


def test_what_is_left_of_a_closed_programme_comes_back_in_parts(town: Town, record: Path, over, monkeypatch, capsys):
    monkeypatch.setattr(programme, "SWEEP", 2)
    lines = [grant.Line(Address(bytes([9, each]).rjust(20, b"\x07")), Cents(100 + each)) for each in range(5)]
    grant.grant(town, over, "vorig jaar", lines)
    till = Till.registered(town, cents=0)
    fleet.register(town, till.address, 1, till.consent(1), [Raise(over, 30_000)])
    words = ("--record", str(record), "--programme", str(over))
    assert done("provision", "programme", "close", *words)["closed"]
    assert "closed" in refused("provision", "programme", "close", *words)
    assert "(closed)" in run("provision", "programme", "show", *words).out
    with pytest.raises(Reverted, match="closed"):
        grant.grant(town, over, "te laat", lines)
    swept = done("provision", "programme", "sweep", *words)
    assert (swept["budgets"], swept["slices"], swept["cents"]) == (5, 1, 510 + 30_000)
    assert town.look("budget", over, checksum(lines[4].address))["left"] == 0
    again = done("provision", "programme", "sweep", *words)
    assert (again["budgets"], again["slices"], again["cents"]) == (0, 0, 0)
    found = programme.show(town, over)
    assert found.reserve == found.held == 100_000
    assert done("provision", "programme", "withdraw", *words, "--amount", "1000,00")["cents"] == 100_000
    assert "reserve: not enough" in refused("provision", "programme", "withdraw", *words, "--amount", "0,01")
    assert status.status(town).adds_up


def test_an_interrupted_sweep_goes_on(town: Town, over, monkeypatch):
    monkeypatch.setattr(programme, "SWEEP", 2)
    lines = [grant.Line(Address(bytes([8, each]).rjust(20, b"\x07")), Cents(100)) for each in range(5)]
    grant.grant(town, over, "vorig jaar", lines)
    programme.close(town, over)
    act, acts = Town.act, []

    def cut_off(self, name, *arguments):
        acts.append(name)
        if len(acts) == 2:
            raise KeyboardInterrupt
        return act(self, name, *arguments)

    with monkeypatch.context() as patched:
        patched.setattr(Town, "act", cut_off)
        with pytest.raises(KeyboardInterrupt):
            programme.sweep(town, over)
    assert programme.sweep(town, over) == programme.Swept(budgets=3, slices=0, cents=300)


# Shops in programmes


@pytest.fixture
def themed(town: Town) -> int:
    """A programme for shoes and sport."""
    return programme.create(town, "Schoenen", Terms(Timestamp(0), Timestamp(2**39), categories=1 << 2 | 1 << 3))


@pytest.fixture
def place(town: Town, record: Path, themed) -> tuple[str, ...]:
    number = shop.add(town, Address(b"\x5a" * 20))
    return ("--record", str(record), "--programme", str(themed), "--shop", str(number))


def test_a_shop_takes_part_by_its_category_or_by_name(place):
    shown = done("provision", "shop", "show", *place)
    assert (shown["category"], shown["standing"], shown["admitted"]) == (0, "by_category", False)
    assert done("provision", "shop", "categorise", *place, "--category", "schoenen")["admitted"]
    assert not done("provision", "shop", "categorise", *place, "--category", "kleding")["admitted"]
    admitted = done("provision", "shop", "admit", *place)
    assert (admitted["category"], admitted["standing"], admitted["admitted"]) == (1, "admitted", True)
    assert done("provision", "shop", "categorise", *place, "--category", "sport")["standing"] == "admitted"
    excluded = done("provision", "shop", "exclude", *place)
    assert (excluded["category"], excluded["admitted"]) == (3, False)
    assert done("provision", "shop", "by-category", *place)["admitted"]
    said = run("provision", "shop", "show", *place).out
    assert "(3 sport) takes part where its category does" in said
    assert "can be spent there" in said


def test_a_shop_that_is_not_there_cannot_be_placed(record: Path, town: Town):
    words = ("--record", str(record), "--programme", "1", "--shop", "999")
    assert "shop: unknown" in refused("provision", "shop", "admit", *words)
