"""The supervisor that started this process, if one did: systemd's own protocol, without its library (sd_notify(3)).

Its watchdog is fed only after a round in which all that a sale takes proved alive. What hangs is started anew.
"""

import asyncio
import logging
import os
import socket
from collections.abc import Awaitable, Callable, Mapping

FEEDS = 3
"""Rounds in the time that the watchdog waits: one may be late."""
_SEND_SECONDS = 1.0

_log = logging.getLogger(__name__)


class Supervisor:
    """Tells nothing to nobody where no supervisor is."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        address = environment.get("NOTIFY_SOCKET", "")
        self._address = "\0" + address[1:] if address.startswith("@") else address
        self._patience = _patience(environment)

    def ready(self) -> None:
        """A scan can be taken."""
        self._tell("READY=1", "STATUS=a pass can be scanned")

    def stopping(self) -> None:
        """It was asked to stop, and does."""
        self._tell("STOPPING=1")

    async def watch(self, prove: Callable[[], Awaitable[str]]) -> None:
        """Feed the watchdog, if there is one, each time that `prove` finds no fault.

        A fault is one sentence, told once. While `prove` does not return, nothing is fed either.
        """
        if not self._address or self._patience is None:
            return
        told = ""
        while True:
            fault = await prove()
            if not fault:
                self._tell("WATCHDOG=1", *(["STATUS=a pass can be scanned"] if told else []))
            elif fault != told:
                _log.error("watchdog.not_fed", extra={"detail": fault})
                self._tell(f"STATUS={fault}")
            told = fault
            await asyncio.sleep(self._patience / FEEDS)

    def _tell(self, *assignments: str) -> None:
        if not self._address:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
                line.settimeout(_SEND_SECONDS)  # a supervisor that hangs is no reason to sell nothing
                line.sendto("\n".join(assignments).encode(), self._address)
        except OSError as error:
            _log.warning("supervisor.not_told", extra={"what": assignments[0], "detail": str(error)})


def _patience(environment: Mapping[str, str]) -> float | None:
    """Seconds after which the watchdog bites; None when this process has none."""
    microseconds, process = environment.get("WATCHDOG_USEC", ""), environment.get("WATCHDOG_PID", "")
    if not microseconds.isdecimal() or process not in {"", str(os.getpid())}:
        return None
    return int(microseconds) / 1_000_000 or None
