"""What kind of machine this is, and whether a terminal can be made of it."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from contracts.wire.errors import Broken
from provisioning.installer.host import Host

_ARCHITECTURES = {"x86_64", "aarch64"}
_DEBIAN_MIN = 12
_MODELS = (Path("/proc/device-tree/model"), Path("/sys/class/dmi/id/product_name"))


@dataclass(frozen=True, slots=True)
class Machine:
    """What is read of a machine before anything is done to it."""

    model: str
    system: str
    architecture: str
    root_type: str
    """The file system of the root, as mount(8) names it; `overlay` when it is read-only already."""

    def __str__(self) -> str:
        return f"{self.model}, {self.architecture}, {self.system}, root on {self.root_type}"


def look(host: Host) -> Machine:
    """Read it. Raises Broken, with what would do, when no terminal can be made of it."""
    release = _os_release(host)
    machine = Machine(_model(host), release.get("PRETTY_NAME", "unknown"), os.uname().machine, _root_type(host))
    if release.get("ID") != "debian" or int(release.get("VERSION_ID", "0")) < _DEBIAN_MIN:
        raise Broken(f"this is {machine.system}: take Raspberry Pi OS Lite (64-bit) or Debian, {_DEBIAN_MIN} or newer")
    if machine.architecture not in _ARCHITECTURES or sys.maxsize < 2**32:
        raise Broken(f"this system is made for {machine.architecture}: take the 64-bit one")
    return machine


def require_root() -> None:
    """Raise Broken unless root runs this."""
    if os.geteuid():
        raise Broken("only root may change this machine: put sudo before the same command")


def _os_release(host: Host) -> dict[str, str]:
    lines = (line.partition("=") for line in (host.read(Path("/etc/os-release")) or "").splitlines())
    return {key: value.strip('"') for key, _, value in lines}


def _model(host: Host) -> str:
    found = (host.read(path) for path in _MODELS)
    return next((text.strip("\0\n ") for text in found if text), "an unnamed machine")


def _root_type(host: Host) -> str:
    ran = host.ask("findmnt", "--noheadings", "--first-only", "--output", "FSTYPE", "/")
    return "an unknown file system" if ran.status else ran.said.strip()
