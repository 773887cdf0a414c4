"""Structured logs: one JSON object a line on stderr, where the supervisor keeps them. Never a secret, never a name.

What is logged are names of events and numbers; what was scanned and what a key is never reach a log call.
"""

import logging
import sys

import structlog


def configure() -> None:
    """Make structlog write JSON lines to stderr. Tracebacks come as text, without the values of variables."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
