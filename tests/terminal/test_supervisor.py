"""The watchdog is fed by whoever can sell, and by nobody else; with the real protocol on a real socket."""

import asyncio
import os
import queue
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import pytest

from drivers.base import Emit
from drivers.output import Page
from drivers.printer import EscposPrinter
from drivers.pump import Pump
from terminal import config
from terminal.daemon import Daemon
from terminal.inputs import Driving
from terminal.supervisor import Supervisor
from tests.terminal.till import PATIENCE, Till, code

if TYPE_CHECKING:
    from terminal.store import Store

WATCHDOG_SECONDS = 0.03
SEVERAL_ROUNDS = 0.2
"""In which a watchdog that is fed would be, some twenty times."""
FED = {"WATCHDOG": "1"}


class Manager:
    """systemd's end of the socket."""

    def __init__(self, path: Path) -> None:
        self.environment = {"NOTIFY_SOCKET": str(path), "WATCHDOG_USEC": str(int(WATCHDOG_SECONDS * 1_000_000))}
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(path))

    def close(self) -> None:
        self._socket.close()

    def told(self, seconds: float = PATIENCE) -> dict[str, str]:
        self._socket.settimeout(seconds)
        return dict(line.split("=", 1) for line in self._socket.recv(4096).decode().splitlines())

    def until(self, **wanted: str) -> dict[str, str]:
        while not wanted.items() <= (told := self.told()).items():
            pass
        return told

    def hears_nothing(self) -> bool:
        """Throw away what was said before, then listen for a while."""
        self._socket.setblocking(False)
        try:
            while True:
                self._socket.recv(4096)
        except BlockingIOError:
            pass
        try:
            self.told(SEVERAL_ROUNDS)
        except TimeoutError:
            return True
        return False


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[Manager]:
    with closing(Manager(tmp_path / "notify")) as made:
        yield made


class Running:
    """A whole daemon in a loop of another thread, so that a test can look at it while it hangs."""

    def __init__(self, till: Till) -> None:
        self._till = till
        self._begun = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._main()))
        self.loop: asyncio.AbstractEventLoop
        self.daemon: Daemon
        self.store: Store
        self._stop: asyncio.Event

    async def _main(self) -> None:
        settings = config.load(self._till.config)
        self.loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        with closing(self._till.store()) as self.store:
            self.daemon = Daemon(self._till.config, settings, self.store, self._till.signer())
            self._begun.set()
            await self.daemon.run(lambda: None, self._stop)

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._begun.wait(PATIENCE)
        return self

    def __exit__(self, *_: object) -> None:
        self.do(self._stop.set)
        self._thread.join(PATIENCE)

    def do(self, what: Any) -> None:
        self.loop.call_soon_threadsafe(what)


@pytest.fixture
def running(tmp_path: Path, manager: Manager, monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    for name, value in manager.environment.items():
        monkeypatch.setenv(name, value)
    till = Till(tmp_path / "till")
    till.know()
    with Running(till) as made:
        manager.until(**FED)
        yield made


class Hang:
    """Takes hold of whoever calls it, until let go."""

    def __init__(self) -> None:
        self.entered, self.free = threading.Event(), threading.Event()

    def __call__(self) -> int:
        self.entered.set()
        self.free.wait(PATIENCE)
        return 0


def test_a_daemon_that_is_well_feeds_it_again_and_again(manager, running):
    assert [manager.told() for _ in range(3)] == [FED] * 3


def test_a_loop_that_hangs_feeds_nothing(manager, running):
    hang = Hang()
    running.do(lambda: running.daemon._put(hang))
    assert hang.entered.wait(PATIENCE)
    assert manager.hears_nothing()
    hang.free.set()
    manager.until(**FED)


def test_an_inbox_that_nobody_empties_feeds_nothing_however_well_the_loop_goes_round(manager, running):
    taken = queue.Queue[object]()
    running.do(lambda: setattr(running.daemon, "_put", taken.put))
    while taken.get(timeout=PATIENCE) == running.daemon._counter.tick:
        pass  # what asks whether all is well is taken as well, and then nothing that could feed is on its way
    assert manager.hears_nothing()


def test_a_store_that_hangs_feeds_nothing(manager, running):
    hang = Hang()
    running.store.bound = hang
    assert hang.entered.wait(PATIENCE)
    assert manager.hears_nothing()
    hang.free.set()
    del running.store.bound
    manager.until(**FED)


def test_a_driver_that_ended_feeds_nothing_and_is_named(manager, running):
    running.do(running.daemon._inputs.driving["scanner"].task.cancel)
    manager.until(STATUS="the driver of scanner has ended")
    assert manager.hears_nothing()


def test_devices_that_are_let_go_of_for_a_lesson_are_no_fault(manager, running):
    asyncio.run_coroutine_threadsafe(running.daemon._inputs.stop(), running.loop).result(PATIENCE)
    manager.hears_nothing()
    manager.until(**FED)


async def test_a_driver_whose_thread_has_ended_is_not_alive():
    alive = True

    class OfAThread:
        async def run(self, emit: Emit) -> None:
            await asyncio.get_running_loop().create_future()

        def is_alive(self) -> bool:
            return alive

    driver = OfAThread()
    driving = Driving(driver, asyncio.create_task(driver.run(lambda event: None)))
    assert driving.is_alive
    alive = False
    assert not driving.is_alive
    driving.task.cancel()


def test_a_keyboard_s_thread_that_ended_is_seen():
    source, into = os.pipe()
    pump = Pump(source)
    assert pump.is_alive()
    os.close(into)
    pump._thread.join(PATIENCE)
    assert not pump.is_alive()
    pump.close()
    os.close(source)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
async def test_a_printer_s_thread_that_ended_is_seen_and_one_that_hangs_at_its_printer_is_not():
    hang, ended = threading.Event(), threading.Event()

    def connect() -> Any:
        ended.set()
        hang.wait(PATIENCE)
        raise SystemExit  # nothing that a library raises ends the thread; this does

    printer = EscposPrinter(connect, "printer")
    task = asyncio.create_task(printer.run(lambda event: None))
    await asyncio.to_thread(ended.wait, PATIENCE)
    assert printer.is_alive()
    hang.set()
    assert printer._thread is not None
    await asyncio.to_thread(printer._thread.join, PATIENCE)
    assert not printer.is_alive()
    assert printer.print(Page())
    task.cancel()


def test_ready_and_stopping_are_told_by_the_process_itself(tmp_path, manager):
    till = Till(tmp_path / "till")
    with till.start(environment=manager.environment) as process:
        manager.until(READY="1")
        manager.until(**FED)
        assert process.stop() == 0
    manager.until(STOPPING="1")


def test_what_the_watchdog_bites_says_where_it_hung_and_no_value(tmp_path, manager):
    till = Till(tmp_path / "till")
    till.know()
    with till.start() as process:
        process.scan(code(1))
        process.process.send_signal(signal.SIGABRT)
        assert process.process.wait(PATIENCE) == -signal.SIGABRT
        said = process.stderr()
    assert "Stack (most recent call first)" in said
    assert 'daemon.py", line' in said
    assert code(1) not in said


async def test_a_fault_is_told_once_and_that_it_has_gone_too(manager):
    faults = iter(["", "no", "no", "", ""])

    async def prove() -> str:
        return next(faults)

    with pytest.raises(RuntimeError):  # the faults ran out
        await Supervisor(manager.environment).watch(prove)
    assert [manager.told() for _ in range(4)] == [
        FED,
        {"STATUS": "no"},
        {**FED, "STATUS": "a pass can be scanned"},
        FED,
    ]


@pytest.mark.parametrize(
    "environment",
    [
        {"WATCHDOG_PID": "1"},  # another process's
        {"WATCHDOG_USEC": ""},
        {"WATCHDOG_USEC": "0"},
        {"WATCHDOG_USEC": "-1"},
        {"NOTIFY_SOCKET": ""},
    ],
)
async def test_nothing_is_fed_where_there_is_no_watchdog(manager, environment):
    async def prove() -> str:
        raise AssertionError

    await Supervisor({**manager.environment, **environment}).watch(prove)


@pytest.mark.parametrize("address", ["/nowhere/at/all", "@kindpakket-nobody", ""])
def test_a_supervisor_that_does_not_listen_keeps_nobody_from_selling(address):
    Supervisor({"NOTIFY_SOCKET": address}).ready()


def test_an_abstract_socket_is_one_too():
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as line:
        line.settimeout(PATIENCE)
        name = f"kindpakket-test-{os.getpid()}"
        line.bind("\0" + name)
        Supervisor({"NOTIFY_SOCKET": "@" + name}).ready()
        assert line.recv(100).startswith(b"READY=1\n")
