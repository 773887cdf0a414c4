"""The languages that the screen speaks, by their codes (ISO 639-1)."""

from collections.abc import Mapping

from terminal.tui.dutch import DUTCH
from terminal.tui.english import ENGLISH
from terminal.tui.texts import Language, Texts

LANGUAGES: Mapping[Language, Texts] = {"nl": DUTCH, "en": ENGLISH}
