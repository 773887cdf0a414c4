"""Learning devices at the counter: the daemon lets go of its own, and teaches by the screen of its shop.

What was found is in use before it is asked whether to keep it, so that the new keypad can say yes.
"""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module
from pathlib import Path

from contracts.wire.errors import Broken
from drivers import registry
from drivers.registry import Kind
from terminal import device_tables
from terminal.config import Device
from terminal.core.effects import BeginLesson, EndLesson, KeepLesson, Teaching
from terminal.core.events import Event, LessonAsked, LessonDone, LessonEnded, LessonSaid
from terminal.core.lesson import Question, Said, Saying
from terminal.core.moment import Moment
from terminal.inputs import Inputs, Spawn

VALUE_MAX = 200
"""Characters of a device's name or of an advice that are shown: a screen takes no endless ones."""

Tell = Callable[[Callable[[Moment], Event]], None]
"""Takes what makes an event of the moment at which it is heard."""


class Teacher:
    """One lesson at a time; the core sees to that. `path` is the configuration, `devices` what it says."""

    def __init__(self, path: Path, devices: Sequence[Device], inputs: Inputs, tell: Tell, spawn: Spawn) -> None:
        self._path = path
        self._devices = tuple(devices)
        self._inputs = inputs
        self._tell = tell
        self._spawn = spawn
        self._kept = asyncio.Event()
        self._lesson: asyncio.Task[Said] | None = None

    def do(self, effect: Teaching) -> None:
        """What the core asks for."""
        match effect:
            case BeginLesson():
                self._kept.clear()
                self._lesson = self._spawn(self._last_word())
                self._spawn(self._teach(self._lesson))
            case KeepLesson():
                self._kept.set()
            case EndLesson() if self._lesson:
                self._lesson.cancel()

    # A Teller (terminal.lesson)

    def ask(self, question: Question) -> None:
        """The question on the screen."""
        self._tell(partial(LessonAsked, question=question))

    def say(self, said: Said) -> None:
        """A line below it."""
        self._tell(partial(LessonSaid, said=_short(said)))

    async def _teach(self, lesson: asyncio.Task[Said]) -> None:
        """See the lesson to its end, and then to the devices that are configured, whatever became of it."""
        await asyncio.wait({lesson})
        said = Said(Saying.STOPPED) if lesson.cancelled() else lesson.result()
        if said.what is not Saying.KEPT:
            await self._inputs.use(self._devices)
        self._tell(partial(LessonEnded, said=_short(said)))

    async def _last_word(self) -> Said:
        await asyncio.to_thread(import_module, "terminal.lesson")  # in a thread: the flusher does not wait for it
        from terminal.lesson import Unlearnt  # noqa: PLC0415 - a till that sells needs none of it

        try:
            return await self._learn()
        except Unlearnt as unlearnt:
            return unlearnt.said
        except Broken as broken:
            return Said(Saying.UNWRITTEN, (str(broken).partition("\n")[0],))

    async def _learn(self) -> Said:
        from terminal.lesson import Lesson  # noqa: PLC0415

        device_tables.require_writable(self._path)
        await self._inputs.stop()
        lines = [Path(str(each.options["device"])) for each in self._devices if each.driver == "serial-scanner"]
        found = await Lesson(self, lines).devices({Kind.SCANNER: "scanner", Kind.KEYPAD: "keypad"})
        found = [_under_its_name(each, self._devices) for each in found]
        names = {each.name for each in found}
        devices = (*(each for each in self._devices if each.name not in names), *found)
        await self._inputs.use(devices)
        self._tell(LessonDone)
        await self._kept.wait()
        text = device_tables.with_devices(device_tables.read(self._path), found)
        backup = await asyncio.to_thread(device_tables.write, self._path, text)
        self._devices = devices
        return Said(Saying.KEPT, (str(backup),))


def _under_its_name(found: Device, configured: Sequence[Device]) -> Device:
    """A device that is configured already keeps the name that the shop gave it, and is not there twice."""
    needed = registry.TABLE[found.driver].options

    def where(device: Device) -> tuple[str, list[object]]:
        return device.driver, [device.options.get(option) for option in needed]

    name = next((each.name for each in configured if where(each) == where(found)), found.name)
    return found.model_copy(update={"name": name})


def _short(said: Said) -> Said:
    return Said(said.what, tuple(value[:VALUE_MAX] for value in said.values))
