"""What an auditor sees of random lives, by the contract's own word: what came and went, and who consumed what."""

from copy import deepcopy
from random import Random

from contracts.wire.batch import Segment
from contracts.wire.reasons import Reason
from tests.contract.chance import Chance
from tests.contract.chance.acting import Outcome
from tests.contract.model import Event, Programme
from tests.contract.pair import Pair

REJECTIONS = {
    *(Reason.FORM, Reason.SIGNATURE, Reason.AMOUNT_ZERO, Reason.SLICE_SHORT),
    *(Reason.TERMINAL_REVOKED, Reason.TERMINAL_RETIRED, Reason.REFUND_SALE, Reason.REFUND_TOO_MUCH),
    *(reason for reason in Reason if reason.name.startswith("ASK_") and reason < 64),
}
"""The closed list."""


class Audited(Pair):
    """A pair of which every event is kept."""

    def __init__(self, **rules: int) -> None:
        self.events: list[Event] = []
        super().__init__(**rules)

    def act(self, name: str, *arguments: object, sender: str) -> Outcome:
        outcome = super().act(name, *arguments, sender=sender)
        self.events += [] if isinstance(outcome, str) else outcome
        return outcome

    def fund(self, programme: int, cents: int) -> list[Event]:
        self.events += super().fund(programme, cents)
        return self.events[-1:]

    def settle(self, *segments: Segment) -> list[Event]:
        """What is rejected changes sequence, head and the last ask, and no money."""
        before = deepcopy(self.ledger.programmes)
        places = {who: known.sequence for who, known in self.ledger.terminals.items()}
        events = super().settle(*segments)
        consumed = sum(known.sequence - places[who] for who, known in self.ledger.terminals.items())
        if consumed == sum(event[0] == "Rejected" for event in events):
            assert money_of(self.ledger.programmes) == money_of(before)
            self.compare()
        self.events += events
        return events

    def total(self, programme: int, *kinds: str) -> int:
        """Cents of a programme in all events of these kinds."""
        return sum(int(str(event[-1])) for event in self.events if event[0] in kinds and event[1] == programme)

    def check_journals(self) -> None:
        """No entry settles twice, none is passed over, and what is rejected is so for one of the closed list."""
        last: dict[object, int] = {}
        for kind, who, *numbers in self.events:
            if kind == "Settled":
                first, until = int(str(numbers[0])), int(str(numbers[1]))
                assert last.get(who, 0) + 1 == first <= until
                last[who] = until
            if kind == "Rejected":
                assert numbers[-1] in REJECTIONS
        assert last == {who: known.sequence for who, known in self.ledger.terminals.items() if known.sequence}


class Watched(Chance):
    """What happens, with an eye on the sponsors' money."""

    pair: Audited

    def __init__(self, pair: Audited, dice: Random) -> None:
        super().__init__(pair, dice)

    def act(self, name: str, programme: int, *arguments: object) -> Outcome:
        """No sponsor's money moves by another's act."""
        before = [self.money(number) for number in (1, 2) if number != programme]
        outcome = super().act(name, programme, *arguments)
        assert [self.money(number) for number in (1, 2) if number != programme] == before
        return outcome

    def money(self, programme: int) -> list[int]:
        """What a programme has, by the contract's word."""
        view = self.pair.world.contract.view
        shops = [view(name, programme, shop) for name in ("credit", "owed") for shop in (1, 2)]
        return [view("held", programme), view("reserve", programme), *shops]


def money_of(programmes: dict[int, Programme]) -> list[object]:
    """All of it, without what a look at an empty slice or account leaves in the model."""
    return [
        (
            programme.budgets,
            {who: part for who, part in programme.slices.items() if part.left or part.revoked},
            {shop: account for shop, account in programme.accounts.items() if account.taken or account.credit},
            programme.orders,
            (programme.reserve, programme.held),
        )
        for programme in programmes.values()
    ]
