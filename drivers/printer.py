"""Receipt printers that speak ESC/POS, by python-escpos: on USB, a serial line, the network, or a device file.

    connection  address
    network     192.168.1.60 or 192.168.1.60:9100       the usual port of receipt printers is 9100
    usb         04b8:0e15                               vendor and product, as `lsusb` shows them
    serial      /dev/serial/by-id/usb-...               with `baud`
    file        /dev/usb/lp0                            a printer that the kernel drives; it tells no paper status

Each page is a connection of its own, in a thread that nobody waits for: the library blocks, and a printer can hang for
ever. A page that cannot be begun is tried again for a minute; one that broke off in the middle is not, as it may be on
the paper. Either way nothing is lost: what was printed can be printed again.
"""

import asyncio
import errno
import logging
import queue
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from drivers.base import Changed, DriverMisconfigured, DriverUnavailable, Emit, Status
from drivers.output import Code, Page

PAGES_MAX = 8
"""Pages that wait at most: a printer that comes back prints no stack of receipts whose customers have gone."""

PAGE_SECONDS = 60.0
"""How long a page waits for its printer."""

RETRY_SECONDS = 2.0
WATCH_SECONDS = 10.0
"""How often a printer that has nothing to do is asked whether it is there and has paper."""

STEP_SECONDS = 5.0
"""For one step: connecting, sending, an answer."""

HANG_SECONDS = 20.0
"""What takes longer than all its steps may, hangs."""

_QR_DOTS = 5  # a module; the 65 modules of a receipt's code take 325 of the 384 dots of narrow paper
_QR_LEVEL_M = 1
_ASK_PAPER = b"\x10\x04\x04"  # DLE EOT 4: roll paper sensor (ESC/POS, real-time status)
_ANSWER_MASK, _ANSWER_FORM = 0x93, 0x12  # the bits that are the same in every real-time status
_PAPER_ENDED = 0x60

_log = logging.getLogger(__name__)

Connect = Callable[[], Any]
"""Gives python-escpos's object for the printer, open. Raises whatever the library raises."""


def printer(connection: str, address: str, baud: int, *, qr_image: bool) -> "EscposPrinter":
    """The printer at this address. `qr_image` is for one that cannot draw a QR code by itself: it gets a picture."""
    if connection not in _WAYS:
        raise DriverMisconfigured(f"a printer's connection is one of {', '.join(_WAYS)}")
    form, module, connect = _WAYS[connection]
    if re.fullmatch(form, address) is None:
        raise DriverMisconfigured(f"{address!r} is no address of a printer on {connection}")
    for needed in ("escpos", module):
        if find_spec(needed) is None:
            advice = f"printer needs the module {needed}: pip install 'kindpakket[hardware]'"
            raise DriverUnavailable(Status.NO_DEPENDENCY, advice)
    name, asks = f"printer on {connection} {address}", connection != "file"
    return EscposPrinter(lambda: connect(address, baud), name, asks_paper=asks, qr_image=qr_image)


@dataclass(slots=True)
class _Job:
    page: Page
    until: float
    begun: bool = False
    """Some of it may be on the paper."""


class EscposPrinter:
    """One printer, there or not."""

    def __init__(self, connect: Connect, name: str, *, asks_paper: bool = True, qr_image: bool = False) -> None:
        self._connect = connect
        self._name = name
        self._qr_image = qr_image
        self._asks_paper = asks_paper
        self._tells_paper: bool | None = None if asks_paper else False
        self._jobs: queue.Queue[_Job] = queue.Queue(PAGES_MAX)
        self._thread: threading.Thread | None = None

    def print(self, page: Page) -> bool:
        """Take the page, unless too many wait."""
        try:
            self._jobs.put_nowait(_Job(page, time.monotonic() + PAGE_SECONDS))
        except queue.Full:
            return False
        return True

    def is_alive(self) -> bool:
        """Whether a page would be tried."""
        return self._thread is None or self._thread.is_alive()

    def deliver(self, page: Page) -> None:
        """Print now. Raises DriverUnavailable."""
        self.try_once(_Job(page, time.monotonic()))

    async def run(self, emit: Emit) -> None:
        """Print what is taken, and say how the printer is, until cancelled. It is not waited for, not even then."""
        self._jobs = queue.Queue(PAGES_MAX)  # what an earlier run left behind is not for today's customers
        worker = _Worker(self, self._jobs, _reporter(emit))
        self._thread = threading.Thread(target=worker.work, name=self._name, daemon=True)
        self._thread.start()
        try:
            while True:
                await asyncio.sleep(RETRY_SECONDS)
                worker.look()
        finally:
            worker.stop()

    def try_once(self, job: _Job | None) -> str:
        """Print the job, or only look at the printer; its name when all is well. Raises DriverUnavailable."""
        data = b"" if job is None else compose(job.page, qr_image=self._qr_image)
        with self._open() as device:
            if self._asks_paper and (job is None or self._tells_paper is not False):
                self._require_paper(device)
            if job is not None:
                job.begun = True
                device._raw(data)  # noqa: SLF001 - the library's way to send what was composed before
                if self._tells_paper:
                    self._require_paper(device)  # that it answers shows that it is still there
        return self._name

    @contextmanager
    def _open(self) -> Iterator[Any]:
        try:
            with closing(self._connect()) as device:
                yield device
        except DriverUnavailable:
            raise
        except Exception as error:  # what the libraries raise is open; none of it may reach a sale
            _log.debug("printer.fault", exc_info=error)
            said = str(error) or type(error).__name__
            advice = f"{self._name} does not work ({' '.join(said.split())}): check its power and its cable"
            raise DriverUnavailable(Status.LOST, advice) from error

    def _require_paper(self, device: Any) -> None:
        """Raises DriverUnavailable without paper, and TimeoutError when it told before and is silent now."""
        answer = _ask_paper(device)
        if answer is None and self._tells_paper:
            raise TimeoutError("it no longer answers")
        self._tells_paper = answer is not None
        if answer is not None and answer & _PAPER_ENDED == _PAPER_ENDED:
            raise DriverUnavailable(Status.NO_PAPER, f"{self._name} is out of paper: put in a new roll")


class _Worker:
    """What runs in the printer's thread: one page after the other, and a look when there is none."""

    def __init__(
        self, printer: EscposPrinter, jobs: "queue.Queue[_Job]", report: Callable[[Status, str], None]
    ) -> None:
        self._printer = printer
        self._jobs = jobs
        self._report = report
        self._stopped = threading.Event()
        self._busy_since: float | None = None

    def work(self) -> None:
        """Until stopped."""
        job: _Job | None = None
        while not self._stopped.is_set():
            job = self._turn(job)
            if job is not None:
                self._stopped.wait(RETRY_SECONDS)
                continue
            with suppress(queue.Empty):
                job = self._jobs.get(timeout=WATCH_SECONDS)

    def look(self) -> None:
        """Say so when the thread has been at one thing for too long."""
        since = self._busy_since
        if since is not None and time.monotonic() - since > HANG_SECONDS:
            self._report(Status.LOST, "the printer hangs: switch it off and on")

    def stop(self) -> None:
        """End as soon as the printer lets go; a thread that hangs ends with the process."""
        self._stopped.set()

    def _turn(self, job: _Job | None) -> _Job | None:
        """Try once; gives the job back when it is worth another try."""
        self._busy_since = time.monotonic()
        try:
            detail = self._printer.try_once(job)
        except DriverUnavailable as unavailable:
            self._tell(unavailable.status, unavailable.advice)
            if job is not None and not job.begun and time.monotonic() < job.until:
                return job
            if job is not None:
                _log.warning("page.dropped", extra={"detail": unavailable.advice})
        else:
            self._tell(Status.READY, detail)
        finally:
            self._busy_since = None
        return None

    def _tell(self, status: Status, detail: str) -> None:
        if not self._stopped.is_set():
            self._report(status, detail)


def _reporter(emit: Emit) -> Callable[[Status, str], None]:
    """Emits changes in this loop, from any thread. A device that was never there is not lost, it is no device."""
    loop, last, seen = asyncio.get_running_loop(), None, False

    def tell(status: Status, detail: str) -> None:
        nonlocal last, seen
        seen = seen or status is not Status.LOST
        changed = Changed(status if seen else Status.NO_DEVICE, detail)
        if changed != last:
            last = changed
            emit(changed)

    def report(status: Status, detail: str) -> None:
        with suppress(RuntimeError):  # the loop has been closed: nobody listens any more
            loop.call_soon_threadsafe(tell, status, detail)

    return report


def compose(page: Page, *, qr_image: bool = False) -> bytes:
    """The page in ESC/POS. What could be a command becomes a space, what no code page has a question mark."""
    paper = import_module("escpos.printer").Dummy()
    paper.hw("INIT")
    paper.charcode("CP858")  # Western Europe; left to itself the library mixes code pages that few printers have
    for part in page:
        if isinstance(part, Code):
            paper.set(align="center")
            paper.qr(part.text, ec=_QR_LEVEL_M, size=_QR_DOTS, native=not qr_image)
        else:
            paper.set(align="left", double_width=part.large, double_height=part.large, normal_textsize=not part.large)
            paper.textln("".join(letter if letter.isprintable() else " " for letter in part.text))
    paper.cut()
    return bytes(paper.output)


def _ask_paper(device: Any) -> int | None:
    """The roll sensor's status; None when the printer does not tell. Raises OSError when it has gone."""
    try:
        answer: bytes = bytes(device.query_status(_ASK_PAPER))
    except OSError as error:
        if isinstance(error, TimeoutError) or error.errno == errno.ETIMEDOUT:
            return None
        raise
    return next((byte for byte in reversed(answer) if byte & _ANSWER_MASK == _ANSWER_FORM), None)


def _network(address: str, _: int) -> Any:
    host, _colon, port = address.partition(":")
    return _opened("Network", host, int(port or 9100), timeout=STEP_SECONDS)


def _usb(address: str, _: int) -> Any:
    vendor, product = (int(number, 16) for number in address.split(":"))
    return _opened("Usb", vendor, product, timeout=int(STEP_SECONDS * 1000))


def _serial(address: str, baud: int) -> Any:
    return _opened("Serial", address, baudrate=baud, timeout=STEP_SECONDS)


def _file(address: str, _: int) -> Any:
    return _opened("File", address)


def _opened(name: str, *arguments: Any, **options: Any) -> Any:
    device = getattr(import_module("escpos.printer"), name)(*arguments, **options)
    device.open()
    return device


_PATH = r"/\S+"
_WAYS: dict[str, tuple[str, str, Callable[[str, int], Any]]] = {
    "network": (r"[A-Za-z0-9.-]+(:\d{1,5})?", "socket", _network),
    "usb": (r"[0-9a-fA-F]{4}:[0-9a-fA-F]{4}", "usb", _usb),
    "serial": (_PATH, "serial", _serial),
    "file": (_PATH, "io", _file),
}
"""Connection -> the form of its address, the module that it needs besides the library, and how it is opened."""
