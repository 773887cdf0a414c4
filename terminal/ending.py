"""How a terminal's key and journal leave a device, and what must hold before they may."""

import os
import secrets
import sys
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from contracts.wire import journal
from contracts.wire.errors import Broken
from contracts.wire.units import Address, to_hex
from terminal import config, export, places
from terminal.durable import sync_folder
from terminal.keys import KeyPlace
from terminal.store import place
from terminal.store.reading import View, open_for_reading


def before(configuration: Path) -> Path:
    """Where a configuration goes that is no more."""
    return configuration.with_name(f"{configuration.name}.before")


@dataclass(frozen=True, slots=True)
class Ending:
    """A terminal's places on its device. Paths are absolute."""

    config: Path
    state: Path
    keys: KeyPlace
    volatile_ok: bool = False

    @classmethod
    def of(cls, configuration: Path, state: Path) -> "Ending":
        """As the configuration says, or else with this folder where there is none any more. Raises Broken."""
        if not configuration.exists():
            return cls(configuration, state, KeyPlace.of(configuration, state))
        settings = config.load(configuration)
        keys = KeyPlace.of(configuration, settings.state_dir)
        if settings.key_file != places.UNSEALED_KEY:
            keys = replace(keys, plain=settings.key_file)
        return cls(configuration, settings.state_dir, keys, settings.simulators)

    @property
    def journal(self) -> Path:
        """Where its journal stands."""
        return self.state / places.JOURNAL

    @property
    def retired(self) -> Path:
        """Where the journals of terminals are kept that this machine was before."""
        return self.state.with_name("retired")

    @property
    def before(self) -> Path:
        """The configuration of the one that it was last."""
        return before(self.config)

    def alone(self) -> place.Lock:
        """Nobody sells here until the lock is released. Raises Broken while the daemon runs."""
        if not self.state.is_dir():
            raise Broken(f"there is no folder {self.state}: name the terminal's by --state")
        return place.Lock(self.journal.with_name(places.JOURNAL + ".lock"))

    def require_nothing_lost(self, exported: Path | None) -> Address | None:
        """Whose journal it is, once no entry would be lost with it; None when there is none, and no key either.

        Raises Broken while entries wait that are in no export.
        """
        if not self.journal.exists():
            self._require_no_key(exported)
            return None
        with closing(open_for_reading(self.journal)) as database:
            view = View(database, self.journal)
            _require_kept(view, None if exported is None else self._export(exported))
            return view.terminal

    def destroy_key(self) -> None:
        """Overwrite the key, then take its file away. On a card that spreads its wear, old copies may stay."""
        self._require_own_key()
        for path in (self.keys.sealed, self.keys.plain):
            if path.is_symlink() or path.exists():
                _overwrite(path)
                path.unlink()
                sync_folder(path.parent)

    def _require_own_key(self) -> None:
        """The daemon's user writes the configuration that names it, and root destroys it: so it is that user's."""
        path = self.keys.plain
        if path.is_symlink() or not path.exists() or not self.state.is_dir():
            return
        if (owner := path.stat().st_uid) != self.state.stat().st_uid:
            raise Broken(f"{path} belongs to user {owner}, so it is no key of this terminal: it stays")

    def _require_no_key(self, exported: Path | None) -> None:
        """A key without its journal may have signed what nobody sees here any more."""
        if not self.keys.exists:
            return
        if exported is None:
            raise Broken(
                f"{self.journal} is missing, so what waits in it cannot be seen: put it back from its mirror "
                "(kindpakket terminal journal restore), or name an export that holds all by --exported FILE"
            )
        self._export(exported)

    def _export(self, path: Path) -> export.Export:
        """An export that stays when all here goes. Raises Broken for any other."""
        found, folder = export.read(path), path.resolve().parent
        place.require_durable(folder, volatile_ok=self.volatile_ok)
        if folder.is_relative_to(self.state.resolve()) or (_same_disk(folder, self.state) and not self.volatile_ok):
            raise Broken(f"{path} stands on the journal's own disk, and would go with it: put it on a stick first")
        export.require_sound(found)
        return found


def _require_kept(view: View, exported: export.Export | None) -> None:
    """Raise Broken unless every entry is settled for certain, or in the export."""
    waiting = view.unsettled
    if not waiting:
        return
    if exported is None:
        raise Broken(
            f"{waiting} entries wait that the contract has not settled: leave the daemon connected until `kindpakket "
            "terminal doctor` finds none, or export them (kindpakket terminal journal export FILE) and name the file "
            "by --exported FILE; keep it until they are settled from it (kindpakket chain settle)"
        )
    if (exported.domain, exported.terminal) != (view.domain, view.terminal):
        raise Broken(f"the export is of terminal {to_hex(exported.terminal)}, and this is {to_hex(view.terminal)}")
    head = exported.lines[view.sequence - 1].head if len(exported.lines) >= view.sequence else None
    if head != (view.head if view.sequence else journal.genesis(view.domain, view.terminal)):
        raise Broken(f"the export does not hold all {view.sequence} entries: export anew (kindpakket terminal journal)")


def _same_disk(one: Path, other: Path) -> bool:
    return one.stat().st_dev == other.stat().st_dev


def _overwrite(path: Path) -> None:
    """What a link leads to stays."""
    if path.is_symlink():
        return
    with os.fdopen(os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC), "r+b") as file:
        size = os.fstat(file.fileno()).st_size
        file.write(secrets.token_bytes(size))
        file.flush()
        os.fsync(file.fileno())


def ask(question: str) -> None:
    """Raise Broken unless a person says that it is meant."""
    if not sys.stdin.isatty():
        raise Broken("it cannot be undone: give --yes where nobody can be asked")
    sys.stdout.write(f"{question} Type yes: ")
    sys.stdout.flush()
    if sys.stdin.readline().strip().lower() != "yes":
        raise Broken("nothing was changed")
