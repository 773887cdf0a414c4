"""The configuration: every mistake is one sentence that names the key and the file."""

import pytest

from contracts.wire.errors import Broken
from terminal import config

GOOD = """
state_dir = "/var/lib/kindpakket"
key_file = "/etc/kindpakket/key"
language = "nl"
shop = "shop-03"
support = "0800 0000"
[chain]
rpc_url = "https://rpc.example.org/v1"
chain_id = 100
contract = "0xc0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0"
network = 7
[gateway]
url = "http://127.0.0.1:8000"
[[devices]]
name = "scanner"
driver = "simulated-scanner"
options = { socket = "/tmp/s", baud = 9600, beep = true }
"""


@pytest.fixture
def load(tmp_path):
    def write_and_load(text=GOOD):
        path = tmp_path / "terminal.toml"
        path.write_text(text)
        return config.load(path)

    return write_and_load


def test_a_whole_configuration_is_read(load):
    settings = load()
    assert settings.domain.chain_id == 100
    assert settings.domain.contract == b"\xc0" * 20
    assert settings.journal.name == "journal.sqlite"
    assert settings.devices[0].options == {"socket": "/tmp/s", "baud": 9600, "beep": True}
    assert settings.simulators is False


def test_screens_connect_in_a_folder_of_their_own_if_there_is_one_and_only_there_the_group_may(load):
    alone, shared = load(), load(f'run_dir = "/run/kindpakket"\n{GOOD}')
    assert (str(alone.socket), alone.socket_mode) == ("/var/lib/kindpakket/screen.sock", 0o600)
    assert (str(shared.socket), shared.socket_mode) == ("/run/kindpakket/screen.sock", 0o660)


def test_the_environment_goes_before_the_file(load, monkeypatch):
    monkeypatch.setenv("KINDPAKKET_TERMINAL_SHOP", "shop-04")
    monkeypatch.setenv("KINDPAKKET_TERMINAL_CHAIN__CHAIN_ID", "5")
    settings = load()
    assert (settings.shop, settings.chain.chain_id, settings.chain.network) == ("shop-04", 5, 7)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('shop = "shop-03"', "", "the key shop is missing"),
        ("network = 7", "", "the key chain.network is missing"),
        ('shop = "shop-03"', 'shop = "shop-03"\ncolour = 1', "there is no key colour"),
        ("network = 7", "network = 7\ngas = 1", "there is no key chain.gas"),
        ('driver = "simulated-scanner"', "", "devices.0.driver"),
        ('"nl"', '"de"', "language"),
        ("network = 7", "network = 65536", "chain.network"),
        ("chain_id = 100", "chain_id = 0", "chain.chain_id"),
        ("0xc0c0", "0xc0", "chain.contract"),
        ("0xc0c0", "c0c0c0", "chain.contract"),
        ('"/var/lib/kindpakket"', '"var"', "state_dir"),
        ('"http://127.0.0.1:8000"', '"ftp://127.0.0.1"', "gateway.url"),
        ('"http://127.0.0.1:8000"', '"http://h/?q=1"', "gateway.url"),
        ('"shop-03"', '""', "shop"),
        (
            "[[devices]]",
            '[[devices]]\nname = "scanner"\ndriver = "camera"\n[[devices]]',
            "two devices are called scanner",
        ),
        ('"shop-03"', "7", "shop"),
        ('language = "nl"', "language =", "is not TOML"),
    ],
)
def test_a_mistake_is_named_with_its_key_and_file(load, old, new, says):
    assert old in GOOD
    with pytest.raises(Broken, match=r"terminal\.toml") as broken:
        load(GOOD.replace(old, new))
    assert says in str(broken.value)
    assert "\n" not in str(broken.value)


def test_what_was_written_is_not_repeated(load):
    with pytest.raises(Broken) as broken:
        load(GOOD.replace("100", '"0xsecret"'))
    assert "secret" not in str(broken.value)


def test_a_file_that_is_not_there_says_how_to_name_another(tmp_path):
    with pytest.raises(Broken, match="--config"):
        config.load(tmp_path / "none.toml")


def test_bytes_that_are_no_text_are_no_toml(tmp_path):
    path = tmp_path / "terminal.toml"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(Broken, match="not TOML"):
        config.load(path)


def test_an_environment_variable_that_overrides_nothing_is_refused(load, monkeypatch):
    monkeypatch.setenv("KINDPAKKET_TERMINAL_COLOR", "blue")
    with pytest.raises(Broken, match="KINDPAKKET_TERMINAL_COLOR"):
        load()


def test_a_wrong_value_in_the_environment_is_named_by_its_key(load, monkeypatch):
    monkeypatch.setenv("KINDPAKKET_TERMINAL_CHAIN__NETWORK", "many")
    with pytest.raises(Broken, match=r"chain\.network"):
        load()
