"""The daemon, killed at the n-th statement after the confirm key: KINDPAKKET_CUT=n; 0 counts them into a file.

Counted are the lines that Python executes in our own code, from the key in the inbox to the screen that is published.
The daemon itself is the real one: tracing starts and ends around two of its methods, and nothing else is touched.
"""

import itertools
import os
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Any

from terminal import daemon
from terminal.core.events import Key
from terminal.core.screen import Stage
from terminal.link.server import Server
from terminal.perform import Counter

OURS = ("/terminal/", "/contracts/wire/")
CUT = int(os.environ["KINDPAKKET_CUT"])

executed = itertools.count(1)
press, publish = Counter.press, Server.publish


def trace(frame: FrameType, event: str, _: Any) -> Any:
    if not any(part in frame.f_code.co_filename for part in OURS):
        return None
    if event == "line" and next(executed) == CUT:
        os.kill(os.getpid(), signal.SIGKILL)
    return trace


def traced_press(self: Counter, key: Key) -> None:
    if key is Key.CONFIRM:
        frame = sys._getframe().f_back
        while frame:  # what is running already is traced from its next line on
            frame.f_trace = trace
            frame = frame.f_back
        sys.settrace(trace)
    press(self, key)


def traced_publish(self: Server, screen: Any) -> None:
    publish(self, screen)
    if screen.stage is Stage.APPROVED:
        sys.settrace(None)
        if not CUT:
            Path(os.environ["KINDPAKKET_CUT_COUNT"]).write_text(str(next(executed) - 1))


Counter.press, Server.publish = traced_press, traced_publish  # type: ignore[method-assign]
sys.exit(daemon.main(sys.argv[1:]))
