"""Random lives of the contract beside the model: the same events, the same books, whatever happens in what order.

What happens is drawn in tests/contract/chance; here stands what always holds.
"""

from random import Random

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tests.contract.audited import Audited, Watched
from tests.contract.chance.picks import DAY_LIMIT, FLOOR

pytestmark = pytest.mark.timeout(600)
COMPARED_EVERY = 8
dice = st.randoms(use_true_random=False)
at_once = st.booleans()


class Life(RuleBasedStateMachine):
    """Two sponsors with a programme each, two shops, three to six tills, four passes and those that replace them."""

    def __init__(self) -> None:
        super().__init__()
        self.pair = Audited(floor_limit=FLOOR, day_limit=DAY_LIMIT)
        self.life = Watched(self.pair, Random(0))
        self.steps = 0
        self.seen: dict[bytes, tuple[int, bytes]] = {}

    def make(self, dice: Random, kind: str, at_once: bool) -> None:
        """Three entries of a kind, among them one of another, settled now or some time."""
        self.life.dice = dice
        till = self.life.till()
        for making in (kind, kind, "make", kind):
            getattr(self.life, making)(till)
        part = self.pair.new_part(till)
        if at_once and part:
            self.pair.settle(part)

    def happen(self, dice: Random, name: str) -> None:
        """One of the things that happen."""
        self.life.dice = dice
        getattr(self.life, name)()

    # ---- what always holds

    @invariant()
    def the_books_are_those_of_the_model(self) -> None:
        self.steps += 1
        if self.steps % COMPARED_EVERY == 0:
            self.pair.compare()

    @invariant()
    def the_money_is_there_and_is_all_that_was_put_in(self) -> None:
        view = self.pair.world.contract.view
        held = 0
        for number, model in self.pair.ledger.programmes.items():
            kept = int(view("held", number))
            assert kept + self.pair.total(number, "PaidOut", "Withdrawn") == self.pair.total(number, "Funded")
            assert kept == model.promised()
            held += kept
        assert self.pair.world.euro.view("balanceOf", self.pair.world.contract.address) >= held
        for who, cents in self.pair.ledger.paid.items():
            assert self.pair.world.euro.view("balanceOf", who) == cents

    @invariant()
    def sequences_and_heads_never_go_back(self) -> None:
        for who in self.pair.ledger.terminals:
            state = self.pair.world.contract.view("terminal", who)
            sequence, head = self.seen.get(who, (0, state.head))
            assert state.sequence >= sequence
            assert state.sequence > sequence or state.head == head
            self.seen[who] = (state.sequence, state.head)

    def teardown(self) -> None:
        """In the end, everything is looked at."""
        self.pair.check_journals()
        self.pair.compare()


MADE = ("pay", "phone", "ask", "phone_ask", "fetch", "refund", "make_wrong")
HAPPENS = (
    *("settle", "settle_a_piece", "settle_with_a_changed_byte", "settle_a_fork"),
    *("fund", "withdraw", "grant", "raise_slice", "release_slice", "pay_out", "repay", "compensate"),
    *("pause", "change_rules", "end_and_close", "sweep", "block", "reissue", "place", "revoke"),
    *("retire_one", "new_till", "move_payout", "choose_bank", "mark_paid", "move_transfer"),
    *("set_aside", "free_order", "set_roles", "move_admin", "time_passes"),
)
for made in MADE:
    setattr(Life, made, rule(dice=dice, kind=st.just(made), at_once=at_once)(Life.make))
for happens in HAPPENS:
    setattr(Life, happens, rule(dice=dice, name=st.just(happens))(Life.happen))

TestLife = Life.TestCase
TestLife.settings = settings(
    max_examples=25, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
)


def test_the_lives_have_many_rules():
    assert len(MADE + HAPPENS) == len(set(MADE + HAPPENS)) == len(Life().rules) >= 25
