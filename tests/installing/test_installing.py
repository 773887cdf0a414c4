"""docs/installing.md says what the program does: its commands are there, and its pictures are what the screens show."""

import re
import shlex
from pathlib import Path

import pytest
from pytest_textual_snapshot import normalize_svg  # type: ignore[import-untyped]

from provisioning.cli import COMMANDS, main
from provisioning.installer import command as installer
from tests.installing import wiring
from tests.installing.pictures import FOLDER, counter, counters, enrolling

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "installing.md").read_text()
LINES = sorted({line.strip() for line in re.findall(r"^    (.+)$", TEXT, re.MULTILINE)})
OURS = [line.removeprefix("sudo ") for line in LINES if re.match(r"(sudo )?kindpakket ", line)]
INSTALLING = [line for line in LINES if ".pyz" in line and "python3" in line]


def options(line: str) -> set[str]:
    return {word for word in shlex.split(line) if word.startswith("--")}


def unknown(line: str, capsys: pytest.CaptureFixture[str]) -> set[str]:
    """The options in a line that its command's help does not name."""
    words = shlex.split(line)
    plain = words[1 : next((at for at, word in enumerate(words) if word.startswith("-")), len(words))]
    command = max((known for known in COMMANDS if tuple(plain[: len(known)]) == known), key=len)
    verb = plain[len(command) : len(command) + 1] if command[0] == "provision" or command[1] == "journal" else []
    with pytest.raises(SystemExit, match="0"):
        main([*command, *verb, "--help"])
    told = capsys.readouterr().out
    return {option for option in options(line) if option not in told}


@pytest.mark.parametrize("line", OURS)
def test_every_command_and_every_option_in_it_is_there(line, capsys):
    assert unknown(line, capsys) == set()


def test_the_check_sees_an_option_that_is_not_there(capsys):
    assert unknown("kindpakket terminal doctor --cure", capsys) == {"--cure"}


@pytest.mark.parametrize("line", INSTALLING)
def test_the_installer_takes_what_is_typed(line):
    known = {option for action in installer._parser()._actions for option in action.option_strings}
    assert options(line) <= known


def test_something_is_checked():
    assert len(OURS) >= 10
    assert len(INSTALLING) >= 3


@pytest.mark.parametrize("name", sorted(enrolling()))
def test_the_pictures_of_enrolment_are_what_the_console_shows(name):
    assert (FOLDER / f"{name}.svg").read_text() == enrolling()[name]


@pytest.mark.parametrize("name", sorted(counters()))
async def test_the_pictures_of_the_counter_are_what_its_screen_shows(name):
    drawn = await counter(counters()[name])
    assert normalize_svg((FOLDER / f"{name}.svg").read_text()) == normalize_svg(drawn)


def test_the_picture_of_the_wiring_is_drawn_here():
    assert (FOLDER / "install-wiring.svg").read_text() == wiring.draw()


def test_every_picture_is_in_the_document():
    shown = set(re.findall(r"\(pictures/([a-z-]+)\.svg\)", TEXT))
    assert shown - {"counter-approved"} == {path.stem for path in FOLDER.glob("install-*.svg")}
