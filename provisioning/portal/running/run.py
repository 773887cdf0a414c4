"""`kindpakket portal run`: all of the portal, each part in a process of its own."""

import argparse
import asyncio
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path

from contracts.wire.errors import Broken
from contracts.wire.units import to_hex
from provisioning import desk
from provisioning.portal import config
from provisioning.portal.running import entering, founding, serve, setup
from provisioning.processes import Program, command
from terminal.signer.memory import forbid_core_dumps

_AGAIN_SECONDS = 2.0
_EXAMPLE = f"""examples:
  kindpakket portal run                          try it: with a development chain of its own, and rows of nobody
  {desk.KEY_VARIABLE}=0x... kindpakket portal run --folder /var/lib/kindpakket-portal

{desk.KEY_HELP} The pages never get it.

Prints "ready http://..." when it answers. Given again, it goes on where it was.
"""


def main(argv: list[str]) -> int:
    """Run until SIGTERM or Ctrl+C. Raises Broken when something of it cannot start, or ends."""
    parser = argparse.ArgumentParser(
        prog="kindpakket portal run",
        description="The town hall's desk: its pages, and the worker that does on the contract what they ask for.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    serve.add_options(parser)
    desk.add_keystore(parser)
    arguments = parser.parse_args(argv)
    forbid_core_dumps()
    place = entering.choose(arguments.folder)
    if not (place / config.FILE).exists():
        setup.make(place, setup.EMBEDDED)
    with suppress(asyncio.CancelledError):
        asyncio.run(_run(Portal(place, arguments)))
    return 0


async def _run(portal: "Portal") -> None:
    task = asyncio.current_task()
    assert task  # noqa: S101  # asyncio.run made it
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    try:
        print(await portal.open(), flush=True)
        await portal.watch()
    finally:
        await portal.close()


class Portal:
    """Its processes: `open` starts them, `watch` lasts until one of them ends, `close` ends them."""

    def __init__(self, place: Path, arguments: argparse.Namespace) -> None:
        self._place = place
        self._embedded = config.load(place).embedded
        self._chain = Program(
            "chain", ["chain", "dev", "--port", "0", "--data", str(place / "chain")], kept_back=serve.SECRETS
        )
        where = ["--listen", arguments.listen, "--port", str(arguments.port), "--proxy", arguments.proxy]
        self._pages = Program("portal serve", ["portal", "serve", *where], kept_back=serve.SECRETS)
        self._keystore: Path | None = arguments.keystore
        self._worker: Program | None = None

    async def open(self) -> str:
        """Start everything; the line that says where the pages are."""
        options, secrets = self._with_key()
        if self._embedded:
            rpc = (await self._chain.start()).split()[1]
            print(await command("portal", "setup", "--rpc", rpc, environment={}, kept_back=serve.SECRETS), flush=True)
            options += ["--rpc", rpc]
        ready = await self._pages.start()
        if secrets:
            self._worker = Program("portal work", ["portal", "work", *options], environment=secrets)
            await self._worker.start()
        else:
            print("no key is given, so nothing is done on the contract until `kindpakket portal work` runs", flush=True)
        return ready

    async def watch(self) -> None:
        """Keep the worker going. Raises Broken when something else ends."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(_lasts(self._pages))
                if self._embedded:
                    group.create_task(_lasts(self._chain))
                if self._worker:
                    group.create_task(_keep(self._worker))
        except* Broken as ended:
            raise Broken(str(ended.exceptions[0])) from None

    async def close(self) -> None:
        """End all that was started, those first that need the others."""
        for each in (self._worker, self._pages, self._chain):
            if each:
                await each.stop()

    def _with_key(self) -> tuple[list[str], dict[str, str]]:
        """The worker's options, and what its environment has besides; neither when nobody gave a key."""
        if self._embedded:
            return [], {desk.KEY_VARIABLE: to_hex(founding.accounts()[1].key)}
        given = {name: os.environ[name] for name in serve.SECRETS if name in os.environ}
        if self._keystore:
            password = given.get(desk.PASSWORD_VARIABLE) or desk.password()
            return ["--keystore", str(self._keystore.absolute())], {desk.PASSWORD_VARIABLE: password}
        return [], given if desk.KEY_VARIABLE in given else {}


async def _lasts(program: Program) -> None:
    """Raises Broken when it ends."""
    status = await program.wait()
    raise Broken(f"{program.name} ended with status {status}, so all of the portal ends; {program.last_word()}")


async def _keep(worker: Program) -> None:
    """Start it again whenever it ends. Raises Broken when it cannot be."""
    while True:
        status = await worker.wait()
        print(f"{worker.name} ended with status {status}, and is started again", file=sys.stderr, flush=True)
        await asyncio.sleep(_AGAIN_SECONDS)
        await worker.start()
        print(f"{worker.name} is ready again", flush=True)
