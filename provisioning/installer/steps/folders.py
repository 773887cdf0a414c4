"""The folders that last, and the links that lead to them."""

from pathlib import Path

from contracts.wire.errors import Broken
from provisioning.installer.host import Host
from provisioning.installer.record import Memory
from provisioning.installer.step import Step
from terminal.places import COMMAND, DATA, ETC, ETC_KEPT, INSTALL_RECORD, PROGRAM, PROGRAM_KEPT, STATE

_USER = "kindpakket"
_FOLDERS = {
    DATA: ("root", "root", "755"),
    STATE: (_USER, _USER, "700"),
    ETC_KEPT: ("root", _USER, "770"),
    PROGRAM_KEPT: ("root", "root", "755"),
}
"""Whose each is, and what others may. Learning the devices rewrites the configuration: the folder is the group's."""

_LINKS = {
    ETC: ETC_KEPT,
    PROGRAM: PROGRAM_KEPT,
    COMMAND: PROGRAM / "current/bin/kindpakket",
}
_OTHERWISE = f"Look at {DATA}, then run the same again"


def _is_done(host: Host) -> bool:
    owned = all(host.owner(path) == ":".join(owner) for path, owner in _FOLDERS.items())
    return owned and all(host.leads_to(path) == to for path, to in _LINKS.items())


def _do(host: Host, memory: Memory) -> None:
    for path in _LINKS:
        _require_free(host, path)
    for path, (user, group, mode) in _FOLDERS.items():
        host.at(path).mkdir(parents=True, exist_ok=True)
        host.run("chown", f"{user}:{group}", str(host.at(path)), otherwise=_OTHERWISE)
        host.run("chmod", mode, str(host.at(path)), otherwise=_OTHERWISE)
    for path, to in _LINKS.items():
        memory.keep(str(path), True)
        host.link(path, to)


def _require_free(host: Host, path: Path) -> None:
    """Raise Broken when something stands there that is not ours. An empty folder is nobody's."""
    host.remove_if_empty(path)
    found = host.leads_to(path)
    if host.at(path).exists() and found is None:
        raise Broken(f"{path} is something else's, perhaps a gateway's: a terminal needs a machine of its own")


def _undo(host: Host, memory: Memory) -> None:
    """All goes but the journal; the record goes last, when the whole is undone."""
    for path in (Path(key) for key in memory.all()):
        if host.leads_to(path) is not None:
            host.remove(path)
    for path in (ETC_KEPT, PROGRAM_KEPT):
        host.remove(path)
    keep_only_the_journal(host)


def keep_only_the_journal(host: Host) -> None:
    """Remove what stands beside the journal, a key that was not sealed before all."""
    kept = {INSTALL_RECORD, STATE}
    for folder, stays in ((STATE, lambda path: path.name.startswith("journal.")), (DATA, lambda path: path in kept)):
        for name in sorted(path.name for path in host.at(folder).iterdir()) if host.at(folder).is_dir() else ():
            if not stays(folder / name):
                host.remove(folder / name)
        if folder == STATE:
            host.remove_if_empty(STATE)


FOLDERS = Step("folders", f"make the folders below {DATA}, and the links that lead there", _is_done, _do, _undo)
