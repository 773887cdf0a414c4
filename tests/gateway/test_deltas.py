"""Whatever changes, and whenever a till asks: what it has by changes is what a whole answer would tell it."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.gateway.serving import snapshot
from contracts.wire.units import to_hex
from tests.gateway.ledger_town import Follower, Town

Step = Callable[["Street"], None]


class Street:
    """A town with two programmes, and a follower for each till that is registered."""

    def __init__(self, where: str | Path, folder: Path) -> None:
        self.town, self.folder = Town(where), folder
        self.followers: dict[int, Follower] = {}
        self.taken = dict.fromkeys(range(len(self.town.tills)), 0)
        for _ in range(2):
            self.place(self.town.programme(), 1, 1)
        for card in range(len(self.town.cards)):
            self.card("Granted", 1, card, left=2_000)
        self.register(0, 1)

    def place(self, programme: int, shop: int, standing: int) -> None:
        self.town.happen("ShopPlaced", programme=programme, shop=shop, category=0, standing=standing)

    def register(self, till: int, shop: int) -> None:
        if till not in self.followers:
            self.town.register(till, shop)
            self.followers[till] = Follower(self.town, self.town.tills[till], self.folder / f"till-{till}")
            self.followers[till].follow()

    def pay(self, till: int, card: int, amount: int, programme: int, kind: str) -> None:
        here, whose = self.town.tills[till], self.town.cards[card]
        if kind == "pay":
            here.pay(whose, amount, programme)
        elif kind == "ask":
            here.ask(whose, amount)
        elif kind == "phone":
            here.phone(whose, amount, counter=amount % 70)
        else:
            here.retire()

    def sell(self, *sale: Any) -> None:
        self.pay(*sale)
        self.hand_in(sale[0])

    def slice(self, till: int, programme: int, left: int) -> None:
        terminal = to_hex(self.town.tills[till].address)
        self.town.happen("SliceRaised", programme=programme, terminal=terminal, left=left)

    def card(self, name: str, programme: int, card: int, **arguments: object) -> None:
        whose = to_hex(self.town.cards[card].address)
        self.town.happen(name, programme=programme, pass_address=whose, **arguments)

    def order(self, programme: int, shop: int, card: int, amount: int) -> None:
        self.town.set_aside(programme, shop, card, amount)

    def order_ahead(self, programme: int, shop: int, card: int, amount: int) -> None:
        self.town.set_aside_ahead(programme, shop, card, amount)

    def free(self, programme: int, shop: int, card: int) -> None:
        self.town.set_free(programme, shop, card)

    def reissue(self, programme: int, old: int, new: int) -> None:
        passes = {"old_pass": to_hex(self.town.cards[old].address), "new_pass": to_hex(self.town.cards[new].address)}
        if old != new:
            self.town.happen("PassReissued", programme=programme, **passes)

    def follow(self, till: int) -> None:
        if till in self.followers:
            self.followers[till].follow()

    def page(self, till: int) -> None:
        if till in self.followers:
            self.followers[till].page()

    def close(self) -> None:
        for follower in self.followers.values():
            follower.close()
        self.town.store.close()

    def require_same(self) -> None:
        for till, follower in self.followers.items():
            follower.follow()
            cold = Follower(self.town, self.town.tills[till], self.folder / f"cold-{till}")
            cold.follow()
            assert follower.knows() == cold.knows()
            assert cold.sequence == self.taken[till]
            cold.close()

    def hand_in(self, till: int) -> None:
        self.town.hand_in(till)
        self.taken[till] = len(self.town.tills[till].entries)

    def settle(self, till: int, count: int) -> None:
        """By somebody else, if the gateway does not have them."""
        if till in self.followers:
            self.town.settle(till, count)
            self.taken[till] = max(self.taken[till], self.town.settled[till])


tills, cards, programmes = st.integers(0, 2), st.integers(0, 3), st.sampled_from((1, 1, 1, 2))
amounts = st.sampled_from((1, 20, 300, 1_000))
shops = st.integers(1, 2)


def steps() -> st.SearchStrategy[Step]:
    """One thing that may happen."""

    def step(name: str, *arguments: st.SearchStrategy[object]) -> st.SearchStrategy[Step]:
        return st.tuples(*arguments).map(lambda values: lambda street: getattr(street, name)(*values))

    def event(name: str, **arguments: st.SearchStrategy[object]) -> st.SearchStrategy[Step]:
        both = st.tuples(programmes, cards, st.fixed_dictionaries(arguments))
        return both.map(lambda values: lambda street: street.card(name, values[0], values[1], **values[2]))

    kinds = st.sampled_from(("pay", "pay", "pay", "ask", "ask", "phone", "phone", "phone", "retire"))
    paused = st.tuples(programmes, st.booleans())
    sell = step("sell", tills, cards, amounts, programmes, kinds)
    rare = st.one_of(  # each makes some till's snapshot another one, which is told whole
        step("place", programmes, st.integers(1, 2), st.integers(0, 2)),
        step("slice", tills, programmes, st.just(500)),
        step("register", tills, st.integers(1, 2)),
        st.just(lambda street: street.place(street.town.programme(), 1, 1)),
        programmes.map(lambda v: lambda street: street.town.happen("ProgrammeClosed", programme=v)),
    )
    return st.one_of(
        *[sell] * 4,
        step("pay", tills, cards, amounts, programmes, kinds),
        *[step("page", tills)] * 3,
        step("follow", tills),
        *[step("settle", tills, st.integers(1, 3))] * 2,
        *[step("order", programmes, shops, cards, amounts)] * 2,
        step("free", programmes, shops, cards),
        *[step("order_ahead", programmes, shops, cards, amounts)] * 2,
        event("Granted", left=st.sampled_from((0, 500, 2_000))),
        event("PassBlocked", blocked=st.booleans()),
        step("reissue", programmes, cards, cards),
        paused.map(lambda v: lambda street: street.town.happen("ProgrammePaused", programme=v[0], paused=v[1])),
        rare,
    )


@contextmanager
def street_in(where: str | Path, folder: Path) -> Iterator[Street]:
    street = Street(where, folder)
    try:
        yield street
    finally:
        street.close()


@pytest.fixture
def small_pages(monkeypatch):
    monkeypatch.setattr(snapshot, "BUDGETS_MAX", 2)


given_steps = given(st.lists(steps(), min_size=10, max_size=40))
unhurried = settings(deadline=None, suppress_health_check=list(HealthCheck))


def happens(where: str | Path, folder: Path, happenings: list[Step]) -> None:
    with street_in(where, folder) as street:
        for happening in happenings:
            happening(street)
        street.require_same()


@given_steps
@settings(unhurried, max_examples=30)
def test_what_a_till_has_by_changes_is_what_it_would_be_told_whole(small_pages, happenings):
    with tempfile.TemporaryDirectory() as folder:
        happens(Path(folder) / "store", Path(folder), happenings)


@given_steps
@settings(unhurried, max_examples=3)
def test_it_is_so_on_postgresql_too(small_pages, postgres, happenings):
    with tempfile.TemporaryDirectory() as folder:
        happens(postgres.url(), Path(folder), happenings)
