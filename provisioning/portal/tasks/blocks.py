"""Which of the chain's blocks somebody who follows the contract reads next."""

from provisioning.town import Town

_AT_ONCE = 50_000
"""So many in one round, so that a task never waits for long."""


def start(town: Town) -> int:
    """The block up to which there is nothing to read."""
    return town.deployment.block - 1


def ahead(town: Town, read: int) -> range:
    """The final blocks after `read`, as many as one round takes; empty when there is none yet."""
    return range(read + 1, min(town.chain.block_number("finalized"), read + _AT_ONCE) + 1)
