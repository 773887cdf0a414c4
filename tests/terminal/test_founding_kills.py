"""Killed before every line of how a terminal comes to be, or ends: what stands then is gone on with, and is one.

A killed process leaves what the kernel has; that the disk has it too is for `make power-cuts` and the virtual machine.
"""

import os
import shutil
import signal
import sys
import tempfile
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from contracts.wire.typed_data import Domain
from contracts.wire.units import Address, to_hex
from terminal import config, keys, making, rotate
from terminal.ending import Ending
from terminal.enrol_gateway import Deployed
from terminal.founding import Founding
from terminal.signer import sealing
from terminal.store import Reader, Store, place
from tests.terminal.books import in_child
from tests.terminal.till import ROOT, Till

DOMAIN = Domain(1337, Address(b"\x01" * 20))
OURS = tuple(
    str(ROOT / "terminal" / name)
    for name in ("founding.py", "keys.py", "private.py", "signer/sealing.py", "signer/key_file.py", "store/opening.py")
)
SEALED_STEP = 6
"""Lines from one kill to the next where the key is sealed, as the system's own program takes its time."""

ENDS = tuple(str(ROOT / "terminal" / name) for name in ("rotate.py", "ending.py"))


@pytest.fixture
def memory(tmp_path):
    """A folder in memory where there is one: a killed process does not care, and hundreds of flushes cost nothing."""
    if not os.access("/dev/shm", os.W_OK):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        yield Path(folder)


@pytest.fixture(params=["sealed", "in clear"])
def machine(request, monkeypatch, tmp_path, memory):
    if request.param == "in clear":
        monkeypatch.setattr(keys, "can_seal", lambda: False)
    elif os.geteuid() != 0 or not sealing.is_here() or place.file_system(tmp_path) in place.VOLATILE:
        pytest.skip("systemd-creds seals for root alone, on a disk: run as root, on a machine with systemd")
    monkeypatch.setenv(keys.SECRET_VARIABLE, str(tmp_path / "credential.secret"))
    monkeypatch.setattr("terminal.founding.USER", "nobody-of-this-name")
    return memory


def found(folder: Path) -> None:
    """What enrolment does on the disk."""
    founding = Founding(folder / "etc" / "terminal.toml", folder / "state", volatile_ok=True)
    lock = founding.begin()
    try:
        founding.terminal(DOMAIN)
        founding.finish(plan(founding))
    finally:
        lock.release()


def plan(founding: Founding) -> making.Plan:
    return making.Plan(
        deployment=Deployed(DOMAIN, 7),
        config=founding.config,
        state=founding.state,
        shop="Winkel 1",
        support="0800",
        gateway_url="https://gateway.example",
        rpc_url="https://rpc.example",
        simulators=True,
        key_file=founding.keys.key_file,
    )


def killed(act, files, point: int):
    """The act, but for a SIGKILL before that line of these files; and the number of lines when it is 0."""
    count = 0

    def trace(frame, event, _):
        nonlocal count
        if not frame.f_code.co_filename.startswith(files):
            return None
        if event in {"line", "return"}:
            count += 1
            if count == point:
                os.kill(os.getpid(), signal.SIGKILL)
        return trace

    def doomed():
        sys.settrace(trace)
        try:
            act()
        finally:
            sys.settrace(None)
        if point == 0:
            Path(os.environ["COUNTED"]).write_text(str(count))

    return doomed


def lines_of(act, files, monkeypatch, tmp_path) -> int:
    monkeypatch.setenv("COUNTED", str(tmp_path / "counted"))
    assert in_child(killed(act, files, 0)) == 0
    return int((tmp_path / "counted").read_text())


def test_f03_killed_at_every_line_of_founding_it_goes_on_and_a_key_that_was_made_stays(machine, monkeypatch):
    count = lines_of(lambda: found(machine / "whole"), OURS, monkeypatch, machine)
    assert count > 60
    folder, again = machine / "cut", partial(found, machine / "cut")
    for point in range(1, count + 1, 1 if keys.can_seal() is False else SEALED_STEP):
        assert in_child(killed(again, OURS, point)) == -signal.SIGKILL, point
        founding = Founding(folder / "etc" / "terminal.toml", folder / "state", volatile_ok=True)
        whole = founding.config.exists()
        before = founding.keys.load(DOMAIN).address if founding.keys.exists else None
        if not whole:
            assert in_child(again) == 0, point
        after = founding.keys.load(DOMAIN).address
        assert before in {None, after}, point
        assert config.load(founding.config).domain == DOMAIN
        with closing(Store.open(founding.journal, DOMAIN, after, volatile_ok=True)) as store:
            assert store.sequence == 0
        shutil.rmtree(folder)


def retired(folder: Path) -> tuple[Till, Path]:
    """A terminal whose last entry is settled, with configuration and state apart."""
    till = Till(folder / "data" / "terminal")
    path = folder / "etc" / "terminal.toml"
    path.parent.mkdir()
    till.config.rename(path)
    assert rotate.main(["--config", str(path), "--yes"]) == 0
    till.settle_all()
    return till, path


def test_f03_f33_killed_at_every_line_of_a_rotation_the_books_stay_and_the_key_goes(memory, monkeypatch):
    def rotated(path: Path) -> None:
        assert rotate.main(["--config", str(path), "--yes"]) == 0

    _, first = retired(memory / "first")
    count = lines_of(lambda: rotated(first), ENDS, monkeypatch, memory)
    for point in range(1, count + 1):
        folder = memory / f"cut-{point}"
        till, path = retired(folder)
        assert in_child(killed(partial(rotated, path), ENDS, point)) == -signal.SIGKILL, point
        if path.exists():
            assert in_child(partial(rotated, path)) == 0, point
        assert not path.exists()
        assert not Ending.of(path, till.folder).keys.exists
        with Reader.open(folder / "data" / "retired" / to_hex(till.address) / "journal.sqlite") as reader:
            assert reader.is_retired(), point
        assert not list(folder.rglob("key"))
        shutil.rmtree(folder)
