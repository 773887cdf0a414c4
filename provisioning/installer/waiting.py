"""What the journal on this machine still has to bring to the contract."""

from contextlib import closing
from pathlib import Path

from contracts.wire.errors import Broken
from provisioning.installer.host import Host
from terminal import export
from terminal.places import STATE
from terminal.store.reading import Reader

_JOURNAL = STATE / "journal.sqlite"


def count(host: Host) -> int:
    """How many entries are not settled yet, as far as this machine knows. Raises Broken when the journal is damaged."""
    if not host.at(_JOURNAL).exists():
        return 0
    with closing(Reader.open(host.at(_JOURNAL))) as reader:
        return reader.unsettled


def require_none(host: Host, exported: Path | None) -> None:
    """Raise Broken while entries wait, unless this export holds them all."""
    waiting = count(host)
    if waiting and (exported is None or not _holds(exported, host)):
        raise Broken(
            f"{waiting} entries wait to be settled: leave the terminal connected until `kindpakket terminal doctor` "
            "finds none waiting; or take them away by `kindpakket terminal journal export`, and name that by --exported"
        )


def _holds(exported: Path, host: Host) -> bool:
    """Whether the export is sound, and goes as far as the journal. Raises Broken when it is no sound export."""
    found = export.read(exported)
    export.require_sound(found)
    with closing(Reader.open(host.at(_JOURNAL))) as reader:
        if (found.terminal, found.domain) != (reader.terminal, reader.domain):
            raise Broken(f"{exported} is another terminal's: name the export of this one's journal")
        return found.head == reader.head
