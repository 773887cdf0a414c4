"""To what the key is sealed, which its file says to root alone: so doctor tells it, and the daemon does not look."""

from contracts.wire.errors import Broken
from terminal import places
from terminal.care.root import Root
from terminal.config import Config
from terminal.finding import Check, Grade
from terminal.keys import RISK
from terminal.signer import sealing


def check(settings: Config, root: Root) -> Check:
    """What is left to fear for the key. A plain file is warned of on a shop's terminal alone."""
    if settings.key_file != places.UNSEALED_KEY:
        return _check(None, plain_is_well=settings.simulators)
    try:
        to = sealing.sealed_to(root.path / places.SEALED_KEY.relative_to("/"))
    except Broken as broken:
        return Check("sealing", Grade.WARN, "cannot be seen", str(broken))
    return _check(to, plain_is_well=False)


def _check(to: sealing.Sealed | None, *, plain_is_well: bool) -> Check:
    """On a machine without a chip the disk's secret is the best that there is, and no reason for a warning."""
    finding, _, advice = RISK[to].partition("; ")
    if to is not None or plain_is_well:
        return Check("sealing", Grade.OK, finding)
    return Check("sealing", Grade.WARN, finding, advice)
