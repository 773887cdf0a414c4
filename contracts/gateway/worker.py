"""The thread beside the HTTP server: reads the chain and sends batches, again and again, and says how that goes.

A node that does not answer is asked again after a pause with full jitter; the terminals' entries are taken in all the
while. What must not happen (Broken, a defect) stops the process: a supervisor starts it again, a person looks.
"""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event, Thread

import structlog

from contracts.wire.errors import TryAgain

_LONGEST_PAUSE = 30.0
_log = structlog.get_logger("gateway.worker")


@dataclass(slots=True)
class Job:
    """Something that is done again and again: `step` says whether there is more to do at once.

    `every` is in seconds; as often as the worker's other jobs if it is None.
    """

    name: str
    step: Callable[[], bool | None]
    every: float | None = None
    why: str = "not started yet"
    failures: int = 0
    due: float = 0.0

    def run(self, pause: float) -> None:
        """Do a step, and decide when the next is due."""
        pause = pause if self.every is None else self.every
        try:
            more = self.step()
        except TryAgain as error:
            self._failed(str(error), pause)
        else:
            self.why, self.failures = ("catching up" if more else ""), 0
            self.due = time.monotonic() + (0 if more else pause)

    def _failed(self, why: str, pause: float) -> None:
        self.failures += 1
        longest = min(_LONGEST_PAUSE, pause * 2 ** min(self.failures, 10))
        self.due = time.monotonic() + random.uniform(pause / 2, longest)  # noqa: S311  # jitter is no secret
        if why != self.why:
            _log.warning("trying again", job=self.name, why=why)
        self.why = why


class Worker:
    """Runs jobs in one thread until it is stopped. `on_defect` is called when a job raises what it must not."""

    def __init__(self, jobs: list[Job], pause: float, on_defect: Callable[[], None]) -> None:
        self._jobs = jobs
        self._pause = pause
        self._on_defect = on_defect
        self._stopping = Event()
        self._thread = Thread(target=self._run, name="gateway-worker", daemon=True)
        self.defect: Exception | None = None

    def start(self) -> None:
        """Begin, in its own thread."""
        self._thread.start()

    def stop(self, timeout: float) -> None:
        """Let the step at hand end, and return; a step that outlasts the timeout is cut off by the process's end."""
        self._stopping.set()
        self._thread.join(timeout)

    def why_not_ready(self) -> str:
        """What keeps the jobs from going on, or nothing."""
        return "; ".join(f"{job.name}: {job.why}" for job in self._jobs if job.why)

    def _run(self) -> None:
        try:
            while not self._stopping.is_set():
                self._round()
        except Exception as error:  # noqa: BLE001  # whatever it is: logged, and the process ends with it
            self.defect = error
            _log.exception("stopping")
            self._on_defect()

    def _round(self) -> None:
        for job in self._jobs:
            if job.due <= time.monotonic():
                job.run(self._pause)
        self._stopping.wait(max(0.0, min(job.due for job in self._jobs) - time.monotonic()))
