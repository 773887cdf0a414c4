"""What an update asks of the machine: its supervisor, the doctor of a release, and what the journal has waiting."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from contracts.wire.errors import Broken
from terminal import config, export
from terminal.store import Reader

DAEMON = "kindpakket-terminal.service"
SCREEN = "kindpakket-screen.service"
READY_SECONDS = 60
"""How long a release may take to be ready for a scan."""

DOCTOR_SECONDS = 60
RUNS = "daemon"
"""The doctor's check that the daemon answers, which only warns."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many entries the gateway has not, and how many are not settled (those too)."""

    unsent: int
    unsettled: int

    def __str__(self) -> str:
        if self.unsent:
            return f"{self.unsettled} entries wait, {self.unsent} of them have not reached the gateway"
        return f"{self.unsettled} entries wait to be settled; the gateway has them"


class Machine:
    """This machine, with the configuration in that file."""

    def __init__(self, configuration: Path) -> None:
        self._configuration = configuration

    def waiting(self) -> Waiting:
        """What the journal holds that is not settled; nothing on a machine that is no terminal yet. Raises Broken."""
        if not self._configuration.exists():
            return Waiting(0, 0)
        with Reader.open(config.load(self._configuration).journal) as reader:
            unsettled = reader.unsettled
            return Waiting(min(unsettled, reader.sequence - reader.forwarded), unsettled)

    def require_exported(self, path: Path) -> None:
        """Raise Broken unless this export of the journal is sound and holds every entry."""
        found = export.read(path)
        export.require_sound(found)
        with Reader.open(config.load(self._configuration).journal) as reader:
            if (found.domain, found.terminal, found.head) != (reader.domain, reader.terminal, reader.head):
                raise Broken(f"{path} does not hold all that was sold here: export anew (kindpakket terminal journal)")

    def oldest_reader(self) -> int:
        """The oldest version of journals whose programs can go on with the one here; 0 where there is none yet."""
        if not self._configuration.exists():
            return 0
        with Reader.open(config.load(self._configuration).journal) as reader:
            return reader.oldest_reader

    def restart(self) -> bool:
        """Start the daemon of the release that is current; whether it was ready in time."""
        self._systemctl("reset-failed", DAEMON)  # else systemd may refuse to start what has failed often
        ready = self._systemctl("restart", DAEMON)
        self._systemctl("try-restart", SCREEN)
        return ready

    def has_failed(self) -> bool:
        """Whether the supervisor has given the daemon up."""
        return self._systemctl("is-failed", "--quiet", DAEMON)

    def failures(self, program: Path) -> frozenset[str]:
        """The names of what the doctor of that release finds failing; a doctor that cannot run fails too.

        Where no daemon runs he is not asked: files that he made beside the journal could be closed to the next one.
        """
        if not self._systemctl("is-active", "--quiet", DAEMON):
            return frozenset({RUNS})
        command = [str(program / "bin" / "kindpakket"), "terminal", "doctor", "--json"]
        command += ["--config", str(self._configuration)]
        try:
            done = subprocess.run(command, capture_output=True, timeout=DOCTOR_SECONDS, check=False)
            checks = {check["name"]: check["grade"] for check in json.loads(done.stdout)}
        except (OSError, ValueError, TypeError, KeyError, subprocess.TimeoutExpired):
            return frozenset({"doctor"})
        stopped = {RUNS} if checks.get(RUNS, "ok") != "ok" else set()
        return frozenset({name for name, grade in checks.items() if grade == "fail"} | stopped)

    def put(self, parts: Path, program: Path) -> None:
        """Have an unpacked release make its folder below `program`; it tells of it. Raises Broken."""
        python = Path(sys.executable).resolve()  # the system's own, not that of the release in use
        command = [str(python), "-I", str(parts), "--beside", str(program)]
        if subprocess.run(command, check=False).returncode:
            raise Broken("the new release could not be put beside the one in use, which stays: see above")

    @staticmethod
    def _systemctl(*words: str) -> bool:
        try:
            done = subprocess.run(["systemctl", *words], capture_output=True, timeout=READY_SECONDS, check=False)
        except FileNotFoundError:
            raise Broken("there is no systemctl: an update needs the machine's supervisor") from None
        except subprocess.TimeoutExpired:
            return False
        return done.returncode == 0
