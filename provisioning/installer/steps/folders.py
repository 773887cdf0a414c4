"""The folders that last, and the links that lead to them."""

from pathlib import Path

from contracts.wire.errors import Broken
from provisioning.installer import waiting
from provisioning.installer.host import Host
from provisioning.installer.record import Memory
from provisioning.installer.step import Step
from terminal.places import DATA, ETC, ETC_KEPT, MIRROR, STATE

_USER = "kindpakket"
_FOLDERS = {
    DATA: ("root", "root", "755"),
    STATE: (_USER, _USER, "700"),
    ETC_KEPT: ("root", _USER, "770"),
}
"""Whose each is, and what others may. Learning the devices rewrites the configuration: the folder is the group's."""

_STAMP = "upgraded"
"""Beside them, from the security updates."""

_OTHERWISE = f"Look at {DATA}, then run the same again"


def _is_done(host: Host) -> bool:
    owned = all(host.owner(path) == ":".join(owner) for path, owner in _FOLDERS.items())
    return owned and host.leads_to(ETC) == ETC_KEPT


def _do(host: Host, memory: Memory) -> None:
    del memory  # all below these is ours
    require_free(host, ETC)
    for path, (user, group, mode) in _FOLDERS.items():
        host.make_folder(path)
        host.run("chown", f"{user}:{group}", str(host.at(path)), otherwise=_OTHERWISE)
        host.run("chmod", mode, str(host.at(path)), otherwise=_OTHERWISE)
    host.link(ETC, ETC_KEPT)


def require_free(host: Host, path: Path) -> None:
    """Raise Broken when something stands there that is not ours. An empty folder is nobody's."""
    host.remove_if_empty(path)
    if host.at(path).exists() and host.leads_to(path) is None:
        raise Broken(f"{path} is something else's, perhaps a gateway's: a terminal needs a machine of its own")


def _undo(host: Host, memory: Memory) -> None:
    """All of ours goes but the journal, by whatever name; a key that was not sealed before all."""
    del memory
    if host.leads_to(ETC) == ETC_KEPT:
        host.remove(ETC)
    waiting.ending(host).destroy_key()
    for name in host.names(STATE):
        if not name.startswith("journal.") and ".sqlite" not in name:
            host.remove(STATE / name)
    for path in (ETC_KEPT, DATA / _STAMP):
        host.remove(path)
    for path in (STATE, MIRROR, MIRROR.parent):  # a stick that is mounted still is not emptied
        host.remove_if_empty(path)


FOLDERS = Step("folders", f"make the folders of the terminal below {DATA}", _is_done, _do, _undo)
