"""`kindpakket provision terminal upgrade`: Debian's security updates, in the root that lasts, when they are due.

Debian's own service runs it (systemd/apt-daily-upgrade.service.d). Below a read-only root an upgrade is made in the
lower root, and is in use after the next start: the power cut in the evening, or the restart that this makes at night.
"""

import argparse
import hashlib
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from provisioning.installer import disks, machine, waiting
from provisioning.installer.disks import LOWER
from provisioning.installer.host import Host
from terminal import commands
from terminal.places import DATA

_STAMP = DATA / "upgraded"
"""Its time of change is when the machine was last brought up to date."""

_STATUS = Path("/var/lib/dpkg/status")
_REQUIRED = Path("/run/reboot-required")
_NIGHT = range(1, 6)
_OVERDUE_S = 7 * 24 * 3600
_SHOWN = (Path("/dev"), Path("/boot/firmware"), Path("/etc/resolv.conf"))
"""What overlayroot-chroot leaves out, and apt or a new kernel needs."""

_OTHERWISE = "It is tried again; `journalctl -u apt-daily-upgrade` says more"


def main(argv: list[str]) -> int:
    """Exit 0 when the machine is up to date or nothing was due, 1 when it could not be brought there and why."""
    parser = argparse.ArgumentParser(
        prog="kindpakket provision terminal upgrade",
        description="Bring the system's security updates in, and restart at night when they need it and nothing waits.",
        epilog="example: sudo kindpakket provision terminal upgrade --now",
    )
    parser.add_argument("--now", action="store_true", help="also by day, and although it was done this week")
    arguments = parser.parse_args(argv)
    return commands.run(lambda: run(Host(), time.time(), now=arguments.now))


def run(host: Host, at: float, *, now: bool) -> int:
    """Upgrade if it is due at this time (seconds since 1970)."""
    machine.require_root()
    night = time.localtime(at).tm_hour in _NIGHT
    if not (now or night or at - _done_at(host) > _OVERDUE_S):
        _say("not due: it is day, and the last time was this week")
        return 0
    changed = _upgrade(host)
    host.write(_STAMP, "")
    _say("packages were upgraded" if changed else "nothing to upgrade")
    if changed and disks.is_read_only(host):
        host.write(_REQUIRED, "*** System restart required ***\n")
    if night and host.at(_REQUIRED).exists():
        _restart(host)
    return 0


def _restart(host: Host) -> None:
    if count := waiting.count(host):
        _say(f"it needs a restart, which waits: {count} entries are not settled yet")
    else:
        host.run("systemctl", "reboot", otherwise="Restart it by hand: what was upgraded is in use after that")


def _done_at(host: Host) -> float:
    place = host.at(_STAMP)
    return place.stat().st_mtime if place.exists() else 0.0


def _upgrade(host: Host) -> bool:
    """Bring it up to date; whether anything changed. Raises Broken."""
    lower = disks.is_read_only(host)
    status = LOWER / _STATUS.relative_to("/") if lower else _STATUS
    into = ("overlayroot-chroot",) if lower else ()
    before = _digest(host, status)
    with _shown(host) if lower else _nothing():
        host.run(*into, "dpkg", "--configure", "--pending", otherwise=_OTHERWISE)
        host.run(*into, "apt-get", "--quiet=2", "update", otherwise=_OTHERWISE)
        host.run(*into, "unattended-upgrade", otherwise=_OTHERWISE)
        host.run(*into, "apt-get", "clean", otherwise=_OTHERWISE)
    return _digest(host, status) != before


def _digest(host: Host, path: Path) -> str:
    return hashlib.sha256((host.read(path) or "").encode()).hexdigest()


@contextmanager
def _nothing() -> Iterator[None]:
    yield


@contextmanager
def _shown(host: Host) -> Iterator[None]:
    """The lower root, with what it lacks when it is not the root."""
    bound: list[str] = []
    try:
        for path in _SHOWN:
            inside = LOWER / path.relative_to("/")
            if host.at(path).exists() and host.at(inside).exists() and not host.at(inside).is_symlink():
                host.run("mount", "--bind", str(path), str(inside), otherwise=_OTHERWISE)
                bound.append(str(inside))
        yield
    finally:
        for inside_again in reversed(bound):
            host.ask("umount", inside_again)


def _say(sentence: str) -> None:
    sys.stdout.write(sentence + "\n")
