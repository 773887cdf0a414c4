"""Sealing by who is not root: through sockets, behind which the units' own commands run as root."""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from coincurve import PrivateKey

from contracts.wire.errors import Broken
from terminal import keys, places
from terminal.signer import sealing

UNITS = Path(__file__).parents[2] / "systemd"
USER = 65501
SERVE = """
import os, socket, subprocess, sys
path, *command = sys.argv[1:]
with socket.socket(socket.AF_UNIX) as listener:
    listener.bind(path)
    os.chmod(path, 0o666)
    listener.listen()
    print("listens", flush=True)
    while True:
        with listener.accept()[0] as line:
            subprocess.run(command, stdin=line.fileno(), stdout=line.fileno(), stderr=subprocess.DEVNULL)
"""


def command(unit: str) -> list[str]:
    (line,) = re.findall(r"^ExecStart=(.+)$", (UNITS / unit).read_text(), re.MULTILINE)
    return str(line).split()


@contextmanager
def serving(path: Path, words: list[str], secret: Path) -> Iterator[None]:
    environment = {**os.environ, keys.SECRET_VARIABLE: str(secret)}
    with subprocess.Popen(
        [sys.executable, "-c", SERVE, str(path), *words], env=environment, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"listens\n"
        try:
            yield
        finally:
            process.kill()


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of the daemon's, and nobody seals there yet. What runs in it is not root."""
    if os.geteuid() != 0 or not sealing.is_here():
        pytest.skip("only root, with systemd-creds, can play both ends")
    with tempfile.TemporaryDirectory() as made:
        top = Path(made)
        top.chmod(0o755)
        mine = top / "mine"
        mine.mkdir()
        os.chown(mine, USER, USER)
        monkeypatch.setattr(sealing, "SOCKETS", {word: top / f"{word}.sock" for word in ("encrypt", "decrypt")})
        yield mine


@contextmanager
def not_root() -> Iterator[None]:
    os.setegid(USER)
    os.seteuid(USER)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)


@contextmanager
def both(folder: Path, **other: list[str]) -> Iterator[None]:
    words = {"encrypt": command("kindpakket-seal@.service"), "decrypt": command("kindpakket-unseal@.service"), **other}
    secret = folder.parent / "credential.secret"
    with (
        serving(sealing.SOCKETS["encrypt"], words["encrypt"], secret),
        serving(sealing.SOCKETS["decrypt"], words["decrypt"], secret),
        not_root(),
    ):
        yield


def test_a_key_is_sealed_and_opened_again_by_who_may_not_open_it_himself(folder):
    key, path = PrivateKey(), folder / "sealed"
    with both(folder):
        assert sealing.is_here()
        sealing.seal(key, path, places.CREDENTIAL)
        opened = sealing.unseal(path, places.CREDENTIAL)
        assert path.stat().st_uid == USER
    assert opened is not None
    assert opened.secret == key.secret
    assert sealing.sealed_to(path) in set(sealing.Sealed)
    assert key.secret.hex().encode() not in path.read_bytes()


def test_where_there_are_no_sockets_nothing_is_sealed(folder):
    with not_root():
        assert not sealing.is_here()
        assert not keys.can_seal()
        with pytest.raises(Broken, match="run this as root"):
            sealing.seal(PrivateKey(), folder / "sealed", places.CREDENTIAL)
    assert list(folder.iterdir()) == []


def test_one_that_does_not_open_again_is_not_kept(folder):
    with both(folder, decrypt=["/bin/sh", "-c", "cat >/dev/null; exit 1"]), pytest.raises(Broken, match="says why"):
        sealing.seal(PrivateKey(), folder / "sealed", places.CREDENTIAL)
    assert list(folder.iterdir()) == []


def test_an_answer_without_an_end_is_not_waited_for(folder):
    with both(folder, encrypt=["/usr/bin/yes"]), pytest.raises(Broken, match="does not open again"):
        sealing.seal(PrivateKey(), folder / "sealed", places.CREDENTIAL)
