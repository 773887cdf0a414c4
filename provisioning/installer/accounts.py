"""Users and groups of the machine."""

from collections.abc import Iterable
from pathlib import Path

from provisioning.installer.host import Host


def known(host: Host, file: str) -> dict[str, list[str]]:
    """The lines of /etc/passwd or /etc/group, in fields, by name."""
    lines = (line.split(":") for line in (host.read(Path("/etc") / file) or "").splitlines())
    return {line[0]: line for line in lines}


def remove(host: Host, users: Iterable[str], groups: Iterable[str]) -> None:
    """Those of them that are still there. A user takes the group of the same name along."""
    for name in users:
        if name in known(host, "passwd"):
            host.run("userdel", name, otherwise="Stop what still runs as that user, then run the same again")
    for name in groups:
        if name in known(host, "group"):
            host.run("groupdel", name, otherwise="Look at /etc/group, then run the same again")
