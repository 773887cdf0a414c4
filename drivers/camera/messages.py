"""What the camera's process says to the driver: one JSON object a line, of bounded length, with nothing unknown in it.

    {"beat": true}                               it is alive
    {"status": "ready", "detail": "..."}         Changed
    {"scan": "KP1..."}                           Scan
    {"oversized": true}                          Oversized

A process that was asked for at a socket first hears what to do, and a child by its arguments:

    {"source": "...", "decoder": "...", "frames_per_second": 8}

The process runs native code over whatever is held under a lens, so its lines are read as a stranger's would be.
"""

import json
from dataclasses import asdict, dataclass

from drivers.base import Changed, Oversized, Scan, Status
from drivers.decode import LIMIT

LINE_MAX = 16 * 1024
"""Bytes of one line at most: the longest code, each character of it escaped as a surrogate pair."""
DETAIL_MAX = 300


@dataclass(frozen=True, slots=True)
class Beat:
    """The process is alive: its loop came round."""


@dataclass(frozen=True, slots=True)
class Ask:
    """Which camera is to be read, and how."""

    source: str
    decoder: str
    frames_per_second: int


ASK_MAX = 1024
"""Bytes of an Ask's line at most: a path below /dev is short."""

Message = Beat | Scan | Oversized | Changed


def of_code(text: str) -> Scan | Oversized | None:
    """What a decoded text is to the counter; None when nothing is left of it.

    A QR code may end in a line end of its own, as a scanner's terminator would be; and may hold 7089 characters.
    """
    code = text.strip("\r\n\t")
    if len(code) > LIMIT:
        return Oversized()
    return Scan(code) if code else None


def encode(message: Message) -> bytes:
    """The line of this message, with its line end."""
    return json.dumps(_fields(message)).encode() + b"\n"


def decode(line: bytes) -> Message:
    """The message on this line. Raises ValueError for anything else, without repeating what may be a code."""
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError):
        raise ValueError("a line of the camera's process is not JSON") from None
    match fields:
        case {"beat": True} if len(fields) == 1:
            return Beat()
        case {"oversized": True} if len(fields) == 1:
            return Oversized()
        case {"scan": str(text)} if len(fields) == 1 and 0 < len(text) <= LIMIT:
            return Scan(text)
        case {"status": str(status), "detail": str(detail)} if len(fields) == 2 and 0 < len(detail) <= DETAIL_MAX:
            if status in list(Status):
                return Changed(Status(status), detail)
    raise ValueError("a line of the camera's process is no message")


def encode_ask(ask: Ask) -> bytes:
    """The line of it."""
    return json.dumps(asdict(ask)).encode() + b"\n"


def decode_ask(line: bytes) -> Ask:
    """What is asked for on this line. Raises ValueError for anything else."""
    if len(line) <= ASK_MAX and line.endswith(b"\n"):
        fields = json.loads(line)
        match fields:
            case {"source": str(source), "decoder": str(decoder), "frames_per_second": int(rate)} if len(fields) == 3:
                return Ask(source, decoder, rate)
    raise ValueError("this is no line that asks for a camera")


def _fields(message: Message) -> dict[str, object]:
    match message:
        case Beat():
            return {"beat": True}
        case Oversized():
            return {"oversized": True}
        case Scan(text):
            return {"scan": text}
        case Changed(status, detail):
            return {"status": status, "detail": detail[:DETAIL_MAX]}
