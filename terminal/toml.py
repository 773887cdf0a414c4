"""Values as TOML, for configurations that a program writes and a person reads."""

import json
from collections.abc import Mapping
from typing import Any


def lines(values: Mapping[str, Any]) -> list[str]:
    """A line for each key; a mapping within becomes an inline table."""
    return [f"{key} = {_value(value)}" for key, value in values.items()]


def _value(value: Any) -> str:
    """The value in TOML, whose strings take JSON's escapes; DEL is the one control that JSON leaves as it is."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(lines(value)) + " }"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
