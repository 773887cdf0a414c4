"""What a log may hold: which page, which kind of error, and where in the code. Never what somebody typed.

An exception's own words are left out, as those of a database or a library can quote a value: of ours alone they are
kept, which name no person.
"""

import logging
import traceback
from types import TracebackType

from contracts.wire.errors import Broken, TryAgain

_CHAIN_MAX = 8


class Pages(logging.Filter):
    """Django's lines about a request: the page by its route, and not by its address, query, body or cookies."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Say it anew where there is a request; everything else goes through."""
        request = getattr(record, "request", None)
        if request is None:
            return True
        match = getattr(request, "resolver_match", None)
        page = match.view_name if match is not None and match.view_name else "no page"
        record.msg = "%s %s: %s"
        record.args = (getattr(request, "method", "-"), page, getattr(record, "status_code", "-"))
        record.request = None
        return True


class Plain(logging.Formatter):
    """One line for each event, and for an exception its type and where it came from."""

    def format(self, record: logging.LogRecord) -> str:
        """Without line ends in the message, so that nobody writes a line of his own into the log."""
        record.exc_text = None
        message = " ".join(record.getMessage().splitlines())
        said = f"{record.levelname} {record.name}: {message}"
        return said if not record.exc_info else f"{said}\n{self.formatException(record.exc_info)}"

    def formatException(self, ei: object) -> str:  # noqa: N802 -- the library's name
        """Innermost last: the type, and file, line and function of each step."""
        error: BaseException | None = ei[1] if isinstance(ei, tuple) else None
        told: list[str] = []
        while error is not None and len(told) < _CHAIN_MAX:
            told.append(_told(error, error.__traceback__))
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "\n".join(told)


def _told(error: BaseException, at: TracebackType | None) -> str:
    ours = f": {error}" if isinstance(error, Broken | TryAgain) else ""
    steps = [f"  {step.filename}:{step.lineno} {step.name}" for step in traceback.extract_tb(at)]
    return "\n".join([f"{type(error).__module__}.{type(error).__qualname__}{ours}", *steps])
