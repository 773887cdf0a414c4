"""The clock, from the network: a Raspberry Pi has none of its own."""

from provisioning.installer.host import Host
from provisioning.installer.record import Memory
from provisioning.installer.step import Step

_SERVICE = "systemd-timesyncd.service"
_OTHERWISE = f"Read `systemctl status {_SERVICE}`; another time service in its place is as good: start that one"
_OTHERS = ("chrony.service", "ntpsec.service", "ntp.service")


def _keeps(host: Host, unit: str) -> bool:
    return host.ask("systemctl", "is-enabled", unit).said.strip() == "enabled"


def _is_done(host: Host) -> bool:
    return any(_keeps(host, unit) for unit in (_SERVICE, *_OTHERS))


def _do(host: Host, memory: Memory) -> None:
    memory.keep("enabled", False)
    host.run("systemctl", "enable", _SERVICE, otherwise=_OTHERWISE)
    if host.booted:
        host.run("systemctl", "start", _SERVICE, otherwise=_OTHERWISE)


def _undo(host: Host, memory: Memory) -> None:
    if memory.recall("enabled") is False and _keeps(host, _SERVICE):
        host.run("systemctl", "disable", _SERVICE, otherwise=_OTHERWISE)


CLOCK = Step("clock", "set the clock by the network", _is_done, _do, _undo)
