"""Structured logs: one JSON object a line on stderr, where the supervisor keeps them. Never a secret, never a name.

Our modules speak to the standard library's logging, which costs the start nothing; structlog writes it down. It takes
as long to import as all of the counter, so what is said before the counter is open waits for it, with its time.
"""

import logging
import sys
from collections.abc import MutableMapping
from datetime import UTC, datetime
from typing import Any

TOO_TALKATIVE = ("httpx", "httpcore")
"""They would log each request at INFO."""


class _Waiting(logging.Handler):
    """Keeps records until somebody can write them."""

    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


_waiting = _Waiting()


def collect() -> None:
    """Keep what is logged from now on until `write`."""
    logging.basicConfig(level=logging.INFO, handlers=[_waiting], force=True)
    for name in TOO_TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger().addFilter(lambda record: record.levelno >= logging.WARNING)  # python-escpos gives no name


def write() -> None:
    """Write what was kept, and from now on at once. A log that cannot be written stops no sale."""
    from structlog import processors, stdlib  # noqa: PLC0415 - see the module's docstring

    logging.raiseExceptions = False
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        stdlib.ProcessorFormatter(
            foreign_pre_chain=[stdlib.add_log_level, stdlib.ExtraAdder(), _add_time],
            processors=[
                processors.format_exc_info,  # as text, without the values of variables
                stdlib.ProcessorFormatter.remove_processors_meta,
                processors.JSONRenderer(),
            ],
        )
    )
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    while _waiting.records:
        handler.handle(_waiting.records.pop(0))


def _add_time(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    event["timestamp"] = datetime.fromtimestamp(event["_record"].created, UTC).isoformat()
    return event
