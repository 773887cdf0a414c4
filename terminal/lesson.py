"""Learning devices: finds scanner and keypad by their being used. Whoever is taught is told through a Teller."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Protocol

from contracts.wire.errors import Broken
from drivers import registry
from drivers.base import Candidate, Changed, DriverEvent, KeyPress, Oversized, Scan, Status
from drivers.registry import Kind
from terminal.config import Device
from terminal.core.lesson import Question, Said, Saying
from terminal.link.sayings import sentence
from terminal.listening import Find, listen
from terminal.trial import TEST, Wanted, refine

PATIENCE_SECONDS = 180.0
"""How long a question stands. A person may have to find the scanner's plug; the keyboards must come free again."""

_CONTROL_C = "\x03"
"""What a grabbed keyboard types when a person wants to stop: the shell below does not get to see it."""

_TERMINATORS = {"\r": "Enter (CR)", "\n": "LF", "\t": "Tab"}


class Teller(Protocol):
    """How the person who is taught is spoken to: the console, or the counter's screen."""

    def ask(self, question: Question) -> None:
        """Ask for this from now on."""

    def say(self, said: Said) -> None:
        """Say this, at once."""


class Unlearnt(Broken):
    """The lesson ended before all was found; `said` is why, for screens in any language."""

    def __init__(self, said: Said) -> None:
        super().__init__(sentence(said, "en"))
        self.said = said


class Lesson:
    """The questions. `lines` are serial lines to listen to besides those that are found."""

    def __init__(
        self, teller: Teller, lines: Sequence[Path], patience: float = PATIENCE_SECONDS, *, wanted: Wanted = TEST
    ) -> None:
        self._teller = teller
        self._lines = lines
        self._patience = patience
        self._wanted = wanted
        self._better: dict[str, Candidate] = {}
        self._known: dict[str, Changed] = {}

    async def devices(self, names: Mapping[Kind, str]) -> list[Device]:
        """The devices of these kinds, under these names. Raises Unlearnt."""
        devices, scanner = [], None
        if Kind.SCANNER in names:
            scanner = await self.scanner()
            devices.append(_device(names[Kind.SCANNER], scanner))
        if names.keys() == {Kind.KEYPAD} or (Kind.KEYPAD in names and keypads(scanner)):
            devices.append(_device(names[Kind.KEYPAD], await self.keypad(scanner)))
        elif Kind.KEYPAD in names:
            self._say(Saying.NO_KEYPAD)
        return devices

    async def scanner(self) -> Candidate:
        """The scanner that read the code, with the options under which it comes out right. Raises Unlearnt."""
        return (await self.scanned())[0]

    async def scanned(self) -> tuple[Candidate, str]:
        """The same, and the code that it read. Raises Unlearnt."""
        self._teller.ask(Question.SCAN)
        async with self._patiently():
            while True:
                name, candidate, said = await self._hear(self._scanners, (Scan, Oversized))
                if said == Scan(_CONTROL_C):
                    raise Unlearnt(Said(Saying.STOPPED))
                if isinstance(said, Scan) and self._wanted.is_it(said.text):
                    self._teller.say(ending(candidate, said.ended_by))
                    return candidate, said.text
                self._improve(name, candidate, said)

    async def keypad(self, scanner: Candidate | None) -> Candidate:
        """The keypad whose Enter was pressed. Raises Unlearnt."""
        self._teller.ask(Question.PRESS)
        async with self._patiently():
            while True:
                _, candidate, said = await self._hear(lambda: keypads(scanner), (KeyPress,))
                if said == KeyPress("cancel"):
                    raise Unlearnt(Said(Saying.STOPPED))
                if said == KeyPress("confirm"):
                    self._say(Saying.KEYPAD, candidate.label)
                    return candidate
                self._say(Saying.OTHER_KEY, candidate.label)

    async def _hear(self, find: Find, wanted: tuple[type[DriverEvent], ...]) -> tuple[str, Candidate, DriverEvent]:
        """The first event of these kinds, and whose it is. On the way it says which devices are there."""

        def take(name: str, candidate: Candidate, event: DriverEvent) -> tuple[str, Candidate, DriverEvent] | None:
            if isinstance(event, Changed):
                self._note(name, candidate, event)
            return (name, candidate, event) if isinstance(event, wanted) else None

        return await listen(find, take)

    def _note(self, name: str, candidate: Candidate, change: Changed) -> None:
        before = self._known.get(name)
        self._known[name] = change
        if before is None or before.status is not change.status:
            ready = change.status is Status.READY
            self._say(*((Saying.HEARS, candidate.label) if ready else (Saying.TROUBLE, candidate.label, change.detail)))

    def _improve(self, name: str, candidate: Candidate, said: DriverEvent) -> None:
        better = refine(candidate, said.text, self._wanted) if isinstance(said, Scan) else None
        if better is None:
            self._say(Saying.OTHER, candidate.label)
            return
        self._better[name] = better
        news = {option: value for option, value in better.options.items() if candidate.options.get(option) != value}
        self._say(Saying.AGAIN, candidate.label, ", ".join(f"{option} {value}" for option, value in news.items()))

    def _say(self, what: Saying, *values: str) -> None:
        self._teller.say(Said(what, values))

    def _scanners(self) -> Mapping[str, Candidate]:
        here = registry.candidates(Kind.SCANNER)
        found = {repr(candidate): candidate for candidate in (*here, *self._on_lines(here))}
        return {name: self._better.get(name, candidate) for name, candidate in found.items()}

    def _on_lines(self, found: Iterable[Candidate]) -> list[Candidate]:
        ports = {Path(str(each.options.get("device"))).resolve() for each in found}
        lines = [line for line in self._lines if line.resolve() not in ports]  # two readers would share what comes
        if not lines:
            return []
        from drivers.serial_scanner import candidate  # noqa: PLC0415 - a till without serial lines lacks what it needs

        return [candidate(str(line), str(line)) for line in lines]

    @asynccontextmanager
    async def _patiently(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(self._patience):
                yield
        except TimeoutError:
            raise Unlearnt(self._why(f"{self._patience:.0f}")) from None

    def _why(self, seconds: str) -> Said:
        trouble = [change.detail for change in self._known.values() if change.status is not Status.READY]
        if trouble:
            return Said(Saying.UNHEARD_TROUBLE, (seconds, "; ".join(trouble)))
        return Said(Saying.UNHEARD_NEAR if self._known else Saying.UNHEARD, (seconds,))


def ending(scanner: Candidate, terminator: str) -> Said:
    """The scanner, and how its codes end."""
    if "suffix" not in registry.TABLE[scanner.driver].defaults:
        return Said(Saying.SCANNER_WHOLE, (scanner.label,))  # what it gives is a whole code: a camera does
    if not terminator:
        return Said(Saying.SCANNER_PAUSE, (scanner.label,))
    return Said(Saying.SCANNER, (scanner.label, _TERMINATORS[terminator]))


def keypads(scanner: Candidate | None) -> Mapping[str, Candidate]:
    """The keypads that are here now. A scanner is a keyboard to the kernel: it is not taken for its own keypad."""
    found = registry.candidates(Kind.KEYPAD)
    taken = dict(scanner.options) if scanner else {}
    return {repr(each): each for each in found if not dict(each.options).items() <= taken.items()}


def _device(name: str, candidate: Candidate) -> Device:
    return Device(name=name, driver=candidate.driver, options=dict(candidate.options))
