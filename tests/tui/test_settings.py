"""What the screen reads of the terminal's configuration."""

from pathlib import Path

import pytest

from contracts.wire.errors import Broken
from terminal.tui.look import Look
from terminal.tui.settings import read

FILE = """
state_dir = "/var/lib/kindpakket"
language = "en"
shop = "Winkel 3"
support = "050 123 45 67"
simulators = true
[chain]
network = 1
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "terminal.toml"
    path.write_text(FILE)
    return path


def test_the_socket_stands_in_the_state_folder_and_the_rest_is_left_to_the_daemon(file):
    assert read(file, {}) == (Path("/var/lib/kindpakket/screen.sock"), Look("en", "Winkel 3", "050 123 45 67"))


def test_a_folder_for_sockets_comes_before_the_state_s(file):
    file.write_text(f'run_dir = "/run/kindpakket"\n{FILE}')
    assert read(file, {})[0] == Path("/run/kindpakket/screen.sock")


def test_the_environment_comes_first(file):
    environment = {"KINDPAKKET_TERMINAL_LANGUAGE": "nl", "KINDPAKKET_TERMINAL_STATE_DIR": "/run/till", "LANGUAGE": "en"}
    socket, look = read(file, environment)
    assert socket == Path("/run/till/screen.sock")
    assert look.language == "nl"
    assert look.shop == "Winkel 3"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("state_dir = ", "is not TOML"),
        ("", "state_dir is missing"),
        ("state_dir = 7", "state_dir is missing or not a text"),
        ('state_dir = "/x"\nlanguage = "fr"', "language is nl or en"),
        ('state_dir = "/x"\nshop = ["a"]', "shop is missing or not a text"),
    ],
)
def test_what_is_wrong_is_said_with_the_file_and_the_key(tmp_path, text, sentence):
    path = tmp_path / "terminal.toml"
    path.write_text(text)
    with pytest.raises(Broken, match=sentence) as broken:
        read(path, {})
    assert str(path) in str(broken.value)


def test_bytes_that_are_no_text_are_said_to_be_no_toml(tmp_path):
    path = tmp_path / "terminal.toml"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(Broken, match="is not TOML"):
        read(path, {})


def test_without_a_configuration_it_says_how_to_name_one(tmp_path):
    with pytest.raises(Broken, match=r"cannot be read .*; name the configuration by --config FILE"):
        read(tmp_path / "none.toml", {})
