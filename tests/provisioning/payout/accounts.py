"""Account numbers that textbooks print, and names of nobody."""

PAYER = ("Gemeente Voorbeeld", "NL91 ABNA 0417 1643 00")
ACCOUNTS = (
    ("Winkel Eén & Zn.", "NL02ABNA0123456789"),
    ("shop-03", "DE89 3704 0044 0532 0130 00"),
    ("Magasin d\u2019essai", "BE71 0961 2345 6769"),
)
WRONG_DIGITS = "NL92ABNA0417164300"


def traces() -> list[str]:
    """What may stand in the list and in the file alone."""
    holders = [holder for holder, _ in ACCOUNTS]
    numbers = [iban.replace(" ", "") for _, iban in (*ACCOUNTS, PAYER)]
    return [*holders, "Winkel Een", "Magasin d'essai", *numbers, *(number[-8:] for number in numbers)]
