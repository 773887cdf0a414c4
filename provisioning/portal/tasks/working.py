"""The worker: the one process that has a key. It does what pages asked for, and reads the contract for them."""

import logging
import threading
import time
from collections.abc import Callable, Iterable
from importlib import import_module

from django.conf import settings
from django.db import OperationalError, close_old_connections
from django.utils import timezone
from django.utils.module_loading import module_has_submodule

from contracts.wire.errors import Broken, TryAgain
from provisioning.portal.tasks import doing
from provisioning.portal.tasks.handlers import ROUNDS, Round
from provisioning.portal.tasks.models import Turn
from provisioning.town import Town

_LOG = logging.getLogger(__name__)
_PAUSE_SECONDS = 0.5
_NOTED_SECONDS = 30.0
_REST = 5
"""So many times as long as a round took it is not done again: tasks of people wait meanwhile."""


def load_handlers() -> None:
    """Import each part's `chain.py`, where it has one: they register what they do."""
    for part in settings.PARTS:
        package = import_module(f"provisioning.portal.{part}")
        if module_has_submodule(package, "chain"):
            import_module(f"{package.__name__}.chain")


class Worker:
    """Does tasks and rounds in turn, in one thread. `clock` tells seconds that only go forward."""

    def __init__(
        self, town: Town, rounds: Iterable[Round] = ROUNDS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._town = town
        self._clock = clock
        self._due = {each: clock() for each in rounds}
        self._noted: dict[Round, tuple[float, str | None]] = {}

    def work(self, stop: threading.Event) -> None:
        """Go on until `stop` is set, which is heeded between two tasks."""
        while not stop.is_set():
            close_old_connections()
            try:
                worked = self.step()
            except OperationalError as fault:  # the database is away: nothing could be written down
                _LOG.warning("%s", fault)
                worked = False
            if not worked:
                stop.wait(_PAUSE_SECONDS)

    def step(self) -> bool:
        """Do one round and one task of those that are due, and say whether there was any."""
        turned = self._turn()
        return doing.do_next(self._town) is not None or turned

    def _turn(self) -> bool:
        """The round that has been due for longest."""
        each = min(self._due, key=self._due.__getitem__, default=None)
        if each is None or self._due[each] > self._clock():
            return False
        begun = self._clock()
        self._note(each, self._try(each))
        ended = self._clock()
        self._due[each] = ended + max(each.seconds, _REST * (ended - begun))
        return True

    def _try(self, each: Round) -> str:
        """Do it, and give what went wrong, or nothing."""
        try:
            each.do(self._town)
        except (TryAgain, Broken) as fault:
            return str(fault)
        except Exception as fault:  # noqa: BLE001 -- a mistake in one part must not keep the others from their work
            _LOG.exception("round %s", each.name)
            return f"the program has a mistake here ({type(fault).__name__}); its log says more"
        return ""

    def _note(self, each: Round, said: str) -> None:
        """Write it for the page of tasks, unless that says the same and is new enough."""
        when, before = self._noted.get(each, (0.0, None))
        if before == said and self._clock() < when + _NOTED_SECONDS:
            return
        self._noted[each] = self._clock(), said
        now = timezone.now()
        fields = {"tried_at": now, "said": said[:200], **({} if said else {"done_at": now})}
        Turn.objects.update_or_create(name=each.name, defaults=fields)
