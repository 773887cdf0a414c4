"""What a journal is after a cut, held against what had been seen outside the machine before it."""

import shutil
import tempfile
from collections.abc import Sequence
from contextlib import closing
from dataclasses import fields
from pathlib import Path

from contracts.wire.errors import Broken, Refused
from contracts.wire.units import Address
from terminal.signer import TerminalSigner
from terminal.store import Store
from terminal.store.checking import require_sound
from tests.power_cuts import ledger
from tests.power_cuts.disk import Image
from tests.power_cuts.ledger import Ledger
from tests.terminal.books import sell
from tests.terminal.till import DOMAIN

JOURNAL = "journal.sqlite"


class Wrong(Exception):
    """The sentence says how the journal is not what it must be."""


class Judge:
    """Opens what is left after a cut as the daemon does."""

    def __init__(self, key: Path) -> None:
        self._signer = TerminalSigner.load(key, DOMAIN)

    @property
    def terminal(self) -> Address:
        """Whose journals these are."""
        return self._signer.address

    def judge(self, image: Image, acceptable: Sequence[Ledger | None]) -> Ledger | None:
        """Which of the acceptable ledgers the journal is, whole; None for no journal. Raises Wrong.

        The first of them is the least that must be there, the last the most that can be.
        """
        folder = Path(tempfile.mkdtemp(prefix="kindpakket-cut-", dir=memory()))
        try:
            for name, content in image.items():
                (folder / name).write_bytes(content)
            return self._found(folder / JOURNAL, acceptable)
        except (Broken, Refused) as error:
            raise Wrong(f"the terminal does not sell any more: {error}") from error
        finally:
            shutil.rmtree(folder)

    def _found(self, journal: Path, acceptable: Sequence[Ledger | None]) -> Ledger | None:
        is_there = journal.exists()
        if not is_there:
            _require_one_of(acceptable, None)
            Store.create(journal, DOMAIN, self.terminal, volatile_ok=True)
        with closing(Store.open(journal, DOMAIN, self.terminal, volatile_ok=True)) as store:
            require_sound(store)
            found = ledger.read(store)
            if is_there:
                _require_one_of(acceptable, found)
            if not ledger.limits_are_of(found, store):
                raise Wrong("the limits are not those of the open entries")
            if not found.is_retired:
                assert sell(store, self._signer).sequence == found.sequence + 1
        return found if is_there else None


def memory() -> str | None:
    """A folder in memory, where there is one: what is judged here has had its cut already."""
    return "/dev/shm" if Path("/dev/shm").is_dir() else None


def _require_one_of(acceptable: Sequence[Ledger | None], found: Ledger | None) -> None:
    if found in acceptable:
        return
    least, most = acceptable[0], acceptable[-1]
    if found is None:
        raise Wrong(f"the journal is gone, and {least.sequence if least else 0} approved entries with it")
    if most is None:
        raise Wrong("there is a journal that nobody made")
    if least is not None and found.lines[: least.sequence] != least.lines:
        kept = sum(1 for one, other in zip(found.lines, least.lines, strict=False) if one == other)
        raise Wrong(f"{least.sequence - kept} of {least.sequence} approved entries are lost")
    if found.lines != most.lines[: found.sequence]:
        raise Wrong("there are entries that nobody made")
    apart = [each.name for each in fields(Ledger) if getattr(found, each.name) != getattr(least or most, each.name)]
    raise Wrong(f"the journal is a mixture of before and after: {', '.join(apart)}")
