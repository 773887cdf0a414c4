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
from contracts.wire.entry import Ask, Payment, PhoneAsk, PhonePayment, Refund, Retire
from contracts.wire.passcode import PhoneCode, StaticCode
from contracts.wire.units import Address, Cents, Timestamp
from terminal.core.effects import Commit
from terminal.core.line import Line
from terminal.signer import PassSigner, TerminalSigner, sign_entry, sign_retirement
from terminal.store import Store
from tests.terminal.till import NETWORK, ROOT, code, pass_address, phone_code

TIME = Timestamp(1_700_000_000)
APPROVE_PATH = (str(ROOT / "terminal" / "store"), str(ROOT / "terminal" / "signer"))


def card(number: int) -> StaticCode:
    """The code of family `number`, as it was scanned."""
    static = passcode.parse(code(number), NETWORK)
    assert isinstance(static, StaticCode)
    return static


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
    address = passes.hold(card(number))
    return Commit(sequence, address, Payment(programme, Cents(amount), Timestamp(time)), noted)


def commit_ask(
    sequence: int, passes: PassSigner, number: int = 1, amount: int = 80_00, time: int = TIME, deadline: int = 0
) -> Commit:
    """What the core asks for when family `number` pays more than the terminal may approve by itself."""
    address = passes.hold(card(number))
    content = Ask(1, Cents(amount), Timestamp(time), Timestamp(deadline or time + 120))
    return Commit(sequence, address, content, Timestamp(time))


def commit_by_phone(
    sequence: int,
    signer: TerminalSigner,
    passes: PassSigner,
    number: int = 1,
    amount: int = 12_50,
    time: int = TIME,
    deadline: int = 0,
) -> Commit:
    """What the core asks for when family `number` pays by phone; an ask if there is a deadline."""
    shown = passcode.parse(phone_code(number, domain=signer.domain), NETWORK)
    assert isinstance(shown, PhoneCode)
    address = passes.hold_phone(shown, signer.domain)
    paid = PhonePayment(Cents(amount), Timestamp(time), shown.delegation)
    asked = PhoneAsk(Cents(amount), Timestamp(time), Timestamp(deadline), shown.delegation)
    return Commit(sequence, address, asked if deadline else paid, Timestamp(time))


def commit_refund(
    sequence: int, sale: int, terminal: Address, number: int = 1, amount: int = 12_50, time: int = TIME
) -> Commit:
    """What the core asks for when something of that terminal's sale is given back to family `number`."""
    address = pass_address(number)
    content = Refund(1, Cents(amount), Timestamp(time), address, terminal, sale)
    return Commit(sequence, address, content, Timestamp(time))


def next_line(store: Store, signer: TerminalSigner, **sale: int) -> tuple[Line, Commit]:
    """The next line of the journal, signed but not stored."""
    passes = PassSigner()
    wanted = commit(store.sequence + 1, passes, **sale)
    return sign_entry(signer, passes, store.head, wanted), wanted


def sell(store: Store, signer: TerminalSigner, **sale: int) -> Line:
    """One more approved payment."""
    line, wanted = next_line(store, signer, **sale)
    store.append(line, wanted)
    return line


def ask(store: Store, signer: TerminalSigner, **sale: int) -> Line:
    """One more ask."""
    passes = PassSigner()
    wanted = commit_ask(store.sequence + 1, passes, **sale)
    return _store(store, signer, passes, wanted)


def sell_by_phone(store: Store, signer: TerminalSigner, **sale: int) -> Line:
    """One more payment or ask with a phone's code."""
    passes = PassSigner()
    wanted = commit_by_phone(store.sequence + 1, signer, passes, **sale)
    return _store(store, signer, passes, wanted)


def give_back(store: Store, signer: TerminalSigner, sale: int, terminal: Address | None = None, **rest: int) -> Line:
    """One more refund, of this terminal's sale unless another is named."""
    wanted = commit_refund(store.sequence + 1, sale, terminal or store.terminal, **rest)
    return _store(store, signer, PassSigner(), wanted)


def retire(store: Store, signer: TerminalSigner) -> Line:
    """The last entry."""
    line = sign_retirement(signer, store.head, store.sequence + 1, Retire(TIME))
    store.retire(line, Retire(TIME), TIME)
    return line


def _store(store: Store, signer: TerminalSigner, passes: PassSigner, wanted: Commit) -> Line:
    line = sign_entry(signer, passes, store.head, wanted)
    store.append(line, wanted)
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
