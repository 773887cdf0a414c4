"""Where the daemon's socket is and how this screen speaks, from the terminal's own configuration.

Only what the screen needs is read, so that a screen starts whatever else stands there; the daemon judges the file.
"""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, cast

from contracts.wire.errors import Broken
from terminal.tui.languages import LANGUAGES
from terminal.tui.look import Look

if TYPE_CHECKING:
    from terminal.tui.texts import Language

DEFAULT = Path("/etc/kindpakket/terminal.toml")
ENVIRONMENT = "KINDPAKKET_TERMINAL_"
SOCKET = "screen.sock"


def read(path: Path, environment: Mapping[str, str] = os.environ) -> tuple[Path, Look]:
    """The socket and the look. A variable KINDPAKKET_TERMINAL_<NAME> comes before the file. Raises Broken."""
    table = _table(path)

    def value(name: str, default: str | None) -> str:
        return _text(path, name, environment.get(ENVIRONMENT + name.upper(), table.get(name, default)))

    folder = value("run_dir", value("state_dir", None))
    language, shop, support = value("language", "nl"), value("shop", ""), value("support", "")
    if language not in LANGUAGES:
        raise Broken(f"{path}: language is {' or '.join(LANGUAGES)}, not {language!r}")
    return Path(folder) / SOCKET, Look(cast("Language", language), shop, support)


def _table(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text())
    except OSError as error:
        raise Broken(f"{path}: cannot be read ({error.strerror}); name the configuration by --config FILE") from error
    except ValueError as error:
        raise Broken(f"{path}: is not TOML ({error}); correct it") from error


def _text(path: Path, name: str, value: object) -> str:
    if not isinstance(value, str):
        raise Broken(f"{path}: {name} is missing or not a text")
    return value
