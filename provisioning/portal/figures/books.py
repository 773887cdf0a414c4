"""What the contract's events make of the rows: every event in order, once, in the reader's transaction."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import F

from contracts.gateway.chain import claims
from contracts.gateway.chain.events import Event
from contracts.wire.typed_data import Domain
from contracts.wire.units import Address, Timestamp
from provisioning.portal.figures.models import Budget, Placed, Sale, Slice, Till

MARKS = frozenset({"Drawn", "Rejected", "AskPaid", "Refunded", "TerminalRetired"})
"""What is said of an entry before the `Settled` that consumes it."""

_HAND_IN_SECONDS = 90 * 86_400
"""An entry that says to be older comes from a wrong clock."""
_BATCH = 500

_Key = tuple[int, Address]
_Place = tuple[Address, int]


class Books:
    """Applies events; `finish` after the last.

    `entries` gives those of a Settled event, first to last, or None when no node shows them; `times` has the time of
    each block with a Settled event. `touched` are the programmes whose figures change, `unread` counts what is missing.
    """

    def __init__(
        self, domain: Domain, entries: Callable[[Event], Sequence[bytes] | None], times: Mapping[int, Timestamp]
    ) -> None:
        self._domain = domain
        self._entries = entries
        self._times = times
        self._marks: dict[_Place, Event] = {}
        self._granted: dict[_Key, int] = {}
        self._sales: list[Sale] = []
        self._shops = {Address(bytes(one.terminal)): one.shop for one in Till.objects.all()}
        self._successors = {
            (one.programme, Address(bytes(one.address))): Address(bytes(one.successor))
            for one in Budget.objects.filter(successor__isnull=False)
            if one.successor is not None
        }
        self.touched: set[int] = set()
        self.unread = 0

    def apply(self, event: Event) -> None:
        """One event. Those that change no figure pass by."""
        if event.name in MARKS:
            self._marks[event.place] = event
        elif event.name in _HANDLERS:
            _HANDLERS[event.name](self, event)
        if "programme" in event.arguments and event.name not in MARKS:
            self.touched.add(event.number("programme"))

    def finish(self) -> None:
        """Write what was held back to be written at once."""
        self._write_sales()
        for programme in sorted({programme for programme, _ in self._granted}):
            self._write_grants(
                programme, {key[1]: cents for key, cents in self._granted.items() if key[0] == programme}
            )
        self._granted = {}

    # ------------------------------------------------------------------------------------------ budgets and places

    def _grant(self, event: Event) -> None:
        key = event.number("programme"), event.address("pass_address")
        self._granted[key] = self._granted.get(key, 0) + event.number("amount")

    def _write_grants(self, programme: int, granted: Mapping[Address, int]) -> None:
        addresses = sorted(granted)
        for first in range(0, len(addresses), _BATCH):
            some = addresses[first : first + _BATCH]
            known = Budget.objects.filter(programme=programme, address__in=some)
            before = {Address(bytes(one.address)): one for one in known}
            for address, one in before.items():
                one.granted += granted[address]
            Budget.objects.bulk_update(before.values(), ["granted"])
            new = [Budget(programme=programme, address=one, granted=granted[one]) for one in some if one not in before]
            Budget.objects.bulk_create(new)

    def _reissued(self, event: Event) -> None:
        self.finish()
        programme, old, new = event.number("programme"), event.address("old_pass"), event.address("new_pass")
        before = Budget.objects.filter(programme=programme, address=old).first()
        cents = 0 if before is None else before.granted
        Budget.objects.update_or_create(programme=programme, address=old, defaults={"granted": 0, "successor": new})
        after, _ = Budget.objects.get_or_create(programme=programme, address=new, defaults={"granted": 0})
        after.granted += cents
        after.save()
        Sale.objects.filter(programme=programme, buyer=old).update(buyer=new)
        self._successors[programme, old] = new

    def _placed(self, event: Event) -> None:
        programme, shop = event.number("programme"), event.number("shop")
        category = event.number("category")
        Placed.objects.update_or_create(programme=programme, shop=shop, defaults={"category": category})

    def _registered(self, event: Event) -> None:
        terminal, shop = event.address("terminal"), event.number("shop")
        Till.objects.create(terminal=terminal, shop=shop)
        self._shops[terminal] = shop

    def _raised(self, event: Event) -> None:
        programme, terminal = event.number("programme"), event.address("terminal")
        Slice.objects.update_or_create(programme=programme, terminal=terminal, defaults={"left": event.number("left")})

    def _emptied(self, event: Event) -> None:
        programme, terminal = event.number("programme"), event.address("terminal")
        Slice.objects.filter(programme=programme, terminal=terminal).update(left=0)

    # -------------------------------------------------------------------------------------------------- settlement

    def _settled(self, event: Event) -> None:
        terminal, first, last = event.address("terminal"), event.number("first"), event.number("last")
        found = self._entries(event)
        for sequence in range(first, last + 1):
            mark = self._marks.pop((terminal, sequence), None)
            entry = None if found is None else found[sequence - first]
            self._judged((terminal, sequence), mark, entry, self._times[event.block])

    def _judged(self, place: _Place, mark: Event | None, entry: bytes | None, at: Timestamp) -> None:
        name = "Paid" if mark is None else mark.name
        if mark is not None and name in {"Drawn", "AskPaid"}:
            self._told(place, mark, entry, at)
        elif mark is not None and name == "Refunded":
            self._refunded(mark, entry)
        elif name == "Paid":
            self._paid(place, entry, at)

    def _told(self, place: _Place, mark: Event, entry: bytes | None, at: Timestamp) -> None:
        """A purchase that an event tells of. An ask was bought when it was judged."""
        programme = mark.number("programme")
        drawn = mark.number("from_slice") if mark.name == "Drawn" else 0
        if drawn:
            Slice.objects.filter(programme=programme, terminal=place[0]).update(left=F("left") - drawn)
        claim = None if entry is None or mark.name == "AskPaid" else claims.claim(self._domain, *place, entry)
        when = at if claim is None else bought(claim.time, at)
        self._sold(place, (programme, mark.address("pass_address")), mark.number("amount"), when, drawn)

    def _paid(self, place: _Place, entry: bytes | None, at: Timestamp) -> None:
        claim = None if entry is None else claims.claim(self._domain, *place, entry)
        if claim is None:
            self.unread += 1
            return
        self._sold(place, (claim.programme, claim.pass_address), claim.amount, bought(claim.time, at))

    def _sold(self, place: _Place, key: _Key, cents: int, when: Timestamp, drawn: int = 0) -> None:
        programme = key[0]
        self.touched.add(programme)
        about = {"programme": programme, "shop": self._shops[place[0]], "buyer": self._current(key)}
        money = {"cents": cents, "drawn": drawn, "time": when, "week": week(when)}
        self._sales.append(Sale(terminal=place[0], sequence=place[1], **about, **money))

    def _refunded(self, mark: Event, entry: bytes | None) -> None:
        refund = None if entry is None else claims.refund(entry)
        if refund is None:
            self.unread += 1
            return
        self._write_sales()
        self.touched.add(refund.programme)
        sale = Sale.objects.filter(terminal=refund.terminal, sequence=refund.sequence)
        sale.update(refunded=F("refunded") + mark.number("amount"))

    def _write_sales(self) -> None:
        Sale.objects.bulk_create(self._sales, _BATCH)
        self._sales = []

    def _current(self, key: _Key) -> Address:
        """The pass for which this one's purchases count."""
        while key in self._successors:
            key = key[0], self._successors[key]
        return key[1]


def bought(said: Timestamp, judged: Timestamp) -> Timestamp:
    """When something was bought: the entry's own time, as far as that can be right."""
    return Timestamp(min(max(said, judged - _HAND_IN_SECONDS), judged))


def week(time: Timestamp) -> date:
    """The Monday of the week of this time, where the town is."""
    day = datetime.fromtimestamp(time, UTC).astimezone(ZoneInfo(settings.TIME_ZONE)).date()
    return day - timedelta(days=day.weekday())


_HANDLERS: Mapping[str, Callable[[Books, Event], None]] = {
    "Granted": Books._grant,  # noqa: SLF001 -- the table of this class's own methods
    "PassReissued": Books._reissued,  # noqa: SLF001
    "ShopPlaced": Books._placed,  # noqa: SLF001
    "TerminalRegistered": Books._registered,  # noqa: SLF001
    "SliceRaised": Books._raised,  # noqa: SLF001
    "SliceReleased": Books._emptied,  # noqa: SLF001
    "TerminalRevoked": Books._emptied,  # noqa: SLF001
    "Settled": Books._settled,  # noqa: SLF001
}
