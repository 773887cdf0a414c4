"""The key as a credential of systemd: sealed with the machine's own program, and taken from where systemd shows it."""

import os
import shutil
import subprocess
import traceback
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from coincurve import PrivateKey

from contracts.wire.errors import Broken
from contracts.wire.typed_data import Domain
from contracts.wire.units import Address, Timestamp, to_hex
from terminal import config, keys, places, rotate, wipe
from terminal.core.facts import Checkpoint
from terminal.founding import Founding
from terminal.keys import KeyPlace
from terminal.signer import TerminalSigner, make_key, sealing
from terminal.signer.key_file import write_key
from terminal.store import Store, place
from tests.terminal.test_founding_kills import plan
from tests.terminal.till import Till

DOMAIN = Domain(1337, Address(b"\x01" * 20))


@pytest.fixture
def machine(monkeypatch, tmp_path):
    """A machine with a secret of its own."""
    if os.geteuid() != 0 or not sealing.is_here():
        pytest.skip("systemd-creds seals for root alone: run as root, on a machine with systemd")
    monkeypatch.setenv(keys.SECRET_VARIABLE, str(tmp_path / "credential.secret"))
    if place.file_system(tmp_path) in place.VOLATILE:
        pytest.skip("the machine's secret would be forgotten here: use a folder on a disk")
    return tmp_path


def test_what_is_sealed_opens_here_and_says_to_what(machine):
    terminal, path = TerminalSigner.make(DOMAIN), machine / "terminal.key.sealed"
    terminal.seal(path, places.CREDENTIAL)
    assert path.stat().st_mode & 0o777 == 0o600
    assert TerminalSigner.unseal(path, places.CREDENTIAL, DOMAIN).address == terminal.address
    assert sealing.sealed_to(path) in set(sealing.Sealed)


def test_f36_nothing_of_the_key_stands_in_any_file(machine, monkeypatch):
    key = PrivateKey()
    sealing.seal(key, machine / "sealed", places.CREDENTIAL)
    secret = to_hex(key.secret).removeprefix("0x")
    for path in machine.rglob("*"):
        content = path.read_bytes()
        assert key.secret not in content
        assert secret.encode() not in content


def test_f31_another_machine_or_name_opens_nothing(machine, monkeypatch, tmp_path):
    path = machine / "sealed"
    sealing.seal(PrivateKey(), path, places.CREDENTIAL)
    with pytest.raises(Broken, match="systemd-creds decrypt failed"):
        sealing.unseal(path, "another.name")
    monkeypatch.setenv(keys.SECRET_VARIABLE, str(tmp_path / "thief.secret"))
    with pytest.raises(Broken, match="systemd-creds decrypt failed"):
        sealing.unseal(path, places.CREDENTIAL)


def test_f33_a_sealed_key_is_never_overwritten(machine):
    path = machine / "sealed"
    sealing.seal(PrivateKey(), path, places.CREDENTIAL)
    before = path.read_bytes()
    with pytest.raises(Broken, match="never overwritten"):
        sealing.seal(PrivateKey(), path, places.CREDENTIAL)
    assert path.read_bytes() == before
    assert [each.name for each in machine.iterdir() if each.name.endswith(".new")] == []


def test_one_that_protects_nothing_is_not_taken_for_sealed(machine):
    """`tpm2-absent` seals with a key that everybody knows."""
    made = subprocess.run(
        ["systemd-creds", "encrypt", "--with-key=tpm2-absent", f"--name={places.CREDENTIAL}", "-", "-"],
        input=b"0x" + b"11" * 32,
        capture_output=True,
        check=False,
    )
    if made.returncode:
        pytest.skip("this systemd-creds has no such kind")
    (machine / "absent").write_bytes(made.stdout)
    assert sealing.sealed_to(machine / "absent") is None


def test_a_program_that_seals_wrongly_is_found_out(machine, monkeypatch, tmp_path):
    (tmp_path / "bin").mkdir()
    fake = tmp_path / "bin" / "systemd-creds"
    real = shutil.which("systemd-creds")
    fake.write_text(f'#!/bin/sh\n[ "$1" = decrypt ] && exec echo 0x{"22" * 32}\nexec {real} "$@"\n')
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{fake.parent}:{os.environ['PATH']}")
    with pytest.raises(Broken, match="does not open again"):
        sealing.seal(PrivateKey(), machine / "sealed", places.CREDENTIAL)
    assert not (machine / "sealed").exists()


@pytest.mark.parametrize("way", ["program", "socket", "file"])
def test_f36_a_failure_to_keep_it_shows_no_key_with_all_its_frames(monkeypatch, tmp_path, way):
    monkeypatch.setattr(os, "geteuid", lambda: 4_242 if way == "socket" else 0)
    monkeypatch.setenv("PATH", str(tmp_path))
    key, path = PrivateKey(), tmp_path / "no folder" / "key"
    keep = partial(write_key, path) if way == "file" else partial(sealing.seal, path=path, name=places.CREDENTIAL)
    with pytest.raises(Broken) as raised:
        keep(key=key)
    shown = "".join(traceback.TracebackException.from_exception(raised.value, capture_locals=True).format())
    assert to_hex(key.secret).removeprefix("0x") not in shown
    assert repr(key.secret)[2:-1] not in shown


def test_without_the_program_the_key_is_a_file_and_that_is_said(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    where = KeyPlace.of(tmp_path / "terminal.toml", tmp_path)
    where.keep(TerminalSigner.make(DOMAIN))
    assert (where.key_file, where.sealed_to) == (tmp_path / "terminal.key", None)
    assert where.key_file.stat().st_mode & 0o777 == 0o600
    assert "NOT sealed" in keys.RISK[where.sealed_to]


def test_f36_an_installed_terminal_gets_no_key_in_clear_by_chance(monkeypatch, tmp_path):
    """Whoever is not root, and is not the unit beside which the sockets stand, would make one."""
    if not sealing.is_here():
        pytest.skip("no systemd-creds here, and so nothing that could seal")
    monkeypatch.setattr(places, "STATE", tmp_path / "state")
    founding = Founding(tmp_path / "etc" / "terminal.toml", tmp_path / "state", volatile_ok=True)
    founding.begin().release()
    monkeypatch.setattr(os, "geteuid", lambda: 4_242)
    with pytest.raises(Broken, match="systemctl start kindpakket-enrol"):
        founding.terminal(DOMAIN)
    assert not founding.keys.exists


def test_f18_a_secret_on_an_overlay_seals_nothing_that_would_be_lost_with_it(machine, monkeypatch):
    monkeypatch.setattr(place, "below_overlay", lambda _: machine / "root-ro" / "credential.secret")
    where = KeyPlace.of(machine / "terminal.toml", machine)
    with pytest.raises(Broken, match="overlayroot-chroot systemd-creds setup"):
        where.keep(TerminalSigner.make(DOMAIN))
    assert not where.exists


@pytest.mark.parametrize(
    ("mounts", "found"),
    [
        ("/dev/sda1 / ext4 rw 0 0\n", None),
        ("o / overlay rw,lowerdir=/media/root-ro,upperdir=/media/root-rw/overlay 0 0\n", "/media/root-ro/a/b"),
        ("o / overlay rw 0 0\n", "/a/b"),
        ("o / overlay rw,lowerdir=/l 0 0\n/dev/sda2 /a ext4 rw 0 0\n", None),
    ],
)
def test_where_a_path_lies_below_an_overlay(monkeypatch, mounts, found):
    monkeypatch.setattr(Path, "read_text", lambda *_, **__: mounts)
    assert place.below_overlay(Path("/a/b")) == (found and Path(found))


def test_a_command_of_root_unseals_what_systemd_shows_to_the_daemon_alone(machine, monkeypatch):
    till = Till(machine / "till")
    where = KeyPlace.of(till.config, till.folder)
    terminal = TerminalSigner.make(till.domain)
    terminal.seal(where.sealed, places.CREDENTIAL)
    settings = config.load(till.config).model_copy(update={"key_file": where.key_file})
    assert keys.load(settings, till.config).address == terminal.address


def test_f33_a_sealed_terminal_retires_and_gets_a_new_key_and_the_old_one_is_gone(machine, monkeypatch, capsys):
    """From the first enrolment to the second, with the commands that root gives while the daemon rests."""
    monkeypatch.setattr("terminal.founding.USER", "nobody-of-this-name")
    founding = Founding(machine / "etc" / "terminal.toml", machine / "data" / "terminal", volatile_ok=True)
    first = founded(founding)
    sealed = founding.keys.sealed.read_bytes()
    arguments = ["--config", str(founding.config), "--yes"]
    assert rotate.main(arguments) == 0, capsys.readouterr().err
    settle(founding, first)
    assert rotate.main(arguments) == 0, capsys.readouterr().err
    assert not founding.keys.exists
    second = founded(founding)
    assert second != first
    assert founding.keys.sealed.read_bytes() != sealed
    assert wipe.main(arguments) == 0, capsys.readouterr().err
    left = [path for path in machine.rglob("*") if path.is_file()]
    assert {path.name for path in left} <= {"credential.secret", "enrol.lock"}


def founded(founding):
    """What enrolment makes; whose terminal it is."""
    founding.begin().release()
    address = founding.terminal(DOMAIN).address
    founding.finish(plan(founding))
    assert config.load(founding.config).key_file == places.UNSEALED_KEY
    return address


def settle(founding, terminal):
    with closing(Store.open(founding.journal, DOMAIN, terminal, volatile_ok=True)) as store:
        store.save_checkpoint(Checkpoint(2, Timestamp(1), 1, store.sequence, ()))


class TestAsSystemdShowsIt:
    """systemd.exec(5): root's, mode 0440 by an access list; or, where a file system has none, the user's and 0400."""

    @pytest.fixture
    def shown(self, tmp_path, monkeypatch):
        if os.geteuid() != 0:
            pytest.skip("only root can give a file to root and be another user: run as root")
        folder = tmp_path / "credentials"
        folder.mkdir()
        make_key(folder / "terminal.key")
        (folder / "terminal.key").chmod(0o440)
        monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(folder))
        monkeypatch.setattr(os, "geteuid", lambda: 4_242)
        return folder / "terminal.key"

    def test_it_is_taken_from_its_folder(self, shown):
        assert TerminalSigner.load(shown, DOMAIN).domain == DOMAIN

    @pytest.mark.parametrize("mode", [0o444, 0o640, 0o460])
    def test_f36_but_not_when_more_may_be_done_with_it(self, shown, mode):
        shown.chmod(mode)
        with pytest.raises(Broken):
            TerminalSigner.load(shown, DOMAIN)

    def test_nor_from_another_folder_or_of_another_user(self, shown, monkeypatch, tmp_path):
        os.chown(shown, 4_343, -1)
        with pytest.raises(Broken, match="belongs to user 4343"):
            TerminalSigner.load(shown, DOMAIN)
        os.chown(shown, 0, -1)
        monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
        with pytest.raises(Broken, match="belongs to user 0"):
            TerminalSigner.load(shown, DOMAIN)
