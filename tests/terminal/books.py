"""Entries as a sale makes them, without the sale: signed by real keys, put into a real journal."""

import os
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

from contracts.wire import passcode
from contracts.wire.entry import Payment
from contracts.wire.units import Cents, Timestamp
from terminal.core.effects import Commit
from terminal.core.line import Line
from terminal.signer import PassSigner, TerminalSigner, sign_entry
from terminal.store import Store
from tests.terminal.till import NETWORK, ROOT, code

TIME = Timestamp(1_700_000_000)
APPROVE_PATH = (str(ROOT / "terminal" / "store"), str(ROOT / "terminal" / "signer.py"))


def commit(
    sequence: int,
    passes: PassSigner,
    number: int = 1,
    amount: int = 12_50,
    time: int = TIME,
    programme: int = 1,
    bound: int | None = None,
) -> Commit:
    """What the core asks for when family `number` pays; its pass is held from here on."""
    noted = Timestamp(time if bound is None else bound)
    address = passes.hold(passcode.parse(code(number), NETWORK))
    return Commit(sequence, address, Payment(programme, Cents(amount), Timestamp(time)), noted)


def next_line(store: Store, signer: TerminalSigner, **sale: int) -> tuple[Line, Commit]:
    """The next line of the journal, signed but not stored."""
    passes = PassSigner()
    wanted = commit(store.sequence + 1, passes, **sale)
    return sign_entry(signer, passes, store.head, wanted), wanted


def sell(store: Store, signer: TerminalSigner, **sale: int) -> Line:
    """One more approved payment."""
    line, wanted = next_line(store, signer, **sale)
    store.append(line, wanted.entry())
    return line


def in_child(act: Callable[[], None]) -> int:
    """Run it in a process of its own; its exit status as a shell counts it, negative for a signal."""
    child = os.fork()
    if child == 0:
        status = 99
        try:
            act()
            status = 0
        except BaseException:  # noqa: BLE001 - a failed assertion too must be seen, and end this process
            traceback.print_exc()
        finally:
            os._exit(status)
    _, waited = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(waited)


def at_each_line(act: Callable[[int], None]) -> Callable[[FrameType, str, Any], Any]:
    """A trace function that calls `act` with 1, 2, ... before each line of the approve path, and before each return."""
    count = 0

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal count
        if not frame.f_code.co_filename.startswith(APPROVE_PATH):
            return None
        if event in {"line", "return"}:
            count += 1
            act(count)
        return trace

    return trace


def dies_at(point: int, act: Callable[[], object]) -> Callable[[], None]:
    """The act, but for a SIGKILL before the given line of the approve path."""

    def kill(count: int) -> None:
        if count == point:
            os.kill(os.getpid(), signal.SIGKILL)

    def doomed() -> None:
        sys.settrace(at_each_line(kill))
        act()
        sys.settrace(None)

    return doomed


def lines_of(act: Callable[[], object]) -> int:
    """How many lines of the approve path it runs through."""
    counted = [0]

    def note(count: int) -> None:
        counted[0] = count

    before = sys.gettrace()
    sys.settrace(at_each_line(note))
    try:
        act()
    finally:
        sys.settrace(before)
    return counted[0]


def files(folder: Path) -> dict[str, bytes]:
    """Every file in the folder with its bytes; the shared-memory index of SQLite is none that is kept."""
    return {
        path.name: path.read_bytes() for path in folder.iterdir() if path.is_file() and path.suffix != ".sqlite-shm"
    }
