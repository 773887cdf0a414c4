"""Packages that only one source or decoder needs, imported when it is opened."""

from importlib import import_module
from typing import Any, cast

from drivers.base import DriverUnavailable, Status


def library(name: str, install: str) -> Any:
    """The module of this name. Raises DriverUnavailable with how to install it."""
    try:
        return cast("Any", import_module(name))
    except ImportError as error:
        raise DriverUnavailable(Status.NO_DEPENDENCY, f"{name} does not import ({error}): {install}") from error
