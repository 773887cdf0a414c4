"""The shop's PIN: sealed, compared, and put into a configuration that a person wrote."""

import io

import pytest

from contracts.wire.errors import Broken
from terminal import config, pin, set_pin
from tests.terminal.till import Till

SEALED = pin.seal("2468")


@pytest.fixture
def till(tmp_path):
    return Till(tmp_path / "till")


@pytest.fixture
def run(till, capsys, monkeypatch):
    def command(typed, *arguments):
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        status = set_pin.main([*arguments, "--config", str(till.config)])
        return status, capsys.readouterr()

    return command


def test_the_right_digits_open_it_and_no_others():
    assert pin.opens(SEALED, "2468")
    for wrong in ("2469", "246", "24680", "", "8642"):
        assert not pin.opens(SEALED, wrong)


def test_two_shops_with_one_pin_do_not_look_alike():
    assert pin.seal("2468") != SEALED
    assert "2468" not in SEALED.split()


@pytest.mark.parametrize("wrong", ["", "123", "123456789", "12a4", "\uff11\uff12\uff13\uff14", "1234\n"])
def test_a_pin_is_four_to_eight_digits(wrong):
    with pytest.raises(ValueError):
        pin.seal(wrong)


@pytest.mark.parametrize(
    "wrong",
    ["", "2468", SEALED[:-1], SEALED + "0", SEALED.replace("scrypt 14", "scrypt 1")],
    ids=["nothing", "the digits", "too short", "too long", "too cheap"],
)
def test_what_was_not_sealed_here_opens_nothing_and_is_no_configuration(till, wrong):
    assert not pin.is_sealed(wrong)
    assert not pin.opens(wrong, "2468")
    till.extra = f'staff_pin = "{wrong}"'
    till.configure()
    with pytest.raises(Broken, match="staff_pin") as broken:
        config.load(till.config)
    assert not wrong or wrong not in str(broken.value)


def test_f36_the_configuration_does_not_show_it(till):
    till.extra = f'staff_pin = "{SEALED}"'
    till.configure()
    settings = config.load(till.config)
    assert settings.staff_pin == SEALED
    assert SEALED not in repr(settings)


def test_it_is_set_changed_and_removed_by_the_command(till, run):
    before = till.config.read_text()
    for digits in ("2468", "13579"):
        status, said = run(digits + "\n")
        assert status == 0
        assert digits not in said.out + said.err + till.config.read_text()
        assert pin.opens(config.load(till.config).staff_pin or "", digits)
    assert till.config.read_text().count("staff_pin") == 1
    status, said = run("", "--remove")
    assert (status, config.load(till.config).staff_pin) == (0, None)
    assert "without a PIN" in said.out
    assert till.config.read_text() == before


@pytest.mark.parametrize("typed", ["", "123\n", "abcd\n", "1" * 300 + "\n"])
def test_another_pin_changes_nothing(till, run, typed):
    before = till.config.read_text()
    status, said = run(typed)
    assert (status, till.config.read_text()) == (1, before)
    assert "4 to 8 digits" in said.err


@pytest.mark.parametrize(("second", "status"), [("2468", 0), ("2469", 1)])
def test_at_a_keyboard_it_is_typed_twice(till, monkeypatch, second, status):
    typed = iter(["2468", second])
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("getpass.getpass", lambda _: next(typed))
    assert set_pin.main(["--config", str(till.config)]) == status
    assert (config.load(till.config).staff_pin is None) is bool(status)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a = 1\n\n# the chain\n[chain]\nb = 2\n", 'a = 1\nstaff_pin = "x"\n\n# the chain\n[chain]\nb = 2\n'),
        ("[chain]\nb = 2\n", 'staff_pin = "x"\n[chain]\nb = 2\n'),
        ("a = 1", 'a = 1\nstaff_pin = "x"\n'),
        ('  staff_pin="old" # ours\na = 1\n', 'a = 1\nstaff_pin = "x"\n'),
        ('[other]\nstaff_pin = "stays"\n', 'staff_pin = "x"\n[other]\nstaff_pin = "stays"\n'),
    ],
)
def test_all_else_in_the_configuration_stays_as_it_was(old, new):
    assert set_pin.with_pin(old, "x") == new


@pytest.mark.parametrize("odd", ['"staff_pin" = "old"\n', 'a = """\n[not a table\n"""\nstaff_pin = "old"\n'])
def test_one_that_is_written_in_a_way_of_its_own_is_left_to_a_person(odd):
    with pytest.raises(Broken, match="by hand"):
        set_pin.with_pin(odd, "x")
