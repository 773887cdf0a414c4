"""What learning devices says, in Dutch and English: on the console of `terminal learn`, and on the counter's screen."""

from collections.abc import Mapping
from typing import Literal

from terminal.core.lesson import Said, Saying

SAYINGS: Mapping[Saying, tuple[str, str]] = {
    Saying.HEARS: ("luistert naar {0}", "listening to {0}"),
    Saying.TROUBLE: ("kan niet luisteren naar {0}: {1}", "cannot listen to {0}: {1}"),
    Saying.OTHER: (
        "Dat was een andere code, van {0}. Scan de testcode.",
        "That was another code, from {0}. Scan the test code.",
    ),
    Saying.AGAIN: (
        "{0} is gevonden en wordt nu anders gelezen ({1}). Scan de testcode nog een keer.",
        "{0} is found and is now read in another way ({1}). Scan the test code once more.",
    ),
    Saying.OTHER_KEY: (
        "Dat was een andere toets, van {0}. Druk op Enter.",
        "That was another key, from {0}. Press Enter.",
    ),
    Saying.SCANNER: ("Scanner: {0}, eindigt met {1}.", "Scanner: {0}, ends with {1}."),
    Saying.SCANNER_PAUSE: (
        "Scanner: {0}, stuurt niets na een code (stel hem in op Enter, dat leest sneller).",
        "Scanner: {0}, sends nothing after a code (set it to send Enter, which reads faster).",
    ),
    Saying.SCANNER_WHOLE: ("Scanner: {0}, geeft hele codes.", "Scanner: {0}, gives whole codes."),
    Saying.KEYPAD: ("Toetsenblok: {0}.", "Keypad: {0}."),
    Saying.NO_KEYPAD: (
        "Er is geen toetsenblok aangesloten. Sluit er later een aan en leer dan opnieuw.",
        "No keypad is plugged in. Plug one in later, and learn again then.",
    ),
    Saying.KEPT: ("Zoals het was staat het in {0}.", "As it was it stands in {0}."),
    Saying.STOPPED: ("gestopt; er is niets veranderd", "stopped; nothing was changed"),
    Saying.UNHEARD: (
        "{0} s lang niets gehoord; sluit het apparaat aan en probeer het dan opnieuw",
        "nothing was heard in {0} s; plug the device in, then try again",
    ),
    Saying.UNHEARD_NEAR: (
        "{0} s lang niets gehoord; probeer het dichterbij, of sluit het apparaat opnieuw aan",
        "nothing was heard in {0} s; try again nearer, or plug it in again",
    ),
    Saying.UNHEARD_TROUBLE: ("{0} s lang niets gehoord; {1}", "nothing was heard in {0} s; {1}"),
    Saying.UNWRITTEN: ("niet bewaard, er is niets veranderd: {0}", "not kept, nothing was changed: {0}"),
}


def sentence(said: Said, language: Literal["nl", "en"]) -> str:
    """What was said, in words."""
    return SAYINGS[said.what][language == "en"].format(*said.values)
