"""What the town is made of: programmes, passes, slices, and everything that people hold before a scanner by mistake."""

from dataclasses import dataclass

from contracts.wire import base32, passcode
from contracts.wire.reasons import Reason
from contracts.wire.units import Cents, Timestamp
from provisioning import categories
from provisioning.programme import NO_LIMIT, Terms

NETWORK = 2026
DAY_SECONDS = 86_400
SHORT_WINDOW_SECONDS = 15

KIND, SPORT, PAUSED, NEXT_YEAR, LAST_YEAR, BICYCLES, SHORT, LONG_AGO = range(1, 9)
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
    BICYCLES: ("Fietsplan", _WHOLE_YEAR),
    SHORT: ("Proef zonder verbinding", _WHOLE_YEAR),
    LONG_AGO: ("Kindpakket eerder", (-500, -100)),
}
"""Name and period; the period in days from now. After the last one's end its 90 days have gone by."""

DAY_LIMITS = {SPORT: Cents(60_00)}
"""What one pass may spend in a day, where that is limited."""

CATEGORIES = {BICYCLES: "fietsen"}
"""Whose shops take part, where it goes by what they sell."""

GRANTS: dict[str, dict[int, Cents]] = {
    **{f"family-{number:02}": {KIND: Cents(300_00)} for number in range(1, 41)},
    "nearly-empty": {KIND: Cents(10_00)},
    "two-programmes": {KIND: Cents(150_00), SPORT: Cents(100_00)},
    "shared": {KIND: Cents(30_00)},
    "blocked": {KIND: Cents(300_00)},
    "paused": {PAUSED: Cents(75_00)},
    "next-year": {NEXT_YEAR: Cents(300_00)},
    "last-year": {LAST_YEAR: Cents(300_00)},
    "cyclist": {BICYCLES: Cents(80_00)},
    "rider": {BICYCLES: Cents(80_00)},
    "short-window": {SHORT: Cents(60_00)},
    "unknown": {},
    "blocked-meanwhile": {KIND: Cents(300_00)},
    "sporty": {SPORT: Cents(100_00)},
    "phone": {SPORT: Cents(100_00)},
    "lost": {KIND: Cents(80_00), SPORT: Cents(20_00)},
    "long-ago": {LONG_AGO: Cents(40_00)},
}
"""Who holds a pass, and what stands on it."""


@dataclass(frozen=True, slots=True)
class ShopPlan:
    """A shop: what it sells by the word of some programmes, and where it is admitted whatever it sells."""

    categories: dict[int, str]
    admitted: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class TillPlan:
    """A terminal: of which shop (counted from 0), and its slices."""

    name: str
    shop: int
    slices: dict[int, Cents]


SHOPS = (
    ShopPlan({BICYCLES: "fietsen"}, (KIND, SPORT, SHORT)),
    ShopPlan({BICYCLES: "kleding"}, (KIND, SPORT, PAUSED, NEXT_YEAR, LAST_YEAR)),
    ShopPlan({}, ()),
    ShopPlan({}, ()),
)
"""The last two are a sports club and the town hall's own counter, which take part in what `schemes.toml` says."""
TILLS = (
    TillPlan("shop-01", 0, {KIND: Cents(1_000_00), **dict.fromkeys((SPORT, BICYCLES, SHORT), Cents(100_00))}),
    TillPlan(
        "shop-02",
        1,
        {each: Cents(250_00) if each == KIND else Cents(50_00) for each in range(KIND, BICYCLES + 1)},
    ),
    TillPlan("club", 2, {}),
)
"""The second one's slice is small, so that it can be run into; it has one of a programme that does not admit it."""

STALL = TillPlan("stall", 1, {KIND: Cents(100_00)})
"""The second shop's other terminal, which comes and goes in the course of the day."""

CANNOT_PAY = {
    "unknown": Reason.PASS_UNKNOWN,
    "blocked": Reason.PASS_BLOCKED,
    "paused": Reason.PROGRAMME_PAUSED,
    "next-year": Reason.PERIOD_NOT_BEGUN,
    "last-year": Reason.PERIOD_OVER,
    "cyclist": Reason.SHOP_NOT_ADMITTED,
}
"""Passes that the second shop refuses, and why."""


def terms(programme: int, now: Timestamp) -> Terms:
    """The programme's rules, from now."""
    begins, ends = (Timestamp(now + days * DAY_SECONDS) for days in PROGRAMMES[programme][1])
    return Terms(
        begins,
        ends,
        day_limit=DAY_LIMITS.get(programme, NO_LIMIT),
        offline_window=SHORT_WINDOW_SECONDS if programme == SHORT else DAY_SECONDS,
        categories=categories.read_all(CATEGORIES.get(programme, "none")),
    )


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
