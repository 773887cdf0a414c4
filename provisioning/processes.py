"""The real programs as child processes: started, awaited until they say that they are ready, killed, started again."""

import asyncio
import ctypes
import os
import signal
import sys
from collections.abc import Collection, Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO

from contracts.wire.errors import Broken

_READY_SECONDS = 60

_PR_SET_PDEATHSIG = 1  # prctl(2)
_LIBC = ctypes.CDLL(None)


def _die_with_parent() -> None:
    """A window that is closed or killed takes its town with it. Called in the child before it becomes the program."""
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


class Program:
    """One `kindpakket` command in a process of its own.

    Its log goes into a file, or where ours goes if there is none. Its environment is ours with `environment`, and
    without the names in `kept_back`.
    """

    def __init__(
        self,
        name: str,
        arguments: list[str],
        log: Path | None = None,
        environment: dict[str, str] | None = None,
        kept_back: Collection[str] = (),
    ) -> None:
        self.name = name
        self._arguments = arguments
        self._log_path = log
        self._environment = _environment(environment or {}, kept_back)
        self._log: IO[bytes] | None = None
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> str:
        """Start it and wait for its line that begins with "ready"; the line is the answer.

        Raises Broken with the last line of its log when it ends before, or says nothing for a minute.
        """
        self._log = self._log_path.open("ab") if self._log_path else None
        command = [sys.executable, "-m", "provisioning.cli", *self._arguments]
        self._process = await asyncio.create_subprocess_exec(
            *command, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=self._log,
            env=self._environment, preexec_fn=_die_with_parent,
        )  # fmt: skip
        try:
            return await asyncio.wait_for(self._ready_line(), _READY_SECONDS)
        except TimeoutError:
            await self.kill()
            raise Broken(f"{self.name} was not ready within {_READY_SECONDS} s; see {self._where}") from None

    async def _ready_line(self) -> str:
        assert self._process  # noqa: S101  # start() made it
        assert self._process.stdout  # noqa: S101  # and its pipe
        while line := (await self._process.stdout.readline()).decode():
            if line.startswith("ready"):
                return line.strip()
        await self._process.wait()
        raise Broken(f"{self.name} did not start: {self.last_word()}")

    async def wait(self) -> int:
        """Wait until it ends, and give its exit status."""
        assert self._process  # noqa: S101  # start() made it
        return await self._process.wait()

    async def stop(self) -> None:
        """End it as systemd would: SIGTERM, and SIGKILL if that is not heeded."""
        await self._end(signal.SIGTERM)

    async def kill(self) -> None:
        """End it as a power cut would, without a word."""
        await self._end(signal.SIGKILL)

    def freeze(self, *, frozen: bool = True) -> None:
        """Stop it where it stands, without a word to anybody, or let it go on."""
        if self._process and self._process.returncode is None:
            self._process.send_signal(signal.SIGSTOP if frozen else signal.SIGCONT)

    def kill_now(self) -> None:
        """Send SIGKILL and return at once: what it was doing is cut off in the middle."""
        if self._process and self._process.returncode is None:
            self._process.send_signal(signal.SIGKILL)

    @property
    def _where(self) -> str:
        return str(self._log_path or "what it said above")

    def last_word(self) -> str:
        """The last line of its log, or where that went."""
        if self._log_path is None:
            return self._where
        return (self._log_path.read_text(errors="replace").splitlines() or ["no word of why"])[-1][:300]

    async def _end(self, how: signal.Signals) -> None:
        if self._process and self._process.returncode is None:
            with suppress(ProcessLookupError):
                self._process.send_signal(how)
            try:
                await asyncio.wait_for(self._process.wait(), 10)
            except TimeoutError:
                self._process.kill()
                await self._process.wait()
        if self._log:
            self._log.close()
            self._log = None


async def command(*words: str, environment: Mapping[str, str], given: str = "", kept_back: Collection[str] = ()) -> str:
    """What one `kindpakket` command says, once it has ended. Raises Broken with its last words when it fails.

    `environment` and `kept_back` as of a Program.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "provisioning.cli", *words, stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, env=_environment(environment, kept_back),
    )  # fmt: skip
    said, failed = await process.communicate(given.encode())
    if process.returncode:
        raise Broken(f"kindpakket {' '.join(words[:2])}: {failed.decode().strip()}")
    return said.decode().strip()


def _environment(more: Mapping[str, str], kept_back: Collection[str]) -> dict[str, str]:
    return {**{name: value for name, value in os.environ.items() if name not in kept_back}, **more}
