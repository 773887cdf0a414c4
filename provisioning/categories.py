"""What shops sell, as numbers that the contract knows and names that people know. A number's meaning never changes.

A programme says which categories its budgets are for; it says for each shop of which category that is to it.
"""

import re
from collections.abc import Iterable

CATEGORY_MAX = 63

NAMES: dict[int, tuple[str, str]] = {
    1: ("kleding", "clothing"),
    2: ("schoenen", "shoes"),
    3: ("sport", "sport"),
    4: ("fietsen", "bicycles"),
    5: ("boeken en school", "books and school"),
    6: ("spelen", "play"),
    7: ("computers", "computers"),
    8: ("muziek en cultuur", "music and culture"),
    9: ("zwemmen", "swimming"),
    10: ("baby", "baby"),
    11: ("uitjes", "outings"),
    12: ("wonen", "home"),
    13: ("loket", "town hall"),
}
"""Number: Dutch, English. Numbers without a name, up to 63, are a sponsor's own."""

_NUMBERS = {name: number for number, names in NAMES.items() for name in names}


def read(text: str) -> int:
    """A category by its number or its name in either language. Raises ValueError with what there is."""
    wanted = text.strip().casefold()
    if wanted in _NUMBERS:
        return _NUMBERS[wanted]
    if re.fullmatch(r"\d{1,2}", wanted, re.ASCII) and 1 <= int(wanted) <= CATEGORY_MAX:
        return int(wanted)
    known = ", ".join(f"{number} {dutch}" for number, (dutch, _) in NAMES.items())
    raise ValueError(f"a category is a number from 1 to {CATEGORY_MAX} or one of: {known}")


def read_all(text: str) -> int:
    """`kleding,2,sport` as the contract has it: bit c for category c. `none` is no category at all."""
    if text.strip().casefold() == "none":
        return 0
    return bits(read(one) for one in text.split(","))


def bits(categories: Iterable[int]) -> int:
    """Bit c for each category c."""
    found = 0
    for category in categories:
        found |= 1 << category
    return found


def numbers(of: int) -> list[int]:
    """The categories whose bits are set, ascending."""
    return [category for category in range(1, CATEGORY_MAX + 1) if of >> category & 1]


def said(category: int) -> str:
    """A category as people read it: its number, and its name where it has one."""
    if category == 0:
        return "no category"
    names = NAMES.get(category)
    return f"{category} {names[1]}" if names else str(category)
