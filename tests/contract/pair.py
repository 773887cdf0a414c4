"""The contract beside the model: each is told the same, and both must say and keep the same."""

from itertools import product
from typing import Any

from contracts.wire.batch import Segment
from contracts.wire.hashing import keccak256
from contracts.wire.units import Address
from tests.contract.called import Event as Logged
from tests.contract.called import Receipt, Reverted
from tests.contract.journals import NOW, Till, address
from tests.contract.model import Account, Budget, Event, Ledger, Order, Programme, Undone
from tests.contract.world import RULES, World

FUNDS = 200_000


class Pair:
    """Two sponsors with a programme each, two shops in both, three tills with slices, four passes with budgets."""

    def __init__(self, **rules: int) -> None:
        self.world = World(funds=0, slice_cents=0)
        self.ledger = Ledger(self.world.domain, NOW, address("owner"))
        self.ledger.act(address("owner"), "register_sponsor", address("sponsor-01"))
        self._model_programme(1, RULES)
        self.act("register_sponsor", address("sponsor-02"), sender="owner")
        self.world.create_programme("sponsor-02")
        self._model_programme(2, RULES)
        self.ledger.act(address("sponsor-01"), "register_shop", 1, address("shop-01"))
        self.ledger.act(address("sponsor-01"), "place_shop", 1, 1, 0, 1)
        self.ledger.add_terminal(address("till-01"), 1)
        self.act("register_shop", 2, address("shop-02"), sender="sponsor-02")
        for programme, shop in ((1, 2), (2, 1), (2, 2)):
            self.sponsor("place_shop", programme, shop, 0, 1)
        for name, shop in (("till-02", 1), ("till-03", 2)):
            self.world.new_till(name, shop, sponsor=f"sponsor-0{shop}")
            self.ledger.add_terminal(address(name), shop)
        self.tills: list[Till] = list(self.world.tills.values())
        for programme in (1, 2):
            self.fund(programme, FUNDS)
            self.sponsor("set_programme", programme, *(RULES | rules).values())

    def _model_programme(self, sponsor: int, rules: dict[str, int]) -> None:
        terms = [rules[name] for name in ("begins", "ends", "floor_limit", "day_limit", "categories")]
        self.ledger.add_programme(sponsor, terms)

    @property
    def now(self) -> int:
        """The time on both."""
        return self.ledger.now

    def pass_time(self, seconds: int) -> None:
        """Later, on both."""
        self.ledger.now += seconds
        self.world.evm.time = self.ledger.now

    def act(self, name: str, *arguments: object, sender: str) -> list[Event] | str:
        """Call a function on both. Returns its events, or the reason for which both undo it."""
        try:
            expected: list[Event] | str = self.ledger.act(address(sender), name, *arguments)
        except Undone as error:
            expected = str(error)
        try:
            found: list[Event] | str = events_of(self.world(name, *arguments, sender=sender))
        except Reverted as error:
            found = str(error)
        assert found == expected, name
        return found

    def sponsor(self, name: str, programme: int, *arguments: object) -> list[Event] | str:
        """Call a function on both, as the programme's sponsor."""
        return self.act(name, programme, *arguments, sender=f"sponsor-0{programme}")

    def grant(self, programme: int, holder: str, cents: int) -> list[Event] | str:
        """Budget for a pass, with a new reference."""
        references = self.ledger.programmes[programme].references
        reference = keccak256(programme.to_bytes(4), len(references).to_bytes(4))
        return self.sponsor("grant", programme, reference, [address(holder)], [cents])

    def fund(self, programme: int, cents: int) -> list[Event]:
        """Money comes in, on both."""
        expected = self.ledger.act(address("sponsor-01"), "fund", programme, cents)
        assert events_of(self.world.fund(programme, cents, f"sponsor-0{programme}")) == expected
        return expected

    def settle(self, *segments: Segment) -> list[Event]:
        """Settle on both; returns the events."""
        expected = self.ledger.settle(segments)
        assert events_of(self.world.settle(*segments)) == expected
        return expected

    def settled(self, till: Till) -> int:
        """The sequence up to which a till's journal is settled."""
        return self.ledger.terminals[till.address].sequence

    def new_part(self, till: Till, back: int = 0, short: int = 0) -> Segment | None:
        """What is new of a journal, with some that is not, without some of the last."""
        return till.after(self.settled(till), back, short)

    # ---- the books

    def compare(self) -> None:
        """Everything that the contract keeps is what the model keeps."""
        for number, programme in self.ledger.programmes.items():
            self.compare_programme(number, programme)
        for who, known in self.ledger.terminals.items():
            state = self.world.contract.view("terminal", who)
            assert (state.shop, state.sequence, state.head) == (known.shop, known.sequence, known.head)
            assert state.retired == known.retired
            assert tuple(self.world.contract.view("last_ask", who).fields.values()) == known.ask
            point = self.world.contract.view("checkpoint", who, list(self.ledger.programmes))
            assert (point.sequence, point.ask_sequence, point.ask_reason) == (known.sequence, *known.ask)
            assert list(point.slices) == [self.told(model, who) for model in self.ledger.programmes.values()]
        for shop_id, shop in self.ledger.shops.items():
            found = self.world.contract.view("shop", shop_id)
            assert (found.sponsor, found.payout, found.by_bank) == (shop.sponsor, hex_of(shop.payout), shop.by_bank)

    def told(self, programme: Programme, who: Address) -> int:
        """What a terminal may rely on: nothing that may be swept before it hands in what rests on it."""
        return 0 if programme.is_over(self.now) else programme.slice_of(who).left

    def compare_programme(self, number: int, model: Programme) -> None:
        """The money of a programme, and who has it."""
        view = self.world.contract.view
        assert view("reserve", number) == model.reserve
        assert view("held", number) == model.held == model.promised()
        assert view("in_transfer", number) == model.in_transfer()
        for shop, account in model.accounts.items():
            self.compare_account(number, shop, account)
        for holder, budget in model.budgets.items():
            assert Budget(**view("budget", number, holder).fields) == budget
            assert view("successor", number, holder) == hex_of(model.successors.get(holder, Address(bytes(20))))
        for shop, holder in product(model.accounts, model.budgets):
            order = model.orders.get((shop, holder), Order(0, 0))
            assert tuple(view("order", number, shop, holder).fields.values()) == (order.amount, order.until)
        for who, part in model.slices.items():
            found = view("slice_of", number, who)
            assert (found.left, found.revoked) == (part.left, part.revoked)
        rules = view("programme", number)
        assert (rules.begins, rules.ends, rules.paused, rules.closed) == (
            model.begins,
            model.ends,
            model.paused,
            model.closed,
        )

    def compare_account(self, programme: int, shop: int, account: Account) -> None:
        """What a shop has, owes and is."""
        names = ("credit", "owed", "taken", "is_admitted")
        found = tuple(self.world.contract.view(name, programme, shop) for name in names)
        admitted = self.ledger.programmes[programme].admits(shop)
        assert found == (account.credit, account.owed, account.taken, admitted)
        place = self.world.contract.view("placed", programme, shop)
        assert (place.category, place.standing) == (account.category, account.standing)


def hex_of(who: Address) -> str:
    """An address as the ABI gives it back."""
    return "0x" + who.hex()


def events_of(receipt: Receipt) -> list[Event]:
    """The contract's events as the model writes them."""
    return [_event(event) for event in receipt.events]


def _event(event: Logged) -> Event:
    return (event.kind, *(_plain(value) for value in event.arguments.values()))


def _plain(value: Any) -> Any:
    is_address = isinstance(value, str) and value.startswith("0x") and len(value) == 42
    return Address(bytes.fromhex(value[2:])) if is_address else value
