"""What the journal on this machine still has to bring to the contract."""

from pathlib import Path

from provisioning.installer.host import Host
from terminal.ending import Ending
from terminal.places import ETC_KEPT, JOURNAL, STATE
from terminal.store.reading import Reader


def count(host: Host) -> int:
    """How many entries are not settled yet, as far as this machine knows. Raises Broken when the journal is damaged."""
    path = host.at(STATE / JOURNAL)
    if not path.exists():
        return 0
    with Reader.open(path) as reader:
        return reader.unsettled


def ending(host: Host) -> Ending:
    """The end of this machine's terminal: what must hold before, and how its key goes."""
    return Ending.of(host.at(ETC_KEPT / "terminal.toml"), host.at(STATE))


def require_none(host: Host, exported: Path | None) -> None:
    """Raise Broken while entries wait, unless an export that stays holds them all."""
    ending(host).require_nothing_lost(exported)
