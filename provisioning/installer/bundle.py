"""The files that stand on every terminal's root, as they come with the program: units, users, udev and settings."""

from collections.abc import Iterator
from pathlib import Path

_HERE = Path(__file__).parent.parent
_NOT_OURS = {"kindpakket-gateway.service", "kindpakket-portal.service", "kindpakket-portal-worker.service"}
"""A gateway and a portal are other machines'."""

_PLACES = {
    "sysusers.d": Path("/etc/sysusers.d"),
    "tmpfiles.d": Path("/etc/tmpfiles.d"),
}
"""Where folders of settings stand that are not below /etc/systemd."""

UNITS_PLACE = Path("/etc/systemd/system")
UNIT_KINDS = {".mount", ".service", ".socket", ".target", ".timer"}
RULES = Path("/etc/udev/rules.d/60-kindpakket.rules")


def systemd_files() -> Path:
    """In an installed program they stand beside its modules, in the source tree at the top."""
    inside = _HERE / "systemd"
    return inside if inside.is_dir() else _HERE.parent / "systemd"


def units() -> dict[Path, str]:
    """The units and their drop-ins, by their place on the machine."""
    return {UNITS_PLACE / name: text for name, text in _texts() if _is_unit(name) and not _is_apt(name)}


def apt_units() -> dict[Path, str]:
    """What is changed of Debian's own units that upgrade."""
    return {UNITS_PLACE / name: text for name, text in _texts() if _is_unit(name) and _is_apt(name)}


def settings(kind: str) -> dict[Path, str]:
    """The files of a folder of settings: `sysusers.d`, `tmpfiles.d`, `journald.conf.d`, `system.conf.d`."""
    place = _PLACES.get(kind, Path("/etc/systemd") / kind)
    return {place / name.name: text for name, text in _texts() if name.parent.name == kind}


def rules() -> dict[Path, str]:
    """The udev rules."""
    return {RULES: (_HERE / "udev" / RULES.name).read_text(encoding="utf-8")}


def _is_unit(name: Path) -> bool:
    """A unit, or a drop-in of one: `name.service`, `name.service.d/some.conf`."""
    return Path(name.parts[0].removesuffix(".d")).suffix in UNIT_KINDS


def _is_apt(name: Path) -> bool:
    return name.parts[0].startswith("apt-")


def _texts() -> Iterator[tuple[Path, str]]:
    """All files of the folder by their names there."""
    top = systemd_files()
    for path in sorted(top.rglob("*")):
        if path.is_file() and path.name not in _NOT_OURS:
            yield path.relative_to(top), path.read_text(encoding="utf-8")
