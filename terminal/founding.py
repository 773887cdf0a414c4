"""How an installed terminal comes to be, in steps of which each may be the last before the plug is pulled.

The journal stands before the key: so a key without a journal is one whose journal was lost, and never gets another.
The configuration stands last: where there is one, the terminal is whole.
"""

import os
import pwd
import shutil
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from contracts.wire.errors import Broken
from contracts.wire.typed_data import Domain
from drivers import registry
from drivers.registry import Kind
from terminal import config, making, places
from terminal.config import Device
from terminal.ending import before
from terminal.keys import KeyPlace, can_seal
from terminal.private import put
from terminal.signer import TerminalSigner, sealing
from terminal.store import Store
from terminal.store.place import Lock
from terminal.store.reading import View, open_for_reading

USER = "kindpakket"
"""Whose the daemon's folder is, where an installer made this user."""


_LEARNT = (Kind.SCANNER, Kind.KEYPAD)


@dataclass(frozen=True, slots=True)
class Kept:
    """What a shop keeps when its terminal gets a new key."""

    devices: tuple[Device, ...] = ()
    """Those that nobody scans or types with."""
    staff_pin: str | None = field(default=None, repr=False)
    mirror: Path | None = None


@dataclass(frozen=True, slots=True)
class Founding:
    """Where a terminal comes to stand. Paths are absolute."""

    config: Path
    state: Path
    volatile_ok: bool = False
    seals: bool = True
    """Whether the key is to be sealed where it can be: only the unit of an installed daemon opens it."""

    @property
    def keys(self) -> KeyPlace:
        """Where its key stands."""
        return KeyPlace.of(self.config, self.state)

    @property
    def journal(self) -> Path:
        """Where its journal stands."""
        return self.state / places.JOURNAL

    @property
    def run_dir(self) -> Path | None:
        """Where its socket is, if it is installed in its usual place."""
        return places.RUN if self.state == places.STATE else None

    def begin(self) -> Lock:
        """Make the folders, and let nobody else found a terminal here until the lock is released. Raises Broken."""
        try:
            self.state.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.config.parent.mkdir(mode=0o770, parents=True, exist_ok=True)
        except OSError as error:
            raise Broken(f"{error.filename} cannot be made ({error.strerror}): run this as root") from error
        return Lock(self.state / "enrol.lock")

    def terminal(self, domain: Domain) -> TerminalSigner:
        """The terminal that was begun here before, or else a new one. Raises Broken for one that is another's."""
        if self.keys.exists:
            return self._begun(domain)
        self._require_sealer()
        self._clear()
        terminal = TerminalSigner.make(domain)
        Store.create(self.journal, domain, terminal.address, volatile_ok=self.volatile_ok)
        self.keys.keep(terminal, sealed=self.seals)
        return terminal

    def kept(self) -> Kept:
        """What the terminal that this machine was before leaves to it; nothing when it was none. Raises Broken."""
        earlier = before(self.config)
        if not earlier.exists():
            return Kept()
        settings = config.load(earlier)
        devices = (each for each in settings.devices if registry.TABLE[each.driver].kind not in _LEARNT)
        return Kept(tuple(devices), settings.staff_pin, settings.mirror)

    def finish(self, plan: making.Plan) -> None:
        """Give the daemon what is its own, and write the configuration: from now on it is a terminal."""
        content = making.render(plan)
        making.require_loadable(plan.config, content)
        owner = _user()
        if owner is None:
            put(self.config, content.encode(), 0o660 if self.run_dir else 0o600)  # the screen reads it by its group
            return
        for path in (self.state, *self.state.iterdir()):
            os.chown(path, owner.pw_uid, owner.pw_gid, follow_symlinks=False)
        put(self.config, content.encode(), 0o660, owner.pw_gid)

    def _begun(self, domain: Domain) -> TerminalSigner:
        terminal = self.keys.load(domain)
        with closing(Store.open(self.journal, domain, terminal.address, volatile_ok=self.volatile_ok)):
            return terminal

    def _require_sealer(self) -> None:
        """Raise Broken where a key could be sealed, but not by whoever runs this: it would stand in clear for good."""
        if self.run_dir is not None and self.seals and shutil.which(sealing.PROGRAM) and not can_seal():
            raise Broken("nothing seals the key here: run this as root, or by `systemctl start kindpakket-enrol`")

    def _clear(self) -> None:
        """Take away a journal whose key was never kept. Raises Broken for one in which anything stands."""
        if not self.journal.exists():
            return
        with closing(open_for_reading(self.journal)) as database:
            if View(database, self.journal).sequence:
                raise Broken(
                    f"{self.journal} holds sales of a terminal whose key is gone: settle them from it (kindpakket "
                    "terminal journal export), move the file away, and enrol then"
                )
        for path in self.state.glob(self.journal.name + "*"):
            path.unlink()


def _user() -> pwd.struct_passwd | None:
    """The daemon's user; None where there is none, or where this is not root and all is its own."""
    try:
        return pwd.getpwnam(USER) if os.geteuid() == 0 else None
    except KeyError:
        return None
