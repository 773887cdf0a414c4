"""What Debian has and a terminal needs, beside what every system has."""

from collections.abc import Sequence
from functools import partial

from provisioning.installer import accounts
from provisioning.installer.host import Host
from provisioning.installer.record import Memory
from provisioning.installer.step import Step

ALWAYS = ("nftables", "unattended-upgrades")
# overlayroot runs grep in the initial file system, and does not ask for what brings it there.
OVERLAY = ("overlayroot", "busybox")
_CLOCKS = ("systemd-timesyncd", "chrony", "ntpsec")
"""Any of them sets the clock; the first is installed where there is none."""

_APT = ("apt-get", "--yes", "--quiet=2", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=600")
_KEEP = ("-o", "Dpkg::Options::=--force-confdef", "-o", "Dpkg::Options::=--force-confold")
_OTHERWISE = (
    "Connect this machine to the internet by a cable, and see that its clock is right (`date`); then run the same again"
)


def _installed(host: Host) -> set[str]:
    words = ("dpkg-query", "--show", "--showformat", "${Package} ${db:Status-Status}\n")
    said = host.run(*words, otherwise="This is no Debian, or its list of packages is damaged")
    return {line.split()[0] for line in said.splitlines() if line.endswith(" installed")}


def _lacking(host: Host, wanted: Sequence[str]) -> list[str]:
    there = _installed(host)
    clock = () if there & set(_CLOCKS) else _CLOCKS[:1]
    return [name for name in (*wanted, *clock) if name not in there]


def _there(host: Host) -> dict[str, set[str]]:
    """What packages bring along: themselves, users, groups."""
    return {
        "packages": _installed(host),
        "users": set(accounts.known(host, "passwd")),
        "groups": set(accounts.known(host, "group")),
    }


def _do(wanted: Sequence[str], host: Host, memory: Memory) -> None:
    memory.keep("before", {kind: sorted(names) for kind, names in _there(host).items()})
    _settle(host)
    if lacking := _lacking(host, wanted):
        host.run(*_APT, "update", otherwise=_OTHERWISE)
        host.run(*_APT, *_KEEP, "install", *lacking, otherwise=_OTHERWISE)
        host.run(*_APT, "clean", otherwise=_OTHERWISE)
    memory.keep("added", _added(host, memory))


def _settle(host: Host) -> None:
    """Wait for whoever installs now, perhaps for an installer that was killed, and finish what was left half done."""
    host.ask(*_APT, "install")  # it waits for the lock, which dpkg does not; it may complain of what comes next
    host.run("dpkg", "--configure", "--pending", otherwise="Repair what it names, then run the same again")


def _added(host: Host, memory: Memory) -> dict[str, list[str]]:
    before = memory.recall("before") or {}
    return {kind: sorted(names - set(before.get(kind, names))) for kind, names in _there(host).items()}


def _undo(host: Host, memory: Memory) -> None:
    """What came with the installation, and not what was installed later by somebody else."""
    added = memory.recall("added") or _added(host, memory)
    if ours := [name for name in added["packages"] if name in _installed(host)]:
        _settle(host)
        host.run(*_APT, "purge", *ours, otherwise="Remove those packages by hand, then run the same again")
    accounts.remove(host, added["users"], added["groups"])


def packages(wanted: Sequence[str]) -> Step:
    """The step that installs these, and something that sets the clock."""
    return Step(
        "packages",
        f"install from Debian what is not there yet of {', '.join(wanted)} and a time service",
        lambda host: not _lacking(host, wanted),
        partial(_do, wanted),
        _undo,
    )
