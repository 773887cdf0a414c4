"""What a screen is told once, at its start: language, the shop's name, whom to call."""

from dataclasses import dataclass

from terminal.tui.languages import LANGUAGES
from terminal.tui.texts import Language, Texts


@dataclass(frozen=True, slots=True)
class Look:
    """How this screen speaks."""

    language: Language = "nl"
    shop: str = ""
    support: str = ""
    """Phone number or text, shown beside every error."""

    @property
    def texts(self) -> Texts:
        """The words in this screen's language."""
        return LANGUAGES[self.language]
