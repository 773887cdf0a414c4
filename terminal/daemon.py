"""The terminal's daemon: one loop, one inbox. It owns the devices, the sale, the keys and the journal.

Scan first: whatever a scan does not need (HTTP above all) is imported after `ready` is said.
"""

import argparse
import asyncio
import faulthandler
import logging
import os
import signal
import sys
from collections.abc import Callable, Coroutine
from contextlib import closing
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from contracts.wire.errors import Broken, Refused
from contracts.wire.reasons import Reason
from drivers import registry
from drivers.base import (
    Changed,
    Driver,
    DriverEvent,
    DriverMisconfigured,
    DriverUnavailable,
    KeyPress,
    Oversized,
    Scan,
)
from terminal import config, log
from terminal.alarms import Alarms
from terminal.clock import Clock, Sources
from terminal.config import Config
from terminal.core.effects import (
    BeginLesson,
    CheckPin,
    CloseDay,
    EndLesson,
    FindSales,
    GatherHelp,
    HandOut,
    KeepLesson,
    Signal,
)
from terminal.core.events import Event, Key
from terminal.core.moment import Moment
from terminal.core.screen import Screen, Stage
from terminal.inputs import Driving, Inputs
from terminal.link.server import Server
from terminal.outputs import Outputs
from terminal.outward import Outward
from terminal.perform import Counter, Told
from terminal.questions import Questions
from terminal.signer import TerminalSigner, forbid_core_dumps
from terminal.store import Store
from terminal.store.closings import Closing
from terminal.store.mirror import Mirror
from terminal.supervisor import Supervisor
from terminal.teaching import Teacher

TICK_SECONDS = 1.0
BOUND_KEPT_SECONDS = 60
"""How much of the uptime a pulled plug can take from the kept bound."""

AWAITS_NO_SCAN = frozenset(
    {
        *(Stage.ORDER, Stage.CHOOSE, Stage.AMOUNT, Stage.PART, Stage.AGAIN, Stage.WORKING, Stage.ASKING),
        *(Stage.PIN, Stage.REFUND_CHOOSE, Stage.REFUND_AMOUNT, Stage.VOID, Stage.LOCKED, Stage.KEEP),
    }
)
"""Here a camera rests: the pass has been read, or none will be."""

_log = logging.getLogger(__name__)

T = TypeVar("T")


class Daemon:
    """One run of the daemon, from a journal that is open to its end. The settings are those at the path.

    `machine` is the root below which the machine itself is looked at.
    """

    def __init__(
        self,
        path: Path,
        settings: Config,
        store: Store,
        signer: TerminalSigner,
        sources: Sources | None = None,
        machine: Path = Path("/"),
    ) -> None:
        self._settings = settings
        self._store = store
        self._clock = Clock(store.bound(), sources)
        self._inbox: asyncio.Queue[Callable[[], None]] = asyncio.Queue()
        has_pin = settings.staff_pin is not None
        self._outward = Outward(settings, store, signer, self._clock, self)
        self._counter = Counter(
            store, signer, self._clock, settings.chain.network, self._outward.wake, self._tell, has_pin=has_pin
        )
        self._link = Server(
            settings.socket, lambda key: self._put(partial(self._counter.press, key)), settings.socket_mode
        )
        self._silent = {device.name for device in settings.devices}
        self._ready = asyncio.Event()
        self._outputs = Outputs(settings, store, {})
        self._tasks: set[asyncio.Task[Any]] = set()
        self._group = asyncio.TaskGroup()
        self._inputs = Inputs(self._driver, self._hear_device, self._spawn)
        self._driving: dict[str, Driving] = {}
        self._supervisor = Supervisor()
        self._alarms = Alarms(self._hear_now)
        self._questions = Questions(
            settings, store, self._clock, self._outward, self._hear_now, self._counter.screen, self._print_day
        )
        self._machine = machine, signer.address
        self._teacher = Teacher(path, settings.devices, self._inputs, self._hear_now, self._spawn)

    async def run(self, ready: Callable[[], None], stop: asyncio.Event) -> None:
        """Sell until `stop` is set; `ready` is called once a scan can be taken. Raises Broken."""
        made = {device.name: self._driver(device) for device in self._settings.devices}
        drivers = {name: driver for name, driver in made.items() if driver}
        self._outputs = Outputs(self._settings, self._store, drivers)
        self._silent -= self._outputs.names
        await self._link.start()
        try:
            async with self._group:
                for each in (self._take(), self._tick(), self._network(ready), self._supervisor.watch(self._prove)):
                    self._spawn(each)
                if self._store.mirror is not None:
                    self._spawn(self._alarms.follow(self._store.mirror))
                for name in self._outputs.names:
                    driver = drivers.pop(name)
                    self._driving[name] = Driving(driver, self._spawn(self._drive(name, driver)))
                self._inputs.start(drivers)
                self._note_readiness()
                await stop.wait()
                self._supervisor.stopping()
                for task in self._tasks:
                    task.cancel()
        finally:
            await self._link.close()
            self._keep_bound()

    def _spawn(self, work: Coroutine[Any, Any, T], /) -> asyncio.Task[T]:
        task = self._group.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    # One inbox: producers put, one consumer takes.

    def _put(self, happening: Callable[[], None]) -> None:
        self._inbox.put_nowait(happening)

    async def _take(self) -> NoReturn:
        shown = self._counter.screen()
        self._show(shown)
        while True:
            (await self._inbox.get())()
            screen = self._counter.screen()
            if screen != shown:
                self._show(screen)
                shown = screen

    def _show(self, screen: Screen) -> None:
        self._link.publish(screen)
        for driver in self._inputs.pausable:
            if screen.stage in AWAITS_NO_SCAN:
                driver.pause()
            else:
                driver.resume()

    async def _tick(self) -> NoReturn:
        while True:
            for _ in range(BOUND_KEPT_SECONDS):
                await asyncio.sleep(TICK_SECONDS)
                self._put(self._counter.tick)
            self._keep_bound()

    def _keep_bound(self) -> None:
        try:
            self._store.save_bound(self._clock.bound())
        except Refused as refused:
            _log.error("bound.not_kept", extra={"detail": refused.detail})

    async def _prove(self) -> str:
        """Why nothing could be sold now, or nothing: asked by the way that a scan takes, through the inbox."""
        fault: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._put(lambda: None if fault.done() else fault.set_result(self._fault()))
        return await fault

    def _fault(self) -> str:
        self._store.bound()  # raises Broken, with which the daemon ends
        driving = {**self._driving, **self._inputs.driving}
        return next((f"the driver of {name} has ended" for name, each in driving.items() if not each.is_alive), "")

    # Devices

    def _driver(self, device: config.Device) -> Driver | None:
        """The device's driver; None when it cannot be had now, which a lamp says. Raises Broken."""
        try:
            return registry.make(device.driver, device.options, allow_simulators=self._settings.simulators)
        except DriverMisconfigured as misconfigured:
            raise Broken(f"the device {device.name} in the configuration is wrong: {misconfigured.advice}") from None
        except DriverUnavailable as unavailable:
            self._hear_device(device.name, Changed(unavailable.status, unavailable.advice))
            return None

    async def _drive(self, name: str, driver: Driver) -> None:
        await self._ready.wait()  # a sale needs none of those that take something
        await driver.run(partial(self._hear_device, name))

    def _hear_device(self, name: str, event: DriverEvent) -> None:
        match event:
            case Scan(text):
                self._put(partial(self._counter.scan, text))
            case Oversized():
                self._put(partial(self._counter.misread, Reason.SCAN_TOO_LONG))
            case KeyPress(key):
                self._put(partial(self._counter.press, Key(key)))
            case Changed(status, detail):
                self._put(partial(self._counter.device, name, status, detail))
                self._silent.discard(name)
                self._note_readiness()

    def _tell(self, effect: Told) -> None:
        match effect:
            case Signal(tone):
                self._outputs.signal(tone)
            case HandOut(sequence, rest):
                self._put(partial(self._outputs.hand_out, sequence, rest))  # after the screen has said approved
            case BeginLesson() | KeepLesson() | EndLesson():
                self._teacher.do(effect)
            case FindSales() | CheckPin() | CloseDay() | GatherHelp():
                self._spawn(self._questions.answer(effect))

    def _print_day(self, day: Closing) -> None:
        self._put(lambda: self._outputs.print_day(day))  # after the screen has said so

    def _hear_now(self, make: Callable[[Moment], Event]) -> None:
        self._put(lambda: self._counter.hear(make(self._clock.moment())))

    def _note_readiness(self) -> None:
        if not self._silent:
            self._ready.set()

    # The network, after the counter is open. These are its Listener's.

    async def _network(self, ready: Callable[[], None]) -> None:
        await self._ready.wait()
        ready()
        await asyncio.to_thread(import_module, "structlog.stdlib")  # in a thread: a scan does not wait for it
        log.write()
        self._spawn(self._questions.look_after(*self._machine, self._alarms))
        await self._outward.run()

    @property
    def asks(self) -> bool:
        """Whether an ask is open."""
        return self._counter.asks

    def report(self, event: Event) -> None:
        """Something for the core to learn."""
        self._put(partial(self._counter.hear, event))

    def gateway_answers(self, answers: bool, /) -> None:  # noqa: FBT001 - what contact callbacks take
        """Whether the gateway does."""
        self._put(partial(self._counter.contact, gateway=answers))

    def chain_answers(self, answers: bool, /) -> None:  # noqa: FBT001
        """Whether the chain's endpoint does."""
        self._put(partial(self._counter.contact, chain=answers))


async def serve(path: Path, settings: Config, store: Store, signer: TerminalSigner) -> None:
    """Sell until the supervisor asks to stop."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await Daemon(path, settings, store, signer).run(_say_ready, stop)


def _say_ready() -> None:
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    Supervisor().ready()


def main(argv: list[str]) -> int:
    """`kindpakket terminal run`. Exit 0 when asked to stop, 1 with one sentence that says what to do."""
    parser = argparse.ArgumentParser(
        prog="kindpakket terminal run",
        description="Run the terminal's daemon: devices, sales and the journal. It says `ready` on stdout.",
        epilog="example: kindpakket terminal run --config /etc/kindpakket/terminal.toml",
    )
    parser.add_argument("--config", type=Path, default=config.DEFAULT, help="default: %(default)s")
    arguments = parser.parse_args(argv)
    log.collect()
    try:
        _run(arguments.config)
    except Exception as error:  # noqa: BLE001 - nothing is swallowed: whatever it is, the daemon ends with it
        return _fail(_first(error))
    return 0


def _run(path: Path) -> None:
    forbid_core_dumps()
    # A watchdog that bites (SIGABRT) then leaves in the log where the loop hung: lines, and no values. Of this thread
    # alone: the others run on while they are looked at, and the process was seen to crash (SIGSEGV) over that.
    faulthandler.enable(all_threads=False)
    settings = config.load(path)
    os.umask(0o077)
    signer = TerminalSigner.load(settings.key_file, settings.domain)
    volatile_ok = settings.simulators  # a try-out may live where a shop's journal may not
    with closing(Store.open(settings.journal, settings.domain, signer.address, volatile_ok=volatile_ok)) as store:
        if settings.mirror is not None:
            store.keep_mirror(Mirror(settings.mirror, settings.journal, volatile_ok=volatile_ok))
        asyncio.run(serve(path, settings, store, signer))


def _first(error: BaseException) -> BaseException:
    """The fault that stopped all the other tasks."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _fail(error: BaseException) -> int:
    if isinstance(error, Broken):
        sentence = str(error)
    else:
        _log.error("daemon.stopped", exc_info=error)
        sentence = (
            f"stopped by a fault in the program ({type(error).__name__}); what was approved is safe, start it again"
        )
    log.write()
    sys.stderr.write(f"kindpakket terminal run: {sentence}\n")
    return 1
