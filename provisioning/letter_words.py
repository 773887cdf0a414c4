"""What stands on a letter and on a card, in plain Dutch (level B1) and in English: a short sentence for each thing.

A child or a neighbour may read it too. So it names no amount and no reason why the family has the pass. Only a letter
to an address names persons: who gets it, and whose pass it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Part:
    """A heading with the sentences under it."""

    heading: str
    sentences: Sequence[str]


@dataclass(frozen=True, slots=True)
class Words:
    """One language. Whom to call stands below `lost` and `card_lost`, the pass's number behind `number`."""

    title: str
    parts: Sequence[Part]
    lost: Part
    number: str
    card: Sequence[str]
    card_lost: str
    holder: str
    """Before the name of the child on a letter that has one."""
    phone: Part
    """Beside the second code, where a letter has one."""
    typed: str
    """Before the address that is typed in, and the code."""


DUTCH = Words(
    title="Uw pas",
    parts=(
        Part(
            "Zo betaalt u",
            (
                "Ga naar een winkel die meedoet.",
                "Laat de code zien bij de kassa.",
                "De winkel leest de code en typt het bedrag.",
                "Staat er AKKOORD op het scherm? Dan is er betaald.",
            ),
        ),
        Part(
            "Goed om te weten",
            (
                "Wilt u weten wat er nog op de pas staat? Vraag het in de winkel.",
                "Kost iets meer dan er op de pas staat? Dan betaalt u de rest zelf.",
                "Brengt u iets terug? Dan komt het geld weer op de pas.",
            ),
        ),
        Part(
            "Bewaar de code goed",
            (
                "Wie de code heeft, kan ermee betalen.",
                "Laat de code alleen zien in de winkel.",
                "Zet geen foto van de code op internet.",
            ),
        ),
    ),
    lost=Part(
        "Bent u de pas kwijt?",
        (
            "Bel ons dan meteen.",
            "Wij maken een nieuwe pas. De oude pas werkt dan niet meer.",
            "Noem aan de telefoon het nummer van de pas. Bewaar dat nummer ook ergens anders.",
        ),
    ),
    number="Nummer van de pas:",
    card=("Laat deze code zien", "bij de kassa."),
    card_lost="Pas kwijt? Bel:",
    holder="Deze pas is voor:",
    phone=Part(
        "Op uw telefoon",
        (
            "Scan deze code met uw telefoon.",
            "U ziet dan wat er nog op de pas staat. En u kunt met uw telefoon betalen.",
            "Deze code is niet voor de kassa.",
        ),
    ),
    typed="Of typ dit in uw telefoon, en daar de code:",
)

ENGLISH = Words(
    title="Your pass",
    parts=(
        Part(
            "How to pay",
            (
                "Go to a shop that takes part.",
                "Show the code at the till.",
                "The shop reads the code and types the price.",
                "Does the screen say AKKOORD? Then it is paid.",
            ),
        ),
        Part(
            "Good to know",
            (
                "Do you want to know what is left on the pass? Ask in the shop.",
                "Does something cost more than is left? Then you pay the rest yourself.",
                "Do you bring something back? Then the money goes back on the pass.",
            ),
        ),
        Part(
            "Keep the code safe",
            (
                "Whoever has the code can pay with it.",
                "Show the code only in the shop.",
                "Do not put a photo of the code on the internet.",
            ),
        ),
    ),
    lost=Part(
        "Have you lost the pass?",
        (
            "Then call us at once.",
            "We make a new pass. The old pass no longer works then.",
            "Tell us the number of the pass. Keep that number somewhere else too.",
        ),
    ),
    number="Number of the pass:",
    card=("Show this code", "at the till."),
    card_lost="Pass lost? Call:",
    holder="This pass is for:",
    phone=Part(
        "On your phone",
        (
            "Scan this code with your phone.",
            "You then see what is left on the pass. And you can pay with your phone.",
            "This code is not for the till.",
        ),
    ),
    typed="Or type this in your phone, and the code there:",
)

LANGUAGES = (DUTCH, ENGLISH)
