"""From what is typed to keys of the keypad, and keeping a scanner's typing apart from a person's.

A scanner that is not grabbed is a keyboard to the screen: an EAN would be an amount with a confirm behind it. Nobody
types eight keys without a pause, so such a burst is dropped whole. The daemon grabs its scanners; this is for the one
that it was not told of.
"""

from textual.events import Key as KeyEvent

from terminal.link import Key

PAUSE_SECONDS = 0.06
"""Keys that follow each other faster than this are one burst. Scanners send a key each 1 to 20 ms."""

BURST = 8
"""Keys in a burst that no person types; the shortest product code (GTIN-8) has eight digits."""

_BY_NAME = {
    "enter": Key.CONFIRM,
    "escape": Key.CANCEL,
    "ctrl+c": Key.CANCEL,
    "backspace": Key.CORRECT,
    "delete": Key.CORRECT,
}
_BY_CHARACTER = {
    "m": Key.MENU,
    "d": Key.DOUBLE_ZERO,
    "*": Key.DOUBLE_ZERO,
    **{digit: Key(digit) for digit in "0123456789"},
}


def key_of(event: KeyEvent) -> Key | None:
    """The keypad's key for what was typed; None for what the keypad does not have."""
    return _BY_NAME.get(event.key) or _BY_CHARACTER.get((event.character or "").lower())


class Burst:
    """Keys that came without a pause between them, until they are taken."""

    def __init__(self) -> None:
        self._keys: list[Key] = []
        self._count = 0

    def add(self, key: Key | None) -> None:
        """One more; what the keypad does not have counts too, as a scanner sends letters."""
        self._count += 1
        if key is not None and self._count < BURST:
            self._keys.append(key)

    def take(self) -> list[Key] | None:
        """The keys, now that there was a pause; None when no person typed them."""
        keys, count = self._keys, self._count
        self._keys, self._count = [], 0
        return keys if count < BURST else None
