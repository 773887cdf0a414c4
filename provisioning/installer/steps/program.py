"""The program: its lasting place, the names that lead there, and whose releases may follow it."""

from contracts.wire.errors import Broken
from provisioning.installer.host import Host
from provisioning.installer.record import Memory
from provisioning.installer.step import Step
from provisioning.installer.steps.folders import require_free
from terminal.places import COMMAND, DATA, ETC_KEPT, PROGRAM, PROGRAM_KEPT, RELEASE_KEY
from terminal.release import fingerprint

_CURRENT = PROGRAM_KEPT / "current"
_LINKS = {PROGRAM: PROGRAM_KEPT, COMMAND: PROGRAM / "current/bin/kindpakket"}
_GONE = DATA / ".program.gone"
_KEY = ETC_KEPT / RELEASE_KEY.name


def _is_linked(host: Host) -> bool:
    return all(host.leads_to(path) == to for path, to in _LINKS.items())


def _link(host: Host, memory: Memory) -> None:
    del memory  # the links and where they lead are ours
    if not host.at(_CURRENT).exists():
        raise Broken("no release stands here: install by `sudo python3 kindpakket-VERSION.pyz`")
    for path, to in _LINKS.items():
        require_free(host, path)
        host.link(path, to)


def _remove(host: Host, memory: Memory) -> None:
    """The program that runs here goes under another name first: half of it must never be taken for the whole."""
    del memory
    for path, to in _LINKS.items():
        if host.leads_to(path) == to:
            host.remove(path)
    host.remove(_GONE)
    if host.at(PROGRAM_KEPT).is_dir():
        host.rename(PROGRAM_KEPT, _GONE)
    host.remove(_GONE)


def _believe(host: Host, memory: Memory) -> None:
    del memory
    key = host.read(_CURRENT / "release" / RELEASE_KEY.name)
    if key is None:
        raise Broken("this release names no maker: install by `sudo python3 kindpakket-VERSION.pyz`")
    fingerprint(key.encode())  # raises Broken for what is no key
    host.write(_KEY, key, mode=0o644)


def _forget(host: Host, memory: Memory) -> None:
    del memory
    host.remove(_KEY)


PROGRAMS = Step("program", "let the command `kindpakket` lead to the release", _is_linked, _link, _remove)
RELEASES = Step(
    "releases",
    "take updates from the maker of this release, and from nobody else",
    lambda host: host.read(_KEY) is not None,
    _believe,
    _forget,
)
