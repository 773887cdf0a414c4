"""What Debian has and a terminal needs, beside what every system has."""

from collections.abc import Sequence
from functools import partial

from contracts.wire.errors import Broken
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
    """Each set of packages has its own notes: a second installation may want more, after somebody installed his own."""
    name = " ".join(wanted)
    memory.keep(f"before {name}", {kind: sorted(names) for kind, names in _there(host).items()})
    _settle(host)
    if lacking := _lacking(host, wanted):
        host.run(*_APT, "update", otherwise=_OTHERWISE)
        host.run(*_APT, *_KEEP, "install", *lacking, otherwise=_OTHERWISE)
        host.run(*_APT, "clean", otherwise=_OTHERWISE)
    memory.keep(f"added {name}", _added(host, memory, name))


def _settle(host: Host) -> None:
    """Wait for whoever installs now, perhaps for an installer that was killed, and finish what was left half done."""
    host.ask(*_APT, "install")  # it waits for the lock, which dpkg does not; it may complain of what comes next
    host.run("dpkg", "--configure", "--pending", otherwise="Repair what it names, then run the same again")


def _added(host: Host, memory: Memory, name: str) -> dict[str, list[str]]:
    before = memory.recall(f"before {name}")
    return {kind: sorted(names - set(before[kind])) for kind, names in _there(host).items()}


def _undo(host: Host, memory: Memory) -> None:
    """What came with the installation, and not what was installed later by somebody else."""
    names = [key.removeprefix("before ") for key in memory.all() if key.startswith("before ")]
    added = [memory.recall(f"added {name}") or _added(host, memory, name) for name in names]
    there = _installed(host)
    if ours := [package for each in added for package in each["packages"] if package in there]:
        _settle(host)
        _require_unneeded(host, ours)
        host.run(*_APT, "purge", *ours, otherwise="Remove those packages by hand, then run the same again")
    for each in added:
        accounts.remove(host, each["users"], each["groups"])


def _require_unneeded(host: Host, ours: Sequence[str]) -> None:
    """Raise Broken where what somebody installed later needs one of these: apt would take it along, unasked."""
    said = host.run(
        *_APT, "--simulate", "purge", *ours, otherwise="Remove those packages by hand, then run the same again"
    )
    gone = {line.split()[1] for line in said.splitlines() if line.startswith(("Purg ", "Remv "))}
    if theirs := sorted(gone - set(ours)):
        raise Broken(
            f"{', '.join(theirs)} came later and would go too: `apt purge` what you can miss of it, then again"
        )


def packages(wanted: Sequence[str]) -> Step:
    """The step that installs these, and something that sets the clock."""
    return Step(
        "packages",
        f"install from Debian what is not there yet of {', '.join(wanted)} and a time service",
        lambda host: not _lacking(host, wanted),
        partial(_do, wanted),
        _undo,
    )
