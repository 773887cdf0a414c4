"""Who writes next: an approval waits for one chunk of a snapshot at most, however many are still to come.

SQLite lets one connection write at a time and leaves to luck which one is next: on a slow disk, a writer that
always comes back would keep the other one out for seconds.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Turns:
    """One turn at a time, for one thread that is urgent and any that have all the time in the world."""

    def __init__(self) -> None:
        self._free = threading.Condition()
        self._urgent = 0

    @contextmanager
    def urgent(self) -> Iterator[None]:
        """The next turn."""
        self._urgent += 1  # by one thread only
        with self._free:
            try:
                yield
            finally:
                self._urgent -= 1
                self._free.notify_all()  # a day may be closed while a snapshot comes in

    @contextmanager
    def patient(self) -> Iterator[None]:
        """A turn when nobody waits for an urgent one."""
        with self._free:
            self._free.wait_for(lambda: not self._urgent)
            yield
