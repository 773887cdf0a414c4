"""What one portal is told: a folder with `portal.toml`, and its key beside that."""

import os
import tomllib
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from contracts.wire.errors import Broken

FOLDER_VARIABLE = "KINDPAKKET_PORTAL"
FILE = "portal.toml"
_BYTES_MAX = 64 * 1024

Line = Annotated[str, Field(min_length=1, max_length=200)]


class Config(BaseModel):
    """`portal.toml`. Paths in it are relative to its folder."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    municipality: Line = "Gemeente"
    contact: Line = "14 0000"
    """Whom a family calls; it stands on letters and pages."""
    post: Line | None = None
    """Where a family sends what must be on paper, as an objection; without it letters say to call."""
    data_protection: Line | None = None
    """How families reach the data protection officer, which the page about their data must say (GDPR, 13)."""
    language: Literal["nl", "en"] = "nl"
    hosts: tuple[Line, ...] = ("127.0.0.1", "localhost")
    """Under which names browsers reach it."""
    address: Annotated[str, Field(pattern=r"^https?://[A-Za-z0-9.:\[\]-]+$", max_length=54)] | None = None
    """Where families reach it: letters have it in a code for phones. Without it, as the browser does that prints."""
    https: bool = False
    """Whether browsers come by HTTPS: cookies then never go without. False is for loopback alone."""
    database: Line = "sqlite"
    """`sqlite`, a file in the folder, or a URL `postgresql://user@host/name`."""
    record: Path = Path("deployment.json")
    rpc: Line | None = None
    """A node; default: the one in the record."""
    gateway: Line | None = None
    """Where terminals are enrolled and tell their health."""
    four_eyes_cents: Annotated[int, Field(ge=0)] = 100_000
    """Above this for one household, a second person confirms what the first decided."""
    four_eyes_week_cents: Annotated[int, Field(ge=0)] = 500_000
    """And so once somebody has granted this much alone in seven days, however little for each household."""
    payer_name: Line | None = None
    payer_iban: Line | None = None
    """The town's own account, from which shops are paid by bank; without it no file for the bank is made."""
    embedded: bool = False
    """Whether it brings its own development chain, to be tried without any other part."""
    counter: Path | None = None
    """The socket of a simulated scanner, before which a phone's code is held by one press; heeded where embedded."""


def missing(told: Config) -> list[str]:
    """What a town has still to say in the file before families come, each in a sentence; English."""
    if told.data_protection is None:
        return [f"{FILE} has no data_protection: say how families reach your data protection officer (GDPR, 13)"]
    return []


def folder() -> Path:
    """The portal's folder: from the environment, or the user's own."""
    given = os.environ.get(FOLDER_VARIABLE)
    return Path(given) if given else Path.home() / ".local" / "share" / "kindpakket" / "portal"


def load(place: Path) -> Config:
    """What the folder's file says; the defaults where there is none. Raises Broken."""
    path = place / FILE
    try:
        with path.open("rb") as file:
            return Config.model_validate(tomllib.loads(file.read(_BYTES_MAX).decode()))
    except FileNotFoundError:
        return Config()
    except OSError as error:
        raise Broken(f"{path} cannot be read ({error.strerror})") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Broken(f"{path} is no TOML: {error}") from error
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise Broken(f"{path}: {where}: {first['msg']}") from None
