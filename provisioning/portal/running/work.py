"""`kindpakket portal work`: the worker, the one process of the portal that has a key to the contract."""

import argparse
import os
import signal
import sys
import threading
from pathlib import Path

from eth_account.signers.local import LocalAccount

from contracts.deployment import Deployment
from contracts.wire.errors import TryAgain
from provisioning import desk
from provisioning.portal import config
from provisioning.portal.running import entering
from provisioning.town import Town, account_of
from terminal.signer.memory import forbid_core_dumps
from terminal.store.place import Lock

LOCK = "work.lock"
_PAUSE_SECONDS = 2.0
_EXAMPLE = f"""example:
  {desk.KEY_VARIABLE}=0x... kindpakket portal work --folder /var/lib/kindpakket-portal

{desk.KEY_HELP}

Prints "ready" when it has its key. It may be killed at any moment: what it was at is found out, and gone on with.
"""


def main(argv: list[str]) -> int:
    """Work until SIGTERM, which is heeded between two tasks. Raises Broken when it cannot start."""
    parser = argparse.ArgumentParser(
        prog="kindpakket portal work",
        description="Do on the contract what the town hall's pages ask for, and read it for them.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    entering.add_folder(parser)
    parser.add_argument("--rpc", metavar="URL", help="JSON-RPC of a node; default: the configured one")
    desk.add_keystore(parser)
    arguments = parser.parse_args(argv)
    forbid_core_dumps()
    place = entering.enter(arguments.folder)
    account = account_of(arguments)
    for name in (desk.KEY_VARIABLE, desk.PASSWORD_VARIABLE):
        os.environ.pop(name, None)
    lock = Lock(place / LOCK)
    try:
        _work(place, account, arguments.rpc)
    finally:
        lock.release()
    return 0


def _work(place: Path, account: LocalAccount, rpc: str | None) -> None:
    from provisioning.portal.tasks.working import Worker, load_handlers  # noqa: PLC0415 -- Django is set up only now

    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    load_handlers()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    town = _town(place, account, rpc, stop)
    if town is not None:
        Worker(town).work(stop)


def _town(place: Path, account: LocalAccount, rpc: str | None, stop: threading.Event) -> Town | None:
    """The contract, once its node and the tables are there; None when told to stop before."""
    from django.db import OperationalError  # noqa: PLC0415

    from provisioning.portal.running import tables  # noqa: PLC0415 -- Django is set up only now

    told = config.load(place)
    deployment = Deployment.load(place / told.record)
    while not stop.is_set():
        try:
            if tables.are_ready():
                return Town.open(deployment, account, rpc or told.rpc)
            said = "the tables are not in this program's form yet: `kindpakket portal serve` brings them there"
        except (TryAgain, OperationalError) as fault:
            said = str(fault)
        print(said, file=sys.stderr, flush=True)
        stop.wait(_PAUSE_SECONDS)
    return None
