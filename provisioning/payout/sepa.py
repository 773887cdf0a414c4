"""What a European bank takes in a credit transfer: signs, names, account numbers, amounts.

From the EPC's implementation guidelines for SEPA credit transfers (EPC132-08) and its character set (EPC217-08), which
say more than the schema does. Each function gives the value as it goes into the file, or raises ValueError without it.
"""

import re
import unicodedata

from text_unidecode import unidecode

NAME_MAX = 70
TEXT_MAX = 140
ID_MAX = 35
CENTS_MAX = 999_999_999_99

COUNTRIES = {
    "AT": 20, "BE": 16, "BG": 22, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "EE": 20, "ES": 24, "FI": 18, "FR": 27,
    "GR": 27, "HR": 21, "HU": 28, "IE": 22, "IS": 26, "IT": 27, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "MT": 31,
    "NL": 18, "NO": 15, "PL": 28, "PT": 25, "RO": 24, "SE": 24, "SI": 19, "SK": 24,
}  # fmt: skip
"""The European Economic Area, and how long an account's number is there. Beyond it, banks want a BIC and addresses."""

_TAKEN = re.compile(r"[A-Za-z0-9/?:().,'+ -]*")
_ALIKE = str.maketrans(
    {"&": "+", "_": "-", '"': "'", "`": "'", "\u00b4": "'", "\u2018": "'", "\u2019": "'", "\u201c": "'", "\u201d": "'"}
    | {"\u2010": "-", "\u2011": "-", "\u2013": "-", "\u2014": "-", ";": ",", "\u00a0": " ", "\t": " "}
)


def is_taken(text: str) -> bool:
    """Whether every sign is one that all banks take."""
    return _TAKEN.fullmatch(text) is not None


def plain(text: str) -> str:
    """The text in signs that banks take: accents off Latin letters, like signs for like, single spaces."""
    alike = unicodedata.normalize("NFC", text).translate(_ALIKE)
    return " ".join("".join(_letter(sign) for sign in alike).split())


def _letter(sign: str) -> str:
    if is_taken(sign):
        return sign
    if not unicodedata.name(sign, "").startswith("LATIN "):
        raise ValueError(f"a sign that banks do not take (U+{ord(sign):04X})")
    found: str = unidecode(sign)
    if not found or not is_taken(found):
        raise ValueError(f"a letter that banks do not take (U+{ord(sign):04X})")
    return found


def name(text: str) -> str:
    """An account holder's name. It is never cut: a bank compares it with the name that it knows."""
    found = plain(text)
    if not found:
        raise ValueError("no name of the account's holder")
    if len(found) > NAME_MAX:
        raise ValueError(f"the holder's name is longer than the {NAME_MAX} signs that banks take")
    return found


def iban(text: str) -> str:
    """An account's number, without spaces and in capitals."""
    found = re.sub(r"[ \u00a0]", "", text).upper()
    if re.fullmatch(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{1,30}", found, re.ASCII) is None:
        raise ValueError("no IBAN: two letters, two digits, and the account")
    if found[:2] not in COUNTRIES:
        raise ValueError(f"an IBAN of {found[:2]}, outside the EEA: pay that shop by hand")
    if len(found) != COUNTRIES[found[:2]]:
        raise ValueError(f"an IBAN of {found[:2]} has {COUNTRIES[found[:2]]} signs")
    if _remainder(found) != 1 or not 2 <= int(found[2:4]) <= 98:
        raise ValueError("the IBAN's check digits are wrong: a digit was mistyped")
    return found


def _remainder(found: str) -> int:
    """ISO 7064 mod 97-10: the country and check digits go behind, letters count from 10."""
    return int("".join(str(int(sign, 36)) for sign in found[4:] + found[:4])) % 97


def identifier(text: str) -> str:
    """A reference that travels to the payee's bank and back."""
    slashes = text.startswith("/") or text.endswith("/") or "//" in text
    if not 1 <= len(text) <= ID_MAX or not is_taken(text) or slashes:
        raise ValueError(f"a reference has 1 to {ID_MAX} signs that banks take, and no slash at an end or doubled")
    return text
