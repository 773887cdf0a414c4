"""Journals on their way to the contract: in any order, in pieces, twice, spoilt, or put back from an old copy."""

from random import Random

from contracts.wire.batch import Segment
from tests.contract.chance.ordering import Ordering
from tests.contract.chance.picks import DAY_LIMIT, FLOOR
from tests.contract.journals import Till
from tests.contract.model import Event
from tests.contract.pair import Pair


class Chance(Ordering):
    """All that happens."""

    @classmethod
    def begin(cls, dice: Random) -> "Chance":
        """In a new municipality."""
        return cls(Pair(floor_limit=FLOOR, day_limit=DAY_LIMIT), dice)

    def settle_of_any_kind(self) -> list[Event]:
        """Mostly some new entries, sometimes what somebody on the way makes of them."""
        if not self.one_in(8):
            return self.sell_and_settle()
        return self.pick(
            self.settle, self.settle, self.settle_a_piece, self.settle_with_a_changed_byte, self.settle_a_fork
        )()

    def settle(self) -> list[Event]:
        """What is new of some tills, sometimes with what is not, sometimes without the last."""
        tills = {self.till().name: None for _ in range(self.pick(1, 1, 2))}
        parts = [self._part(till) for till in self.pair.tills if till.name in tills]
        if self.one_in(3):
            parts.reverse()
        return self.pair.settle(*(part for part in parts if part))

    def sell_and_settle(self) -> list[Event]:
        """Up to three entries, settled at once."""
        till = self.till()
        for _ in range(self.pick(1, 1, 1, 2, 3)):
            self.make(till)
        part = self._part(till)
        return self.pair.settle(*([part] if part else []))

    def settle_a_piece(self) -> list[Event]:
        """Around the cursor, twice: settled before, overlapping, next, or behind a gap."""
        till = self.till()
        first = max(1, self.pair.settled(till) + 1 + self.pick(-3, -1, 0, 1, 2))
        while till.sequence < first:
            self.pay(till)
        part = till.segment(first, min(first + self.dice.randrange(4), till.sequence))
        return self.pair.settle(part, part)

    def settle_with_a_changed_byte(self) -> list[Event]:
        """Somebody on the way; nothing is consumed."""
        part = self._part(self.till())
        if part is None:
            return []
        entries = [bytearray(packed) for packed in part.entries]
        changed = self.pick(*entries)
        changed[self.dice.randrange(1, len(changed))] ^= 1 << self.dice.randrange(8)
        spoilt = Segment(part.terminal, part.first, part.previous_head, tuple(map(bytes, entries)), part.signature)
        events = self.pair.settle(spoilt)
        assert [event[0] for event in events] == ["SegmentRefused"]
        return events

    def settle_a_fork(self) -> list[Event]:
        """A card put back from an old image sells on; nothing is consumed."""
        true = self.till()
        settled = self.pair.settled(true)
        if not settled:
            return []
        keep = self.dice.randrange(settled)
        restored = Till(true.name, true.domain, true.entries[:keep], true.heads[: keep + 1])
        while restored.sequence <= settled:
            restored.pay(self.holder(), 7, 1, self.pair.now)
        events = self.pair.settle(restored.segment(keep + 1))
        assert [event[0] for event in events] == ["SegmentRefused"]
        return events

    def _part(self, till: Till) -> Segment | None:
        return self.pair.new_part(till, self.pick(0, 0, 0, 1, 3), self.pick(0, 0, 0, 1, 2))
