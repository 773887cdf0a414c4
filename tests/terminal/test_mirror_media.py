"""A mirror on a real file system of its own: it hangs, is full, turns read-only, is taken out and comes back."""

import os
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path

import pytest

from terminal.store import mirror_reading
from terminal.store.mirror import Standing
from terminal.store.mirror_format import NAME
from terminal.store.place import device
from tests.terminal.books import sell
from tests.terminal.sticks import held, mirrored
from tests.terminal.till import PATIENCE, Till

TOOLS = ("mkfs.ext4", "mount", "umount", "fsfreeze")
ROOM = 2 * 2**20


def run(*command):
    subprocess.run([str(each) for each in command], check=True, capture_output=True, timeout=PATIENCE)


@pytest.fixture(autouse=True)
def _pace(monkeypatch):
    monkeypatch.setattr("terminal.store.mirror.PATIENCE_SECONDS", PATIENCE)
    monkeypatch.setattr("terminal.store.mirror.LOOK_SECONDS", 0.02)


@pytest.fixture
def till(tmp_path):
    return Till(tmp_path / "till")


@pytest.fixture
def image(tmp_path):
    """A small disk's file. Skips where none can be mounted."""
    if os.geteuid() != 0 or (lacking := [tool for tool in TOOLS if shutil.which(tool) is None]):
        pytest.skip("only root mounts" if os.geteuid() != 0 else f"no {lacking[0]}: apt-get install e2fsprogs mount")
    made = tmp_path / "stick.img"
    with made.open("wb") as file:
        file.truncate(ROOM)
    run("mkfs.ext4", "-q", "-F", "-O", "^has_journal", made)
    return made


def mount(image, folder):
    try:
        run("mount", "-o", "loop,noatime,errors=remount-ro", image, folder)
    except subprocess.CalledProcessError as error:
        pytest.skip(f"nothing can be mounted here: {error.stderr.decode().strip()}")


@pytest.fixture
def stick(image, tmp_path):
    """Where it is mounted."""
    folder = tmp_path / "stick"
    folder.mkdir()
    mount(image, folder)
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=False, capture_output=True)


@contextmanager
def frozen(stick):
    """Whoever writes there waits."""
    run("fsfreeze", "--freeze", stick)
    try:
        yield
    finally:
        run("fsfreeze", "--unfreeze", stick)


def test_one_that_hangs_costs_one_sale_its_patience_and_is_caught_up(till, stick, monkeypatch):
    with mirrored(till, stick, volatile_ok=False) as (store, heard):
        sell(store, till.signer())
        monkeypatch.setattr("terminal.store.mirror.PATIENCE_SECONDS", 0.3)
        with frozen(stick):
            for _ in range(3):
                sell(store, till.signer())
            assert (heard.standings[-1], heard.detail) == (Standing.LOST, "it does not answer")
        heard.until(Standing.GOOD)
        assert mirror_reading.read(stick).lines == tuple(store.lines())


def test_f18_a_full_one_is_caught_up_when_there_is_room(till, stick):
    with mirrored(till, stick, volatile_ok=False) as (store, heard):
        sell(store, till.signer())
        filler = stick / "filler"
        with pytest.raises(OSError, match="No space"), filler.open("wb", buffering=0) as file:  # noqa: PT012
            while file.write(b"x" * 1024):
                pass
        while heard.standings[-1] is Standing.GOOD:  # until its last block is full
            sell(store, till.signer())
        assert "No space" in heard.detail
        sell(store, till.signer())
        filler.unlink()
        heard.until(Standing.GOOD)
        assert mirror_reading.read(stick).lines == tuple(store.lines())


def test_f18_one_that_turned_read_only_is_missed_without_a_sale(till, stick):
    disk = device(stick)
    trigger = Path("/sys/fs/ext4", disk.resolve().name if disk else "", "trigger_fs_error")
    with mirrored(till, stick, volatile_ok=False) as (store, heard):
        heard.until(Standing.GOOD)
        try:
            trigger.write_text("a fault")
        except OSError as error:
            pytest.skip(f"no fault can be made here: {error.strerror}")
        heard.until(Standing.LOST, "read-only", "input/output")
        sell(store, till.signer())


def test_one_that_is_taken_out_is_missed_and_caught_up_when_it_is_back(till, stick, image):
    with mirrored(till, stick, volatile_ok=False) as (store, heard):
        sell(store, till.signer())
        run("umount", "--lazy", stick)
        heard.until(Standing.LOST, "same disk", "forgets")
        sell(store, till.signer())
        assert not (stick / NAME).exists()
        mount(image, stick)
        heard.until(Standing.GOOD)
        assert held(stick) == [1, 2]
        assert mirror_reading.read(stick).lines == tuple(store.lines())
