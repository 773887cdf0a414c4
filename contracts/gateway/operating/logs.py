"""Logs: a JSON object a line on stderr, for a collector and for `journalctl`. What opens something is never in one."""

import logging
import sys
from collections.abc import Iterable
from urllib.parse import unquote, urlsplit

import structlog
from structlog.typing import EventDict, WrappedLogger

_HIDDEN = "(hidden)"
_PASSWORD_LENGTH_MIN, _KEY_LENGTH_MIN = 4, 12
"""What is shorter opens nothing, and hiding it would tear other words apart."""


def log_to_stderr(secrets: Iterable[str]) -> None:
    """From here on. `secrets` appear in no line, not in those of libraries or in a traceback either."""
    hide = _Without(secrets)
    before = (
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        hide,
    )
    structlog.configure(
        processors=[*before, structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *before,
                structlog.processors.JSONRenderer(),
            ]
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)


def secrets_of(url: str | None) -> list[str]:
    """What in an address opens something: its password, and long names and parts of the path: providers' keys."""
    parts = urlsplit(url or "")
    keys = [one for one in (parts.username, parts.query, *parts.path.split("/")) if len(one or "") >= _KEY_LENGTH_MIN]
    return [form for one in (parts.password, *keys) if one for form in {one, unquote(one)}]


class _Without:
    """A processor that puts something else in the place of each secret."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self._secrets = sorted({one for one in secrets if len(one) >= _PASSWORD_LENGTH_MIN}, key=len, reverse=True)

    def __call__(self, _logger: WrappedLogger, _name: str, line: EventDict) -> EventDict:
        return {name: self._clean(value) for name, value in line.items()}

    def _clean(self, value: object) -> object:
        if value is None or isinstance(value, bool | int | float):
            return value
        text = str(value)
        for secret in self._secrets:
            text = text.replace(secret, _HIDDEN)
        return text
