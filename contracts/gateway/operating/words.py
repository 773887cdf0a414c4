"""Times and money as a person reads them. Money is never rounded up."""

_WEI_DIGITS = 18


def span(seconds: int) -> str:
    """So long, in the largest whole unit: `40 s`, `3 min`, `5 h`, `2 days`."""
    for size, unit in ((2 * 86_400, "days"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // (86_400 if unit == 'days' else size)} {unit}"
    return f"{max(0, seconds)} s"


def ether(wei: int) -> str:
    """So much of the network's own coin, with six digits, never rounded up."""
    whole, rest = divmod(wei // 10**12, 10**6)
    return f"{whole}.{rest:06d} ETH"


def gwei(wei: int) -> str:
    """A price for a unit of gas, with three digits."""
    whole, rest = divmod(wei // 10**6, 1_000)
    return f"{whole}.{rest:03d} gwei"


def exact_ether(wei: int) -> str:
    """The money in whole coins, to the last wei, without zeros at its end."""
    whole, rest = divmod(wei, 10**_WEI_DIGITS)
    return f"{whole}.{rest:0{_WEI_DIGITS}d}".rstrip("0").rstrip(".")
