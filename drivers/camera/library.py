"""Packages that only one source or decoder needs: how to install them, and to import them when they are used."""

from importlib import import_module
from importlib.util import find_spec
from typing import Any, cast

from drivers.base import DriverUnavailable, Status

INSTALL = {
    "zxingcpp": "pip install 'kindpakket[hardware]'",
    "pyzbar": "pip install 'kindpakket[pyzbar]', and the Debian package libzbar0",
    "picamera2": "sudo apt install python3-picamera2 (and without its unit, --system-site-packages)",
    "linuxpy": "pip install 'kindpakket[v4l2]'",
    "PIL": "pip install pillow",
}
"""Each top-level package, and how a person gets it."""


def library(name: str) -> Any:
    """The module of this name. Raises DriverUnavailable with how to install its package."""
    try:
        return cast("Any", import_module(name))
    except ImportError as error:
        install = INSTALL[name.partition(".")[0]]
        raise DriverUnavailable(Status.NO_DEPENDENCY, f"{name} does not import ({error}): {install}") from error


def is_installed(package: str) -> bool:
    """Whether the package is there, without running any of it."""
    return find_spec(package) is not None
