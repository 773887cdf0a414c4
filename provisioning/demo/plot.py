"""What the town is made of: programmes, passes, slices, and everything that people hold before a scanner by mistake."""

from dataclasses import dataclass

from contracts.wire import base32, passcode
from contracts.wire.reasons import Reason
from contracts.wire.units import Cents, Timestamp
from provisioning.programme import Terms

NETWORK = 2026
DAY_SECONDS = 86_400
SHORT_WINDOW_SECONDS = 15

KIND, SPORT, PAUSED, NEXT_YEAR, LAST_YEAR, ELSEWHERE, SHORT = range(1, 8)
"""The programmes' numbers, in the order in which they are made."""

FUNDS = Cents(25_000_00)
"""What each programme's reserve is funded with."""

_WHOLE_YEAR = (-30, 300)
PROGRAMMES: dict[int, tuple[str, tuple[int, int]]] = {
    KIND: ("Kindpakket", _WHOLE_YEAR),
    SPORT: ("Sport en muziek", _WHOLE_YEAR),
    PAUSED: ("Zwemles", _WHOLE_YEAR),
    NEXT_YEAR: ("Kindpakket volgend jaar", (60, 400)),
    LAST_YEAR: ("Kindpakket vorig jaar", (-400, -35)),
    ELSEWHERE: ("Fietsplan", _WHOLE_YEAR),
    SHORT: ("Proef zonder verbinding", _WHOLE_YEAR),
}
"""Name and period; the period in days from now."""

GRANTS: dict[str, dict[int, Cents]] = {
    **{f"family-{number:02}": {KIND: Cents(300_00)} for number in range(1, 41)},
    "nearly-empty": {KIND: Cents(10_00)},
    "two-programmes": {KIND: Cents(150_00), SPORT: Cents(100_00)},
    "shared": {KIND: Cents(30_00)},
    "blocked": {KIND: Cents(300_00)},
    "paused": {PAUSED: Cents(75_00)},
    "next-year": {NEXT_YEAR: Cents(300_00)},
    "last-year": {LAST_YEAR: Cents(300_00)},
    "elsewhere": {ELSEWHERE: Cents(80_00)},
    "short-window": {SHORT: Cents(60_00)},
    "unknown": {},
}
"""Who holds a pass, and what stands on it."""


@dataclass(frozen=True, slots=True)
class ShopPlan:
    """A shop: where it takes part, and the slices of its one terminal."""

    name: str
    admitted: tuple[int, ...]
    slices: dict[int, Cents]


SHOPS = (
    ShopPlan(
        "shop-01",
        (KIND, SPORT, ELSEWHERE),
        {KIND: Cents(1_000_00), SPORT: Cents(250_00), ELSEWHERE: Cents(100_00)},
    ),
    ShopPlan(
        "shop-02",
        (KIND, PAUSED, NEXT_YEAR, LAST_YEAR, SHORT),
        {each: Cents(250_00) if each == KIND else Cents(50_00) for each in (KIND, *range(PAUSED, SHORT + 1))},
    ),
)
"""The second one's slice is small, so that it can be run into; it has one of a programme that does not admit it."""

CANNOT_PAY = {
    "unknown": Reason.PASS_UNKNOWN,
    "blocked": Reason.PASS_BLOCKED,
    "paused": Reason.PROGRAMME_PAUSED,
    "next-year": Reason.PERIOD_NOT_BEGUN,
    "last-year": Reason.PERIOD_OVER,
    "elsewhere": Reason.SHOP_NOT_ADMITTED,
}
"""Passes that the second shop refuses, and why."""


def terms(programme: int, now: Timestamp) -> Terms:
    """The programme's rules, from now."""
    begins, ends = (Timestamp(now + days * DAY_SECONDS) for days in PROGRAMMES[programme][1])
    return Terms(begins, ends, offline_window=SHORT_WINDOW_SECONDS if programme == SHORT else DAY_SECONDS)


def wrong_codes(good: str) -> dict[Reason, str]:
    """What is read instead of a pass, by the name under which it is refused; `good` is some pass's code."""
    last = "1" if good[-8] == "0" else "0"
    return {
        Reason.SCAN_PRODUCT: "8710400000006",
        Reason.SCAN_LINK: "https://example.org/folder",
        Reason.SCAN_WIFI: "WIFI:S:winkel;T:WPA;P:geheim;;",
        Reason.SCAN_FOREIGN: "SPAARKAART 0017",
        Reason.SCAN_VERSION: "KP2" + good[3:],
        Reason.SCAN_TOO_LONG: good + good,
        Reason.SCAN_DAMAGED: good[:-8] + last + good[-7:],
        Reason.SCAN_NETWORK: passcode.make_static(NETWORK + 1, bytes(16)),
        Reason.SCAN_KIND: _code(31, bytes(16)),
        Reason.SCAN_EMPTY: " ",
    }


def _code(kind: int, content: bytes) -> str:
    """A code that is whole, of a kind that these terminals do not read."""
    return passcode.PREFIX + base32.encode_checked(bytes([kind]) + NETWORK.to_bytes(2) + content)
