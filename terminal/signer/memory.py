"""How keys are kept from leaving this process."""

import ctypes
import os
import resource
from typing import NoReturn

from contracts.wire.errors import Broken
from contracts.wire.units import Address

_PR_SET_DUMPABLE = 4  # prctl(2)


class Unshowable:
    """Shows its address at most; refuses every way of being copied out of the process."""

    __slots__ = ("_address",)
    _address: Address | None

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._address.hex() if self._address else 'empty'}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a key is not to be copied or pickled")


def forbid_core_dumps() -> None:
    """Keep this process's memory, keys and all, from being written to disk when it crashes (Linux, prctl(2))."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) != 0:
        raise Broken(f"the kernel does not forbid core dumps: {os.strerror(ctypes.get_errno())}")
