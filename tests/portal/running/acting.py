"""A worker as a program, with one kind of task, which gives a pass a budget. It may be told to die in the middle."""

import os
import signal
import sys
from pathlib import Path

from contracts.deployment import Deployment
from contracts.wire.units import Cents, address, from_hex
from provisioning import grant
from provisioning.grant import Line
from provisioning.portal.running import entering
from provisioning.town import Town, account_of

KIND = "test.grant"


def main() -> None:
    """`FOLDER ask REFERENCE PASS`, or `FOLDER work [WHERE TO DIE]`."""
    folder, what, *rest = sys.argv[1:]
    place = entering.enter(Path(folder))
    from provisioning.portal.running import tables

    tables.migrate()
    if what == "ask":
        ask(*rest)
    else:
        work(place, *rest)


def ask(reference: str, whose: str) -> None:
    from provisioning.portal.tasks.models import Task

    Task.objects.create(kind=KIND, arguments={"reference": reference, "pass": whose})


def work(place: Path, dies: str = "") -> None:
    import argparse

    from django.utils import timezone

    from provisioning.portal.tasks.handlers import handles
    from provisioning.portal.tasks.models import Turn
    from provisioning.portal.tasks.working import Worker

    def die(where: str) -> None:
        if where == dies:
            os.kill(os.getpid(), signal.SIGKILL)

    def act(town: Town, arguments: dict[str, str]) -> dict[str, int]:
        die("before it is sent")
        line = Line(address(from_hex(arguments["pass"])), Cents(1_00))
        done = grant.grant(town, 1, arguments["reference"], [line])
        die("once it is sent")
        return {"now": done.now, "before": done.before}

    def note(_task: object) -> None:
        Turn.objects.create(name="noted", tried_at=timezone.now())
        die("while it is noted")

    handles(KIND, act, note)
    account = account_of(argparse.Namespace(keystore=None))
    worker = Worker(Town.open(Deployment.load(place / "deployment.json"), account))
    while worker.step():
        pass


if __name__ == "__main__":
    main()
