"""Errors, sorted by what the caller must do. Every error of ours derives from one of these three."""

from contracts.wire.reasons import Reason


class TryAgain(Exception):
    """The same call may succeed later: a network, a lock, a node that lags. Nothing was decided."""


class Refused(Exception):
    """The answer is no, and asking again does not change it. `reason` says why and what to do."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(f"{reason.name}: {detail}" if detail else reason.name)
        self.reason = reason
        self.detail = detail


class Broken(Exception):
    """Something that must hold does not. Stop, keep everything as it is, and let a person look."""
