"""What a person must see to at the machine itself, by name: the words stand with whoever shows them (terminal.tui)."""

from enum import StrEnum


class Trouble(StrEnum):
    """What is wrong with the machine; the first of several goes first on the screen. Sales go on as far as they can."""

    DISK_READ_ONLY = "disk read-only"
    DISK_FAILING = "disk failing"
    DISK_FULL = "disk full"
    MIRROR_LOST = "mirror lost"
    """The second medium is not there, or does not take what is approved."""
    MIRROR_FOREIGN = "mirror foreign"
    """Something else stands on the second medium, and stays."""
    POWER_WEAK = "power weak"
    """Now, or since the machine was switched on."""
    HOT = "hot"
    MEMORY_SHORT = "memory short"
    DISK_WEARS = "disk wears"
    """More is written to it in a day than it will bear for years."""
