"""Who asks: a GET is signed by the terminal whose things it reads, over method, path with query, and time.

A replay within the window reads the same things again and changes nothing.
"""

from collections.abc import Callable

from contracts.wire import typed_data
from contracts.wire.errors import Refused
from contracts.wire.reasons import Reason
from contracts.wire.signature import recover
from contracts.wire.typed_data import Domain
from contracts.wire.units import TIMESTAMP_MAX, Address, Timestamp, from_hex

TIME_HEADER = "Kindpakket-Time"
SIGNATURE_HEADER = "Kindpakket-Signature"
SKEW_SECONDS = 300

Clock = Callable[[], Timestamp]


class WrongClock(Refused):
    """The request's time is too far from the gateway's, which is `time`."""

    def __init__(self, time: Timestamp) -> None:
        super().__init__(Reason.REQUEST_CLOCK, "sign again with this time")
        self.time = time


def check(
    domain: Domain, terminal: Address, target: str, headers: tuple[str | None, str | None], now: Timestamp
) -> None:
    """Raises Refused(REQUEST_SIGNATURE) unless the terminal signed this GET, WrongClock when not within 300 s of now.

    `headers` are the values of the time and of the signature header.
    """
    time, signature = _time(headers[0]), _signature(headers[1])
    digest = typed_data.request(domain, terminal, "GET", target, b"", time)
    if recover(digest, signature) != terminal:
        raise Refused(Reason.REQUEST_SIGNATURE, "the terminal did not sign this request")
    if abs(now - time) > SKEW_SECONDS:
        raise WrongClock(now)


def _time(text: str | None) -> Timestamp:
    digits = text is not None and text.isascii() and text.isdigit() and len(text) <= len(str(TIMESTAMP_MAX))
    if text is None or not digits or int(text) > TIMESTAMP_MAX:
        raise Refused(Reason.REQUEST_SIGNATURE, f"{TIME_HEADER}: seconds since 1970 UTC")
    return Timestamp(int(text))


def _signature(text: str | None) -> bytes:
    try:
        return from_hex(text or "")
    except ValueError as error:
        raise Refused(Reason.REQUEST_SIGNATURE, f"{SIGNATURE_HEADER}: 0x and 64 bytes in hex") from error
