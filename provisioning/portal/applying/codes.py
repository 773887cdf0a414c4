"""The code by which a family finds its application again: easy to read out, hard to guess."""

import re
import secrets

LETTERS = "23456789BCDFGHJKMNPQRSTVWXZ"
"""No two that look alike, and no vowels, which make words."""
_HALF = 4


def new() -> str:
    """Such a code: 27**8 of them, and ten guesses a day at one application's day of birth."""
    letters = "".join(secrets.choice(LETTERS) for _ in range(2 * _HALF))
    return f"{letters[:_HALF]}-{letters[_HALF:]}"


def read(text: str) -> str:
    """The code, however it is spaced and capitalised. Raises ValueError."""
    letters = re.sub(r"[\s-]", "", text).upper()
    if len(letters) != 2 * _HALF or set(letters) - set(LETTERS):
        raise ValueError("a code is eight letters and digits")
    return f"{letters[:_HALF]}-{letters[_HALF:]}"
