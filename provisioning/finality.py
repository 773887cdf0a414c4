"""When a transaction stays: its block is final, or has as many blocks behind it as somebody calls enough."""

import argparse
import time
from collections.abc import Callable

from contracts.chain import Chain, Sent
from provisioning import desk

CONFIRMATIONS_MAX = 10_000
TOLD_SECONDS = 10
"""A network that takes longer than this to make a block final keeps a customer waiting, and whoever deploys is told."""

_POLL_SECONDS = 1.0


def add_confirmations(to: argparse.ArgumentParser) -> None:
    """The option that says what is deep enough."""
    about = "count it as done with so many blocks, its own the first; default: when its block is final"
    to.add_argument("--confirmations", type=desk.option(_confirmations), metavar="N", help=about)


def _confirmations(text: str) -> int:
    return desk.whole(text, 1, CONFIRMATIONS_MAX)


def seconds(chain: Chain) -> int:
    """How far the newest final block is behind the newest one, by their own times: so long an ask waits, and longer."""
    final, newest = chain.block("finalized"), chain.block("latest")
    return max(0, newest.time - final.time)


def told(waits: int) -> str:
    """What the customers of a network that is final this late must know; nothing for a quick one."""
    if waits <= TOLD_SECONDS:
        return ""
    return (
        f"on this network a block is final about {waits} s after it was made: a sale that the contract must be asked "
        "for waits that long at the counter; payments within a terminal's limits do not"
    )


def wait(chain: Chain, look: Callable[[], Sent], confirmations: int | None = None) -> Sent:
    """Wait until the transaction that `look` finds is deep enough, and say how far it is.

    `look` is asked again each time, as a block may be undone. Raises what it raises.
    """
    said = ""
    while True:
        sent = look()
        missing = _missing(chain, sent, confirmations)
        if not missing:
            return sent
        if missing != said:
            desk.progress(missing)
            said = missing
        time.sleep(_POLL_SECONDS)


def wait_for_block(chain: Chain, number: int) -> int:
    """Wait until the block is final, and give the newest final one."""
    said = -1
    while (final := chain.block_number("finalized")) < number:
        if final != said:
            desk.progress(_behind(number, final))
            said = final
        time.sleep(_POLL_SECONDS)
    return final


def _missing(chain: Chain, sent: Sent, confirmations: int | None) -> str:
    """What is still waited for, in words; nothing when it is deep enough."""
    if confirmations is None:
        final = chain.block_number("finalized")
        return "" if final >= sent.block else _behind(sent.block, final)
    deep = chain.block_number("latest") - sent.block + 1
    return "" if deep >= confirmations else f"block {sent.block} has {deep} of {confirmations} confirmations"


def _behind(number: int, final: int) -> str:
    return f"block {number} is not final yet; the newest final one is {final}"
