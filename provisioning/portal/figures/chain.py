"""What the worker does for the figures: read on, and sum up what changed."""

import time

from contracts.gateway.chain.endpoints import Endpoints
from contracts.gateway.chain.node import Node
from provisioning.portal.figures import reading, summing, waiting
from provisioning.portal.tasks.handlers import every
from provisioning.town import Town

_EVERY_SECONDS = 10
_LOOK_SECONDS = 60
_READ_SECONDS = 2
"""So long it reads at a time; somebody may wait for a task."""
_REST = 20
"""So many times as long as summing took there is no other: a large town's figures may be a few minutes old."""


class _Rest:
    """Until when nothing is summed."""

    until = 0.0


def refresh(town: Town) -> None:
    """Read what is new in final blocks, and sum up once all was read. Raises TryAgain when the node does not answer."""
    node = Node(Endpoints([town.chain.rpc_url], town.deployment))
    begun = time.monotonic()
    while reading.step(node, town.deployment):
        if time.monotonic() - begun > _READ_SECONDS:
            return
    begun = time.monotonic()
    if begun >= _Rest.until:
        summing.sum_up()
        _Rest.until = time.monotonic() + _REST * (time.monotonic() - begun)


def look(_town: Town) -> None:
    """Ask the gateway what is on its way."""
    waiting.look()


every(_EVERY_SECONDS, refresh)
every(_LOOK_SECONDS, look)
