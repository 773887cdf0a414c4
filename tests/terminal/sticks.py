"""A journal with its mirror, and what that tells of itself."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from terminal.report import closing as report
from terminal.signer import TerminalSigner
from terminal.store import Store
from terminal.store.mirror import Mirror, Standing
from terminal.store.mirror_format import NAME, Kept, frames
from tests.terminal.books import TIME, ask, give_back, sell, sell_by_phone
from tests.terminal.till import PATIENCE, Till


class Heard:
    """What a mirror tells of itself."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self.standings: list[Standing] = []
        self.detail = ""

    def __call__(self, standing: Standing, detail: str) -> None:
        with self._changed:
            self.standings.append(standing)
            self.detail = detail
            self._changed.notify_all()

    def until(self, standing: Standing, *words: str) -> None:
        """Wait for it, said in one of these words where there are some."""

        def is_it() -> bool:
            said = not words or any(word in self.detail.lower() for word in words)
            return said and self.standings[-1:] == [standing]

        with self._changed:
            assert self._changed.wait_for(is_it, PATIENCE), (self.standings, self.detail)


@contextmanager
def mirrored(till: Till, stick: Path, *, volatile_ok: bool = True) -> Iterator[tuple[Store, Heard]]:
    """The till's store with its mirror, and what that says."""
    with till.store() as store:
        mirror, heard = Mirror(stick, till.journal, volatile_ok=volatile_ok), Heard()
        store.keep_mirror(mirror)
        mirror.watch(heard)
        yield store, heard


def held(stick: Path) -> list[int]:
    """The entries on the stick, in the order of its file."""
    with (stick / NAME).open("rb") as file:
        return [frame.sequence for frame in frames(file) if isinstance(frame, Kept)]


def every_kind(store: Store, signer: TerminalSigner) -> None:
    """One entry of each kind but the last."""
    for sold in (sell, ask, sell_by_phone):
        sold(store, signer)
    sell_by_phone(store, signer, deadline=TIME + 120)
    give_back(store, signer, 1)


def close_day(till: Till, store: Store) -> None:
    """As at the counter."""
    report.close(till.journal, TIME, "shop", store.turns)
