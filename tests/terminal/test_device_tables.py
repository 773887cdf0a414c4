"""The devices in a configuration are replaced; what a person wrote around them stays to the letter."""

import os
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from contracts.wire.errors import Broken
from terminal import config, device_tables
from terminal.config import Device
from terminal.device_tables import with_devices
from tests.terminal.test_config import GOOD

SCANNER = Device(name="scanner", driver="serial-scanner", options={"device": "/dev/ttyACM0", "baud": 9600})
KEYPAD = Device(name="keypad", driver="evdev-keypad", options={"device": "1234:5678"})

WRITTEN = """\
# the till at the door
shop = "shop-03"   # as on the sign

[[devices]]
name = "scanner"
driver = "simulated-scanner"
options = { socket = "/tmp/s" }

# printed on the roll
[[devices]]
name = "printer"
driver = "printer"
[devices.options]
address = "04b8:0202"

[gateway]
url = "http://127.0.0.1:8000"  # [[devices]] stands elsewhere
"""


def test_one_of_the_same_name_is_replaced_and_every_other_line_stays():
    new = with_devices(WRITTEN, [SCANNER, KEYPAD])
    assert [table["name"] for table in tomllib.loads(new)["devices"]] == ["printer", "scanner", "keypad"]
    gone = {'name = "scanner"', 'driver = "simulated-scanner"', 'options = { socket = "/tmp/s" }'}
    kept = [line for line in WRITTEN.splitlines() if line not in gone]
    lines = new.splitlines()
    assert [line for line in kept if line not in {"", "[[devices]]"}] == [
        line for line in lines[: lines.index('name = "scanner"')] if line not in {"", "[[devices]]"}
    ]
    assert lines.index("# printed on the roll") + 1 == lines.index("[[devices]]")


def test_a_table_with_a_table_of_options_is_replaced_whole():
    printer = Device(name="printer", driver="printer", options={"address": "192.0.2.7"})
    new = with_devices(WRITTEN, [printer])
    assert "04b8" not in new
    assert tomllib.loads(new)["gateway"] == {"url": "http://127.0.0.1:8000"}


@pytest.mark.parametrize(
    "text", ["devices = []\n[gateway]\nurl = 'x'\n", "devices = [ ] # none yet\n", 'shop = "a"\n', ""]
)
def test_the_first_devices_are_added(text):
    data = tomllib.loads(with_devices(text, [SCANNER]))
    assert data == {**tomllib.loads(text), "devices": [SCANNER.model_dump()]}


def test_doing_it_twice_is_doing_it_once():
    once = with_devices(WRITTEN, [SCANNER, KEYPAD])
    assert with_devices(once, [SCANNER, KEYPAD]) == once


@pytest.mark.parametrize("text", ["quoted \" and \\ and '", "\x7f\x00\x1b\u00e9\ufffd", "]]\n[[devices]]"])
def test_options_of_any_characters_come_back_as_they_were(text):
    device = Device(name="scanner", driver="serial-scanner", options={"prefix": text, "beep": True})
    assert tomllib.loads(with_devices("", [device]))["devices"] == [device.model_dump()]


@pytest.mark.parametrize(
    "text",
    [
        "devices = [{ name = 'scanner', driver = 'x' }]\n",
        'shop = """\n[[devices]]\n"""\n[[devices]]\nname = "scanner"\ndriver = "x"\n',
        '"devices" = []\n',
    ],
)
def test_what_is_written_in_another_way_is_left_to_its_writer(text):
    with pytest.raises(Broken, match="by hand") as refused:
        with_devices(text, [SCANNER])
    assert "/dev/ttyACM0" in str(refused.value)


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "terminal.toml"
    path.write_text(GOOD)
    path.chmod(0o640)
    return path


def test_the_file_is_replaced_with_its_mode_and_a_backup_beside_it(path):
    new = with_devices(GOOD, [SCANNER])
    backup = device_tables.write(path, new)
    assert path.read_text() == new
    assert backup.read_text() == GOOD
    assert backup.parent == path.parent
    assert {path.stat().st_mode & 0o777, backup.stat().st_mode & 0o777} == {0o640}
    assert sorted(path.parent.iterdir()) == sorted([path, backup])
    assert config.load(path).devices == (SCANNER,)


@contextmanager
def as_daemon(user: int, group: int) -> Iterator[None]:
    """Without root's rights, as the daemon is."""
    groups = os.getgroups()
    os.setgroups([group])
    os.setegid(group)
    os.seteuid(user)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)
        os.setgroups(groups)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_a_daemon_whose_group_alone_may_write_replaces_what_root_wrote_and_others_of_the_group_still_read_it():
    user, group = 65501, 65502
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        path = folder / "terminal.toml"
        path.write_text(GOOD)
        for each, mode in ((folder, 0o770), (path, 0o660)):
            os.chown(each, 0, group)
            each.chmod(mode)
        with as_daemon(user, group):
            device_tables.require_writable(path)
            device_tables.write(path, with_devices(GOOD, [SCANNER]))
        now = path.stat()
        assert (now.st_uid, now.st_gid, now.st_mode & 0o777) == (user, group, 0o660)
        assert config.load(path).devices == (SCANNER,)


def test_behind_a_link_the_file_is_replaced_and_the_link_stays(path):
    link = path.with_name("link.toml")
    link.symlink_to(path)
    device_tables.write(link, with_devices(GOOD, [SCANNER]))
    assert link.is_symlink()
    assert "ttyACM0" in path.read_text()


def test_a_configuration_that_would_not_load_is_not_written(path):
    with pytest.raises(Broken, match="colour"):
        device_tables.write(path, "colour = 1\n" + GOOD)
    assert path.read_text() == GOOD
    assert not list(path.parent.glob(".*"))


def test_a_write_that_fails_leaves_the_file_as_it_was(path, monkeypatch):
    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Broken, match="No space left"):
        device_tables.write(path, with_devices(GOOD, [SCANNER]))
    assert path.read_text() == GOOD
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("content", [b"shop = ", b"\xff", None])
def test_what_is_no_configuration_is_not_read(path, content):
    path.write_bytes(content) if content else path.unlink()
    with pytest.raises(Broken, match="cannot be read"):
        device_tables.read(path)


def test_a_folder_that_is_anothers_is_said_before_anything_is_learnt(path, monkeypatch):
    device_tables.require_writable(path)
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(Broken, match="may not change"):
        device_tables.require_writable(path)
