"""The keys of the counter, apart from all else: a screen sends them, and loads nothing for it."""

from enum import StrEnum


class Key(StrEnum):
    """The shopkeeper's keys, by the names that drivers and the link use."""

    D0 = "0"
    D1 = "1"
    D2 = "2"
    D3 = "3"
    D4 = "4"
    D5 = "5"
    D6 = "6"
    D7 = "7"
    D8 = "8"
    D9 = "9"
    DOUBLE_ZERO = "00"
    CORRECT = "correct"
    CANCEL = "cancel"
    CONFIRM = "confirm"
    MENU = "menu"
