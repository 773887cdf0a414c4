"""Whose releases this terminal takes: whoever made the one that it was installed from."""

from contracts.wire.errors import Broken
from provisioning.installer.host import Host
from provisioning.installer.record import Memory
from provisioning.installer.step import Step
from terminal.places import ETC_KEPT, PROGRAM_KEPT, RELEASE_KEY

_CURRENT = PROGRAM_KEPT / "current"
_KEY = ETC_KEPT / RELEASE_KEY.name


def _is_done(host: Host) -> bool:
    return host.read(_KEY) is not None


def _do(host: Host, memory: Memory) -> None:
    del memory  # the folder goes as a whole
    key = host.read(_CURRENT / "release" / RELEASE_KEY.name)
    if key is None:
        raise Broken("no release stands here: install by `sudo python3 kindpakket-VERSION.pyz`")
    host.write(_KEY, key)


def _undo(host: Host, memory: Memory) -> None:
    del memory
    host.remove(_KEY)


RELEASES = Step("releases", "take updates from the maker of this release, and from nobody else", _is_done, _do, _undo)
