"""The second medium: all that is approved stands there too before anybody is told, for as long as the medium answers.

A thread of its own does what may hang. A sale waits for it at most PATIENCE_SECONDS, once: then the mirror counts as
lost, which is an alarm and stops nothing, until it has all of the journal again.
"""

import sqlite3
import threading
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path

from contracts.wire.errors import Broken
from terminal.store import place, schema
from terminal.store.mirror_compare import Ahead, Foreign
from terminal.store.mirror_file import MirrorFile
from terminal.store.reading import View

PATIENCE_SECONDS = 2.0
LOOK_SECONDS = 5.0
"""Between two looks whether the medium is there, or is there again."""
STRANGE_SECONDS = 60.0
"""The same for a mirror that must stay as it is: all of it is read each time."""


class Standing(StrEnum):
    """What is known of a mirror."""

    GOOD = "good"
    """All of the journal stands there."""
    LOST = "lost"
    """It is not there, does not answer, takes no write, or is being caught up."""
    FOREIGN = "foreign"
    """Something else stands there, which stays as it is."""
    AHEAD = "ahead"
    """This terminal signed what stands there, and its journal does not have it: the journal is an old copy."""


Heed = Callable[[Standing, str], None]


class Mirror:
    """The mirror of the journal at a path, in a folder. `volatile_ok` takes any folder, for tests and try-outs."""

    def __init__(self, folder: Path, journal: Path, *, volatile_ok: bool = False) -> None:
        self._folder, self._journal, self._volatile_ok = folder, journal, volatile_ok
        self._view: View | None = None
        self._file: MirrorFile | None = None
        self._turned = threading.Condition()
        self._asked, self._done, self._closed = 0, 0, False
        self._standing, self._detail = Standing.LOST, "it is being looked through"
        self._heed: Heed = lambda _, __: None
        self._thread = threading.Thread(target=self._work, name="mirror", daemon=True)

    def start(self) -> None:
        """Catch it up; return when that is done, or goes on in the background as it takes long."""
        self._thread.start()
        self._wait(PATIENCE_SECONDS)

    def watch(self, heed: Heed) -> None:
        """Have each change told, from any thread, the present standing first. `heed` must neither wait nor raise."""
        with self._turned:
            self._heed = heed
            heed(self._standing, self._detail)

    def keep_up(self) -> None:
        """Return when all of the journal stands there, or when the mirror counts as lost. Never raises."""
        with self._turned:
            was_good = self._standing is Standing.GOOD
        self._wait(PATIENCE_SECONDS if was_good else 0.0)

    def close(self) -> None:
        """Let go of it; a medium that hangs is left to hang."""
        with self._turned:
            self._closed = True
            self._turned.notify_all()
        if self._thread.is_alive():
            self._thread.join(PATIENCE_SECONDS)

    def _wait(self, seconds: float) -> None:
        """Have it caught up with what is in the journal now; it is lost when that takes longer."""
        with self._turned:
            self._asked += 1
            mine = self._asked
            self._turned.notify_all()
            if not self._turned.wait_for(lambda: self._done >= mine, seconds) and seconds:
                self._note(Standing.LOST, "it does not answer")

    def _note(self, standing: Standing, detail: str) -> None:
        """With the condition held."""
        if (standing, detail) != (self._standing, self._detail):
            self._standing, self._detail = standing, detail
            self._heed(standing, detail)

    # In its thread

    def _work(self) -> None:
        while True:
            with self._turned:
                pause = LOOK_SECONDS if self._standing in {Standing.GOOD, Standing.LOST} else STRANGE_SECONDS
                self._turned.wait_for(lambda: self._closed or self._asked > self._done, pause)
                if self._closed:
                    break
                asked = self._asked
            found = self._turn()
            with self._turned:
                self._done = asked
                self._note(*found)
                self._turned.notify_all()
        self._let_go()

    def _turn(self) -> tuple[Standing, str]:
        """Catch it up; how it stands then."""
        try:
            self._catch_up()
        except Foreign as foreign:
            return self._lose(Standing.FOREIGN, foreign)
        except Ahead as ahead:
            return self._lose(Standing.AHEAD, ahead)
        except (Broken, OSError, sqlite3.Error) as error:
            return self._lose(Standing.LOST, error)
        return Standing.GOOD, ""

    def _catch_up(self) -> None:
        if self._view is None:
            self._view = View(schema.connect(self._journal, mode="ro"), self._journal)
        if self._file is None:
            place.require_second(self._folder, self._journal.parent, volatile_ok=self._volatile_ok)
            self._file = MirrorFile(self._folder, self._view)
        self._file.require_there()
        self._file.catch_up()

    def _lose(self, standing: Standing, why: Exception) -> tuple[Standing, str]:
        self._let_go()
        return standing, str(why)

    def _let_go(self) -> None:
        if self._file is not None:
            self._file.close()
        if self._view is not None:
            self._view.close()
        self._file = self._view = None
