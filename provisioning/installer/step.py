"""What a step of the installation is."""

from collections.abc import Callable
from dataclasses import dataclass

from provisioning.installer.host import Host
from provisioning.installer.record import Memory


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that is done to a machine. `do` and `undo` may each be killed at any moment and run again.

    `is_done` changes nothing. `do` keeps in the memory how it was, before it changes it; `undo` goes by that alone.
    """

    name: str
    sentence: str
    is_done: Callable[[Host], bool]
    do: Callable[[Host, Memory], None]
    undo: Callable[[Host, Memory], None]
