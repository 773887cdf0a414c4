"""Which devices are listened to, as they come, go and change their names."""

import asyncio

from drivers import registry
from drivers.base import Candidate, Changed, Status
from terminal import listening


def named(name: str) -> Candidate:
    return Candidate("evdev-scanner", {"device": name}, name)


async def test_a_device_that_gets_a_better_name_is_let_go_of_before_it_is_opened_by_that(monkeypatch):
    """udev links a keyboard a moment after it is there; opened twice, it would be in use by another program: us."""
    seen: list[str] = []

    class Driver:
        def __init__(self, name: str) -> None:
            self.name = name

        async def run(self, emit):
            seen.append(f"opened {self.name}")
            emit(Changed(Status.READY, self.name))
            try:
                await asyncio.Event().wait()
            finally:
                seen.append(f"freed {self.name}")

    monkeypatch.setattr(registry, "make", lambda _, options, **__: Driver(options["device"]))
    monkeypatch.setattr(listening, "LOOK_SECONDS", 0)
    first, lasting = named("0c2e:0b61"), named("/dev/input/by-id/a")
    here = {"first": first}

    def take(name, candidate, event):
        if name == "first":
            here.clear()
            here["lasting"] = lasting
            return None
        return candidate

    assert await listening.listen(lambda: dict(here), take) == lasting
    assert seen == ["opened 0c2e:0b61", "freed 0c2e:0b61", "opened /dev/input/by-id/a", "freed /dev/input/by-id/a"]
