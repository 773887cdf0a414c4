"""Every word on the screen, in plain Dutch (level B1) and English.

Sentences for refusals stand in contracts.wire.reasons, and what learning devices says in terminal.link.sayings.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from terminal.link import Item

Language = Literal["nl", "en"]


@dataclass(frozen=True, slots=True)
class Texts:
    """One language. What stands in braces is filled in; headlines are drawn with blocks, in capitals."""

    scan: str
    scan_how: str
    choose: str
    amount: str
    part: str
    rest: str
    again: str
    again_how: str
    working: str
    working_how: str
    approved: str
    refused: str
    locked: str
    gone: str
    gone_how: str

    menu: str
    items: Mapping[Item, str]
    learn_scan: str
    learn_scan_how: str
    learn_press: str
    learn_press_how: str
    keep: str
    keep_how: str
    wait: str
    wait_how: str
    learnt: str
    unlearnt: str

    left: str
    entry: str
    number: str
    help: str

    key_confirm: str
    key_confirm_part: str
    key_confirm_again: str
    key_cancel: str
    key_correct: str
    key_double_zero: str
    key_menu: str
    key_open_menu: str
    key_confirm_keep: str
    key_stop_learning: str
    key_next: str
    key_digit: str

    recent: str
    recent_none: str
    states: Mapping[str, str]
    """By the names of EntryState."""
    drawn: str

    online: str
    offline: str
    no_gateway: str
    no_chain: str
    stops: str
    stopped: str
    waiting_none: str
    waiting_one: str
    waiting: str
    time_unsure: str
    devices_none: str
    device: Mapping[str, str]
    """By the drivers' words for a status; what works needs no word."""
    scanner_types: str


DUTCH = Texts(
    scan="Scan de pas",
    scan_how="Houd de QR-code van de pas voor de scanner.",
    choose="Welke regeling?",
    amount="Typ het bedrag",
    part="Van de pas",
    rest="De klant betaalt zelf nog {rest}.",
    again="Nog een keer?",
    again_how="Deze pas heeft dit bedrag net al betaald.",
    working="Even wachten",
    working_how="Nog niet akkoord.",
    approved="Akkoord",
    refused="Niet betaald",
    locked="Kassa gesloten",
    gone="Geen kassa",
    gone_how="Dit scherm heeft geen verbinding met de kassa en zoekt vanzelf verder. Wat akkoord was, blijft akkoord.",
    menu="Menu",
    items={Item.LEARN: "Apparaten leren"},
    learn_scan="Scan deze code",
    learn_scan_how="Deze, of het papier met de testcode (docs/test-code.pdf).",
    learn_press="Druk op Enter",
    learn_press_how="Op het toetsenblok dat u wilt gebruiken.",
    keep="Bewaren?",
    keep_how="Zo stelt de kassa zich in. Van de oude instellingen blijft een kopie.",
    wait="Moment",
    wait_how="De apparaten worden gestart.",
    learnt="Bewaard",
    unlearnt="Niet veranderd",
    left="Nog op de pas: {left}",
    entry="Boeking {sequence}: {state}",
    number="Nummer {number}",
    help="Hulp: {support}",
    key_confirm="Enter akkoord",
    key_confirm_part="Enter zo betalen",
    key_confirm_again="Enter ja, nog een keer",
    key_cancel="Esc stop",
    key_correct="← wis",
    key_double_zero="* 00",
    key_menu="M saldo",
    key_open_menu="M menu",
    key_confirm_keep="Enter ja, bewaren",
    key_stop_learning="Esc of Ctrl+C stop",
    key_next="Scan de volgende pas, of Esc",
    key_digit="Typ het cijfer",
    recent="Laatste betalingen",
    recent_none="Nog niets.",
    states={"waiting": "wacht", "forwarded": "verstuurd", "paid": "betaald", "rejected": "niet betaald"},
    drawn="(garantie)",
    online="Verbonden",
    offline="Geen verbinding",
    no_gateway="Centrale niet bereikbaar",
    no_chain="Contract niet bereikbaar",
    stops="Betalen kan tot {until}, nog {left}",
    stopped="Betalen kan nu niet",
    waiting_none="Niets wacht",
    waiting_one="1 wacht",
    waiting="{count} wachten",
    time_unsure="tijd onzeker",
    devices_none="Geen scanner",
    device={
        "ready": "",
        "lost": "los",
        "no device": "niet gevonden",
        "no paper": "geen papier",
        "no dependency": "mist software",
        "disabled": "staat uit",
    },
    scanner_types="Een scanner typt in dit scherm. Die toetsen tellen niet; laat de scanner instellen.",
)

ENGLISH = Texts(
    scan="Scan the pass",
    scan_how="Hold the QR code of the pass before the scanner.",
    choose="Which budget?",
    amount="Type the amount",
    part="From the pass",
    rest="The customer still pays {rest}.",
    again="Once more?",
    again_how="This pass has just paid this amount.",
    working="One moment",
    working_how="Not approved yet.",
    approved="Approved",
    refused="Not paid",
    locked="Terminal closed",
    gone="No terminal",
    gone_how="This screen cannot reach the terminal and goes on trying. What was approved stays approved.",
    menu="What to do?",
    items={Item.LEARN: "Learn devices"},
    learn_scan="Scan this code",
    learn_scan_how="This one, or the sheet of paper with the test code (docs/test-code.pdf).",
    learn_press="Press Enter",
    learn_press_how="On the keypad that you want to use.",
    keep="Keep these?",
    keep_how="The terminal sets itself up like this. A copy of the old settings stays.",
    wait="One moment",
    wait_how="The devices are being started.",
    learnt="Kept",
    unlearnt="Not changed",
    left="Left on the pass: {left}",
    entry="Entry {sequence}: {state}",
    number="Number {number}",
    help="Help: {support}",
    key_confirm="Enter OK",
    key_confirm_part="Enter pay like this",
    key_confirm_again="Enter yes, once more",
    key_cancel="Esc stop",
    key_correct="← erase",
    key_double_zero="* 00",
    key_menu="M balance",
    key_open_menu="M menu",
    key_confirm_keep="Enter yes, keep",
    key_stop_learning="Esc or Ctrl+C stop",
    key_next="Scan the next pass, or Esc",
    key_digit="Type the digit",
    recent="Latest payments",
    recent_none="Nothing yet.",
    states={"waiting": "waits", "forwarded": "sent", "paid": "paid", "rejected": "not paid"},
    drawn="(guarantee)",
    online="Connected",
    offline="No connection",
    no_gateway="Gateway unreachable",
    no_chain="Contract unreachable",
    stops="Paying works until {until}, {left} left",
    stopped="Paying does not work now",
    waiting_none="Nothing waits",
    waiting_one="1 waits",
    waiting="{count} wait",
    time_unsure="time unsure",
    devices_none="No scanner",
    device={
        "ready": "",
        "lost": "loose",
        "no device": "not found",
        "no dependency": "lacks software",
        "no paper": "out of paper",
        "disabled": "is off",
    },
    scanner_types="A scanner types into this screen. Those keys do not count; have the scanner set up.",
)

LANGUAGES: Mapping[Language, Texts] = {"nl": DUTCH, "en": ENGLISH}
