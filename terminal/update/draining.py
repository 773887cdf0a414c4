"""When a release is changed: at a moment at which nothing waits, so that no version inherits what another began."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from contracts.wire.errors import TryAgain
from terminal.update.machine import Waiting

LOOK_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Patience:
    """For how many seconds nothing may move before it is no use to wait: sending is quick, and settling is not."""

    unsent: float = 60
    unsettled: float = 1200

    def with_(self, waiting: Waiting) -> float:
        """How long to wait for these."""
        return self.unsent if waiting.unsent else self.unsettled


def drain(look: Callable[[], Waiting], said: Callable[[str], None], patience: Patience) -> None:
    """Return once nothing waits. Raises TryAgain, with what waits, when nothing moves any more."""
    least, since = look(), time.monotonic()
    waiting = least
    while waiting.unsettled:
        if time.monotonic() - since > patience.with_(waiting):
            raise TryAgain(f"not updated: {waiting}. {_advice(waiting)}. The release in use sells on")
        said(f"{waiting}; the update waits for them")
        time.sleep(min(LOOK_SECONDS, patience.with_(waiting)))
        waiting = look()
        if (waiting.unsent, waiting.unsettled) < (least.unsent, least.unsettled):
            least, since = waiting, time.monotonic()


def _advice(waiting: Waiting) -> str:
    if waiting.unsent:
        first = "Restore the internet, and see that the daemon runs (kindpakket terminal doctor)"
    else:
        first = "Ask the operator of the gateway why nothing is settled"
    return f"{first}; or export them (kindpakket terminal journal export FILE), and name that by --exported"
