"""Puts [[devices]] tables into a configuration that a person wrote, and leaves all else in it as it is."""

import os
import re
import tomllib
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from contracts.wire.errors import Broken
from terminal import config, toml
from terminal.config import Device
from terminal.durable import sync_folder

_HEADER = re.compile(r"\s*\[")
_OURS = re.compile(r"\s*\[\[\s*devices\s*\]\]")
_WITHIN = re.compile(r"\s*\[\[?\s*devices\s*\.")
_EMPTY = re.compile(r"devices\s*=\s*\[\s*\]\s*(#.*)?")
_LOOSE = re.compile(r"\s*(#.*)?")


def with_devices(text: str, devices: Sequence[Device]) -> str:
    """The configuration with these devices; one that has the name of another stands in its place.

    Raises Broken when the text is written in a way that a program should not edit.
    """
    old = tomllib.loads(text).get("devices", [])
    names = {device.name for device in devices}
    kept = _without(text, [number for number, table in enumerate(old) if table.get("name") in names])
    new = "\n".join([kept.rstrip("\n"), *(f"\n{render(device)}" for device in devices)]) + "\n"
    _check(text, new, [table for table in old if table.get("name") not in names], devices)
    return new


def render(device: Device) -> str:
    """The device's own table, without a newline at its end."""
    return "\n".join(["[[devices]]", *toml.lines(device.model_dump())])


def _without(text: str, numbers: Sequence[int]) -> str:
    """The text without the device tables of these numbers, counted from 0, and without an empty list of devices."""
    kept: list[str] = []
    table, inside = -1, False
    loose: list[str] = []
    for line in text.splitlines():
        if _HEADER.match(line):
            if _OURS.match(line):
                table, inside = table + 1, table + 1 in numbers
            elif not _WITHIN.match(line):
                inside = False
            kept += loose  # comments before a header belong to it
            loose = []
        if not inside:
            kept += [] if table < 0 and _EMPTY.fullmatch(line) else [line]
        else:
            loose = [*loose, line] if _LOOSE.fullmatch(line) else []
    return "\n".join([*kept, *loose])


def _check(old: str, new: str, kept: Sequence[object], devices: Sequence[Device]) -> None:
    """Raises Broken unless nothing but the devices changed."""
    wanted = {**tomllib.loads(old), "devices": [*kept, *(device.model_dump() for device in devices)]}
    try:
        right = tomllib.loads(new) == wanted
    except tomllib.TOMLDecodeError:
        right = False
    if not right:
        tables = "\n\n".join(map(render, devices))
        raise Broken(f"the devices stand in the configuration in a way of their own: write them by hand\n\n{tables}")


def read(path: Path) -> str:
    """The configuration as it is written. Raises Broken."""
    try:
        text = path.read_text(encoding="utf-8")
        tomllib.loads(text)
    except (OSError, ValueError) as error:
        raise Broken(f"{path}: cannot be read ({error}); correct it first") from None
    return text


def require_writable(path: Path) -> None:
    """Raises Broken when `write` could not, as far as that can be known before."""
    folder = path.resolve().parent
    if not os.access(folder, os.W_OK):
        raise Broken(f"{path}: cannot be written, as this user may not change {folder}; an installer can let it")


def write(path: Path, text: str) -> Path:
    """Replace the configuration, at once or not at all, and give the backup's path. Raises Broken; then it stands."""
    target = path.resolve()  # behind a link: the link stays
    temporary = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        backup = _backed_up(target)
        _create(temporary, text.encode(), target.stat())
        try:
            config.load(temporary)
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)
        sync_folder(target.parent)
    except OSError as error:
        raise Broken(f"{path}: cannot be written ({error.strerror}); run this as the user who owns it") from None
    return backup


def _backed_up(path: Path) -> Path:
    backup = path.with_name(f"{path.name}.{datetime.now(UTC):%Y%m%dT%H%M%S%f}.bak")
    _create(backup, path.read_bytes(), path.stat())
    return backup


def _create(path: Path, content: bytes, like: os.stat_result) -> None:
    """A new file on the disk, with owner and mode of another; none when it cannot be whole.

    Who is not root can give nothing away: then the file is this user's, and the other's group's.
    """
    owner = like.st_uid if os.geteuid() == 0 else -1
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        try:
            os.fchown(file.fileno(), owner, like.st_gid)
            os.fchmod(file.fileno(), like.st_mode & 0o777)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        except OSError:
            path.unlink()
            raise
