"""Debian's security updates, by themselves."""

from pathlib import Path

from provisioning.installer import bundle, files
from provisioning.installer.host import Host
from provisioning.installer.record import Memory
from provisioning.installer.step import Step

_SETTINGS = Path("/etc/apt/apt.conf.d/52kindpakket")
_TEXT = """\
// Security updates, whenever `kindpakket provision terminal upgrade` finds that they are due.
APT::Periodic::Update-Package-Lists "1";
APT::Periodic::Unattended-Upgrade "1";
// The kernel and the firmware of a Raspberry Pi are its maker's. Debian's own security archive stands in the defaults.
Unattended-Upgrade::Origins-Pattern { "origin=Raspberry Pi Foundation,codename=${distro_codename}"; };
Unattended-Upgrade::Automatic-Reboot "false";
Unattended-Upgrade::Remove-Unused-Kernel-Packages "true";
"""
_TIMER = "apt-daily-upgrade.timer"
_OTHERWISE = f"Read `systemctl status {_TIMER}`, then run the same again"


def _texts() -> dict[Path, str]:
    return {_SETTINGS: _TEXT, **bundle.apt_units()}


def _do(host: Host, memory: Memory) -> None:
    files.put(host, memory, _texts())
    _reread(host)


def _undo(host: Host, memory: Memory) -> None:
    files.take_back(host, memory)
    _reread(host)


def _reread(host: Host) -> None:
    if host.booted:
        host.run("systemctl", "daemon-reload", otherwise=_OTHERWISE)
        host.run("systemctl", "restart", _TIMER, otherwise=_OTHERWISE)


UPGRADES = Step(
    "upgrades",
    "install security updates at night, and start again only when nothing waits",
    lambda host: files.stand(host, _texts()),
    _do,
    _undo,
)
