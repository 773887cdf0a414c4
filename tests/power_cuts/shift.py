"""One shift of a terminal, from switching on to the end: the process whose system calls are recorded.

After each step it tells the world outside, by a mark, how far it is; what each step must have left in the journal it
hands over at the end. The journal never tells it: the lines are those that were signed.
"""

import os
import pickle
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

from contracts.wire import journal
from contracts.wire.entry import Retire
from contracts.wire.reasons import Reason
from contracts.wire.units import Address, Cents, Hash, Timestamp
from terminal.core.effects import AskEnd, Commit
from terminal.core.facts import Budget, Checkpoint, OpenEntry, Outcome, Slice
from terminal.report import closing
from terminal.signer import PassSigner, TerminalSigner, sign_entry, sign_retirement
from terminal.store import Store, closings, mirror
from terminal.store.mirror import Mirror
from tests.power_cuts import habits
from tests.power_cuts.ledger import Ledger
from tests.power_cuts.plan import Plan, Story
from tests.power_cuts.snapshots import MANY, told, watched
from tests.terminal.books import TIME, commit, commit_ask, commit_by_phone, commit_refund
from tests.terminal.till import DOMAIN, PROGRAMME

PATIENCE = 600.0
"""A machine whose calls are recorded is slow, and what is lost is not recorded."""


class Shift:
    """A daemon's store, and what was asked of it."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._chance = Random(plan.seed)
        self._signer = TerminalSigner.load(plan.key, DOMAIN)
        self._marks = os.open(plan.marks, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        self._ledgers = list(plan.before)
        self._flushed = [number == 0 for number in range(len(plan.before))]
        self._versions = 0

    def work(self) -> Story:
        """From switching on to the end."""
        if self._ledgers[-1] is None:
            Store.create(self._plan.journal, DOMAIN, self._signer.address, volatile_ok=True)
            self._done(Ledger())
        self._open()
        self._done(self._ledger)
        for step in (Shift._sell, Shift._ask, *self._chance.sample(_STEPS, len(_STEPS))):
            step(self)
        if self._plan.retires:
            self._retire()
        if not self._plan.is_killed:
            self._store.close()
        return Story(len(self._plan.before) - 1, tuple(self._ledgers), tuple(self._flushed))

    # Steps

    def _sell(self) -> None:
        passes, pass_ = PassSigner(), self._pass()
        self._append(commit(self._next, passes, programme=self._chance.randint(1, 2), **pass_), passes)

    def _sell_by_phone(self) -> None:
        passes, pass_ = PassSigner(), self._pass()
        self._append(commit_by_phone(self._next, self._signer, passes, **pass_), passes)

    def _ask(self) -> None:
        passes, pass_ = PassSigner(), self._pass()
        self._append(commit_ask(self._next, passes, **pass_), passes)

    def _ask_by_phone(self) -> None:
        passes, pass_ = PassSigner(), self._pass()
        deadline = pass_["time"] + 120
        self._append(commit_by_phone(self._next, self._signer, passes, deadline=deadline, **pass_), passes)

    def _give_back(self) -> None:
        if self._ledger.notes:
            sale = self._chance.randrange(self._next)
            self._append(commit_refund(self._next, 1 + sale, self._store.terminal, **self._pass()), PassSigner())

    def _end_an_ask(self) -> None:
        asks = [note.sequence for note in self._ledger.notes if isinstance(note, OpenEntry) and note.is_ask]
        if asks:
            sequence, how = self._chance.choice(asks), self._chance.choice(list(AskEnd))
            self._store.resolve(sequence, how)
            self._done(replace(self._ledger, ends=self._ledger.ends | {sequence: how}))

    def _forward(self) -> None:
        sequence = self._chance.randint(0, self._ledger.sequence)
        head = self._head_at(sequence)
        assert self._store.acknowledge(sequence, head)
        self._done(replace(self._ledger, forwarded=sequence))

    def _hear_outcomes(self) -> None:
        if self._ledger.sequence:
            about = self._chance.choices(range(1, self._next), k=5)
            heard = {number: self._chance.choice([Reason.PAID, Reason.BUDGET_SHORT, Reason.FORM]) for number in about}
            self._store.record_outcomes(Outcome(*each) for each in heard.items())
            self._done(replace(self._ledger, outcomes=dict(sorted((self._ledger.outcomes | heard).items()))))

    def _hear_the_chain(self) -> None:
        sequence, time = self._chance.randint(0, self._ledger.sequence), self._time()
        slices = tuple(Slice(number, Cents(self._chance.randrange(10**6))) for number in (1, 2))
        checkpoint = Checkpoint(self._next, time, 1, sequence, slices)
        self._store.save_checkpoint(checkpoint)
        self._done(replace(self._ledger, checkpoint=checkpoint, bound=max(self._ledger.bound, time)))

    def _note(self) -> None:
        bound, schedule = self._time(), (self._chance.randrange(9), self._time())
        self._store.save_bound(bound)
        self._done(replace(self._ledger, bound=max(self._ledger.bound, bound)))
        self._store.save_schedule(*schedule)
        self._done(replace(self._ledger, schedule=schedule))

    def _call_a_person(self) -> None:
        if self._ledger.attention:
            self._store.clear_attention()
            self._done(replace(self._ledger, attention=None))
        else:
            self._store.save_attention(Reason.FORK, "an old copy")
            self._done(replace(self._ledger, attention=(Reason.FORK, "an old copy")))

    def _hear_budgets(self) -> None:
        """A whole snapshot, small or of several chunks, in one page."""
        many, left = self._chance.random() < 0.2, self._chance.randrange(10**5)
        self._take(MANY if many else 3, left, full=True)

    def _hear_changes(self) -> None:
        if self._ledger.snapshot is not None and self._ledger.coming is None:
            self._take(self._chance.choice([2, 600]), self._chance.randrange(10**5), full=False)

    def _hear_pages(self) -> None:
        """A whole snapshot in two pages, or the first of them, which is dropped."""
        self._versions += 1
        version = f"{self._plan.seed} {self._versions}"
        place = version, self._next, self._ledger.sequence
        self._store.take_page(*place, (PROGRAMME,), self._selling(told(MANY, 7)), full=True, more=True)
        self._done(replace(self._ledger, coming=version), flushed=False)
        if self._chance.random() < 0.5:
            self._store.forget_pages()
            self._done(replace(self._ledger, coming=None), flushed=False)
        else:
            self._store.take_page(*place, (PROGRAMME,), told(2, 9), full=False, more=False)
            self._counts(place, {**watched(MANY, 7), **watched(2, 9)})

    def _close_the_day(self) -> None:
        day = closing.closing(self._store, self._time(), "shop-03")
        closings.append(self._store._path, self._store.turns, day)
        if self._store.mirror is not None:
            self._store.mirror.keep_up()  # as it does by itself soon; here the order must be the same each time
        self._done(replace(self._ledger, closings=(*self._ledger.closings, day.hash)))

    def _restart(self) -> None:
        self._store.close()
        self._open()

    def _retire(self) -> None:
        time = self._time()
        line = sign_retirement(self._signer, self._head_at(self._ledger.sequence), self._next, Retire(time))
        self._store.retire(line, Retire(time), time)
        bound = max(self._ledger.bound, time)
        self._done(replace(self._ledger, lines=(*self._ledger.lines, line), bound=bound))

    # Parts of steps

    def _open(self) -> None:
        self._store = Store.open(self._plan.journal, DOMAIN, self._signer.address, volatile_ok=True)
        if self._plan.stick is not None:
            self._store.keep_mirror(Mirror(self._plan.stick, self._plan.journal, volatile_ok=True))

    def _append(self, wanted: Commit, passes: PassSigner) -> None:
        line, before = sign_entry(self._signer, passes, self._head_at(self._ledger.sequence), wanted), self._ledger
        self._store.append(line, wanted)
        notes, bound = (*before.notes, wanted.entry()), max(before.bound, wanted.bound)
        self._done(replace(before, lines=(*before.lines, line), notes=notes, bound=bound))

    def _take(self, count: int, left: int, *, full: bool) -> None:
        self._versions += 1
        place = f"{self._plan.seed} {self._versions}", self._next, self._ledger.sequence
        budgets = self._selling(told(count, left))
        self._store.take_page(*place, (PROGRAMME,), budgets, full=full, more=False)
        kept = {} if full else self._ledger.budgets
        self._counts(place, kept | watched(count, left))

    def _selling(self, budgets: Iterator[tuple[Address, Budget]]) -> Iterator[tuple[Address, Budget]]:
        """The budgets, with sales between the chunks. What was coming is dropped before the first is asked for."""
        if self._ledger.coming is not None:
            self._done(replace(self._ledger, coming=None), flushed=False)
        for number, each in enumerate(budgets):
            if number % 500 == 250:
                self._sell()
            yield each

    def _counts(self, place: tuple[str, int, int], budgets: dict[Address, tuple[Budget, ...]]) -> None:
        version, _, counted = place
        before = replace(self._ledger, snapshot=version, counted=counted, coming=None)
        self._done(replace(before, programmes=(PROGRAMME,), budgets=budgets))

    def _done(self, ledger: Ledger, *, flushed: bool = True) -> None:
        """Seen from outside from here on."""
        self._ledgers.append(ledger)
        self._flushed.append(flushed)
        os.write(self._marks, f"{len(self._ledgers) - 1}\n".encode())

    @property
    def _ledger(self) -> Ledger:
        ledger = self._ledgers[-1]
        assert ledger is not None
        return ledger

    @property
    def _next(self) -> int:
        return self._ledger.sequence + 1

    def _head_at(self, sequence: int) -> Hash:
        lines = self._ledger.lines[:sequence]
        return lines[-1].head if lines else journal.genesis(DOMAIN, self._signer.address)

    def _pass(self) -> dict[str, int]:
        return {"number": self._chance.randint(1, 9), "amount": self._chance.randint(1, 50_00), "time": self._time()}

    def _time(self) -> Timestamp:
        return Timestamp(TIME + 40 * self._ledger.sequence + self._chance.randrange(40))


_STEPS = (
    *(Shift._sell,) * 6,
    *(Shift._sell_by_phone, Shift._ask, Shift._ask_by_phone, Shift._give_back, Shift._end_an_ask, Shift._forward) * 2,
    Shift._hear_outcomes, Shift._hear_the_chain, Shift._note, Shift._call_a_person, Shift._hear_budgets,
    Shift._hear_changes, Shift._hear_pages, Shift._close_the_day, Shift._restart,
)  # fmt: skip


def main() -> None:
    """Work as the plan in the named file says."""
    plan = pickle.loads(Path(sys.argv[1]).read_bytes())
    habits.take(plan.fault)
    if plan.folds_often:
        habits.fold_often()
    mirror.PATIENCE_SECONDS = PATIENCE
    story = Shift(plan).work()
    plan.story.write_bytes(pickle.dumps(story))
    if plan.is_killed:
        os._exit(0)


if __name__ == "__main__":
    main()
