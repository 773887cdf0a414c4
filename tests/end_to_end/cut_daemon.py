"""The daemon, killed at the n-th statement after something happened: KINDPAKKET_CUT=n; 0 counts them into a file.

Counted are the lines that Python executes in our own code, from an event in the inbox to the screen that is published.
KINDPAKKET_CUT_FROM names the event: `confirm`, that key; `paid`, the checkpoint that answers an ask. The daemon itself
is the real one: tracing starts and ends around some of its methods, and nothing else is touched.
"""

import itertools
import os
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Any

from terminal import daemon
from terminal.core.events import CheckpointRead, Event, Key
from terminal.core.screen import Stage
from terminal.link.server import Server
from terminal.perform import Counter

OURS = ("/terminal/", "/contracts/wire/")
CUT = int(os.environ["KINDPAKKET_CUT"])
FROM = os.environ["KINDPAKKET_CUT_FROM"]
UNTIL = {
    "confirm": {Stage.APPROVED, Stage.ASKING, Stage.REFUNDED},
    "paid": {Stage.APPROVED},
}[FROM]

executed = itertools.count(1)
press, hear, publish = Counter.press, Counter.hear, Server.publish


def trace(frame: FrameType, event: str, _: Any) -> Any:
    if not any(part in frame.f_code.co_filename for part in OURS):
        return None
    if event == "line" and next(executed) == CUT:
        os.kill(os.getpid(), signal.SIGKILL)
    return trace


def begin() -> None:
    frame = sys._getframe().f_back
    while frame:  # what is running already is traced from its next line on
        frame.f_trace = trace
        frame = frame.f_back
    sys.settrace(trace)


def traced_press(self: Counter, key: Key) -> None:
    if FROM == "confirm" and key is Key.CONFIRM:
        begin()
    press(self, key)


def traced_hear(self: Counter, event: Event) -> None:
    answers = isinstance(event, CheckpointRead) and event.checkpoint.ask_sequence == self._store.sequence
    if FROM == "paid" and answers and self.asks:
        begin()
    hear(self, event)


def traced_publish(self: Server, screen: Any) -> None:
    publish(self, screen)
    if screen.stage in UNTIL:
        sys.settrace(None)
        if not CUT:
            Path(os.environ["KINDPAKKET_CUT_COUNT"]).write_text(str(next(executed) - 1))


Counter.press, Counter.hear, Server.publish = traced_press, traced_hear, traced_publish  # type: ignore[method-assign]
sys.exit(daemon.main(sys.argv[1:]))
