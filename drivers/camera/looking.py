"""Which cameras are here, found without opening one: nothing of a camera's or decoder's code is run."""

import os
from pathlib import Path

from drivers.base import Candidate, Changed, Status
from drivers.camera.library import INSTALL, is_installed

BY_ID = Path("/dev/v4l/by-id")
SOCKET = Path("/run/kindpakket-camera/camera.sock")
"""Where an installed terminal asks for a camera's process, which has no part in what the daemon has."""
DEBIAN = Path("/usr/lib/python3/dist-packages")
"""Debian's own packages, which that process sees too: picamera2 fits the machine's libcamera."""
_PACKAGES = {
    "picamera2": "picamera2",
    "v4l2": "linuxpy",
    "pictures": "PIL",
    "zxing-cpp": "zxingcpp",
    "pyzbar": "pyzbar",
}
"""What each kind of source and each decoder needs."""


def look(source: str, decoder: str) -> Changed:
    """READY when all that reading takes is there; else what is not, and what to do."""
    kind, _, where = source.partition(":")
    for package in (_PACKAGES[decoder], _PACKAGES[kind]):
        if not _has(package):
            return Changed(Status.NO_DEPENDENCY, f"{package} is not installed: {INSTALL[package]}")
    if not where:
        return Changed(Status.READY, "picamera2 is there; the camera itself is seen once the daemon runs")
    return _node(Path(where))


def _has(package: str) -> bool:
    return is_installed(package) or (SOCKET.is_socket() and (DEBIAN / package).exists())


def _node(path: Path) -> Changed:
    if not path.exists():
        return Changed(Status.NO_DEVICE, f"{path} is not there: plug the camera in, or see {BY_ID} for its name")
    if not os.access(path, os.R_OK):
        return Changed(Status.NO_DEVICE, f"{path} may not be read: add the daemon's user to the group video")
    return Changed(Status.READY, f"{path} is there")


def candidates() -> list[Candidate]:
    """The cameras that this machine may have, and has what they need."""
    way = {"socket": str(SOCKET)} if SOCKET.is_socket() else {}
    found = [Candidate("camera", {"source": "picamera2", **way}, "the Raspberry Pi's camera")]
    # A camera's further nodes hold its metadata, not pictures.
    nodes = sorted(BY_ID.glob("*-video-index0"))
    found += [Candidate("camera", {"source": f"v4l2:{node}", **way}, f"the camera {node.name}") for node in nodes]
    return [each for each in found if _has(_PACKAGES[str(each.options["source"]).partition(":")[0]])]
