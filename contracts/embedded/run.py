"""`kindpakket chain dev`: the embedded chain as a process of its own."""

import argparse
import asyncio
import sys
from pathlib import Path

_EXAMPLE = """example:
  kindpakket chain dev --port 8545 --data ./chain

Without --data the chain lives in memory and is gone afterwards. Accounts hold money as on Hardhat's and anvil's
nodes, from the mnemonic "test test test test test test test test test test test junk". Never use it for real money.
"""


def main(argv: list[str]) -> int:
    """Run the chain until it is stopped."""
    parser = argparse.ArgumentParser(
        prog="kindpakket chain dev",
        description="A development chain on loopback that needs no node.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--port", type=_port, default=8545, help="the port on 127.0.0.1; 0 takes a free one")
    parser.add_argument("--data", type=Path, metavar="DIR", help="the folder in which the chain is kept")
    parser.add_argument("--block-seconds", type=_seconds, default=2.0, help="time between empty blocks (default 2)")
    arguments = parser.parse_args(argv)
    return _run(arguments.port, arguments.data, arguments.block_seconds)


def _run(port: int, data: Path | None, block_seconds: float) -> int:
    from contracts.embedded import server  # noqa: PLC0415 -- py-evm takes a second to load, and --help needs none of it

    listener = server.listen(port)
    chain = server.EmbeddedChain(data, block_seconds)
    try:
        asyncio.run(server.serve(listener, chain, _say_ready))
    except KeyboardInterrupt:
        return 0  # how a person stops it
    return 0


def _say_ready(url: str) -> None:
    sys.stdout.write(f"ready {url}\n")
    sys.stdout.flush()


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65_535:
        raise argparse.ArgumentTypeError("a port is 0 to 65535")
    return port


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0.05 <= seconds <= 3600:
        raise argparse.ArgumentTypeError("0.05 to 3600 seconds")
    return seconds
