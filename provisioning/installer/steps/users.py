"""The users that the services run as, none of which can log in."""

from pathlib import Path

from provisioning.installer import accounts, bundle, files
from provisioning.installer.accounts import known
from provisioning.installer.host import Host
from provisioning.installer.record import Memory
from provisioning.installer.step import Step
from terminal.places import STATE

_OTHERWISE = "Look at /etc/sysusers.d/kindpakket.conf and /etc/passwd, then run the same again"


def _texts() -> dict[Path, str]:
    return bundle.settings("sysusers.d")


def _lines() -> list[list[str]]:
    """The lines of sysusers.d(5), in words."""
    lines = [line.split() for text in _texts().values() for line in text.splitlines()]
    return [line for line in lines if line and line[0] in {"u", "u!", "g", "m"}]


def _names(kinds: set[str]) -> list[str]:
    return [line[1] for line in _lines() if line[0] in kinds]


def _is_done(host: Host) -> bool:
    users, groups = known(host, "passwd"), known(host, "group")
    present = users.keys() >= set(_names({"u", "u!"})) and groups.keys() >= set(_names({"g"}))
    members = all(line[1] in groups.get(line[2], [""])[-1].split(",") for line in _lines() if line[0] == "m")
    return files.stand(host, _texts()) and present and members


def _do(host: Host, memory: Memory) -> None:
    users, groups = set(_names({"u", "u!"})), set(_names({"u", "u!", "g"}))
    memory.keep("users", sorted(users - known(host, "passwd").keys()))
    memory.keep("groups", sorted(groups - known(host, "group").keys()))
    files.put(host, memory, _texts())
    for path in _texts():
        host.run("systemd-sysusers", str(path), otherwise=_OTHERWISE)


def _undo(host: Host, memory: Memory) -> None:
    """The journal that stays is root's from now on: a number that nobody has would be the next one's."""
    if host.at(STATE).is_dir():
        host.run("chown", "-R", "root:root", str(STATE), otherwise="Give that folder to root, then run the same again")
    accounts.remove(host, memory.recall("users") or (), memory.recall("groups") or ())
    files.take_back(host, memory)


USERS = Step("users", "make the users that the services run as", _is_done, _do, _undo)
