"""What goes over the socket, one JSON object a line. Both sides read strictly: no unknown field, nothing unbounded.

daemon -> screen   {"screen": {...}}        at once after connecting, and at each change; always whole
                   {"error": "..."}         what came in was not understood; the connection is closed
screen -> daemon   {"key": "5"}             a key of the keypad, by the names of terminal.core.events.Key
"""

import json
import types
from collections.abc import Mapping
from dataclasses import asdict, fields, is_dataclass
from enum import StrEnum
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

from terminal.core.keys import Key
from terminal.core.screen import Screen

KEY_LINE_MAX = 4 * 1024
SCREEN_LINE_MAX = 64 * 1024
NUMBER_MAX = 2**53 - 1
TEXT_MAX = 256
ITEMS_MAX = 64


def encode_screen(screen: Screen) -> bytes:
    """The line that shows this screen."""
    return _line({"screen": asdict(screen)})


def encode_key(key: Key) -> bytes:
    """The line that presses this key."""
    return _line({"key": key})


def encode_error(sentence: str) -> bytes:
    """The last line before the daemon hangs up."""
    return _line({"error": sentence})


def decode_screen(line: bytes) -> Screen:
    """The screen on this line. Raises ValueError for anything else."""
    screen = _build(Screen, _only(line, "screen"), "screen")
    assert isinstance(screen, Screen)  # noqa: S101 - for the type checker: _build gives what it was asked for
    return screen


def decode_key(line: bytes) -> Key:
    """The key on this line. Raises ValueError for anything else."""
    return Key(_only(line, "key"))


def _line(message: Mapping[str, object]) -> bytes:
    return json.dumps(message, separators=(",", ":")).encode() + b"\n"


def _only(line: bytes, name: str) -> Any:
    """The value of the one field of the line's object."""
    try:
        message = json.loads(line)
    except RecursionError:
        raise ValueError("too deep") from None
    if not isinstance(message, dict) or set(message) != {name}:
        raise ValueError(f'expected one JSON object with "{name}"')
    return message[name]


def _build(kind: Any, value: Any, where: str) -> Any:
    """The JSON value as this type, of those that screens are made of. Raises ValueError."""
    if is_dataclass(kind):
        return _dataclass(kind, value, where)
    if get_origin(kind) is tuple:
        return _items(get_args(kind)[0], value, where)
    if get_origin(kind) in {Union, types.UnionType}:
        return None if value is None else _build(get_args(kind)[0], value, where)
    return _plain(getattr(kind, "__supertype__", kind), value, where)


def _dataclass(kind: Any, value: Any, where: str) -> Any:
    if not isinstance(value, dict) or set(value) != {field.name for field in fields(kind)}:
        raise ValueError(f"{where}: other fields than {kind.__name__} has")
    return kind(**{name: _build(hint, value[name], f"{where}.{name}") for name, hint in _hints(kind).items()})


def _items(kind: Any, value: Any, where: str) -> Any:
    if not isinstance(value, list) or len(value) > ITEMS_MAX:
        raise ValueError(f"{where}: expected at most {ITEMS_MAX} items")
    return tuple(_build(kind, item, where) for item in value)


def _plain(kind: Any, value: Any, where: str) -> Any:
    if kind is bool and isinstance(value, bool):
        return value
    if kind is int and type(value) is int and 0 <= value <= NUMBER_MAX:
        return value
    if isinstance(value, str) and len(value) <= TEXT_MAX and issubclass(kind, str):
        return kind(value) if issubclass(kind, StrEnum) else value
    raise ValueError(f"{where}: not a {kind.__name__} within its bounds")


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)
