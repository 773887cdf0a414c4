"""A person who is taught: what stands on the screen, and devices that are only there when a test plugs them in."""

import asyncio
from contextlib import asynccontextmanager
from pathlib import Path

from terminal.learn_words import Words
from terminal.lesson import Lesson
from tests.terminal.till import PATIENCE


def lesson(*lines: Path, patience: float = PATIENCE, language="en") -> Lesson:
    return Lesson(Words(language), lines, patience)


class Spoken:
    """What the person reads, as it comes."""

    def __init__(self, capsys):
        self._capsys = capsys
        self.text = ""

    async def until(self, words, times=1):
        async with asyncio.timeout(PATIENCE):
            while self.text.count(words) < times:
                self.text += self._capsys.readouterr().out
                await asyncio.sleep(0.005)


@asynccontextmanager
async def asking(question):
    task = asyncio.create_task(question)
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def opened_anew() -> None:
    """Some turns of the loop, in which a driver that was stopped is started again: nothing in it waits for more."""
    for _ in range(50):
        await asyncio.sleep(0)
