"""The services: in place, and started with the machine."""

from pathlib import Path

from provisioning.installer import bundle, files
from provisioning.installer.host import Host
from provisioning.installer.record import Memory
from provisioning.installer.step import Step

TARGET = "kindpakket.target"
_OTHERWISE = "Read `systemctl status kindpakket.target`, then run the same again"


def _texts() -> dict[Path, str]:
    return {**bundle.units(), **bundle.settings("tmpfiles.d")}


def _wanted() -> list[str]:
    """The units that say themselves where they are wanted."""
    return [path.name for path, text in bundle.units().items() if "\n[Install]\n" in text and "@." not in path.name]


def _enabled(host: Host, unit: str) -> bool:
    return host.ask("systemctl", "is-enabled", unit).said.strip() == "enabled"


def _is_done(host: Host) -> bool:
    return files.stand(host, _texts()) and all(_enabled(host, unit) for unit in _wanted())


def _do(host: Host, memory: Memory) -> None:
    memory.keep("enabled", _wanted())
    files.put(host, memory, _texts())
    for path in bundle.settings("tmpfiles.d"):
        host.run("systemd-tmpfiles", "--create", str(path), otherwise=_OTHERWISE)
    if host.booted:
        host.run("systemctl", "daemon-reload", otherwise=_OTHERWISE)
    host.run("systemctl", "enable", *_wanted(), otherwise=_OTHERWISE)


def _undo(host: Host, memory: Memory) -> None:
    ours = [unit for unit in memory.recall("enabled") or () if host.read(bundle.UNITS_PLACE / unit) is not None]
    if ours and host.booted:
        host.run("systemctl", "stop", "kindpakket*", *ours, otherwise=_OTHERWISE)
    if ours:
        host.run("systemctl", "disable", *ours, otherwise=_OTHERWISE)
    files.take_back(host, memory)
    if host.booted:
        host.run("systemctl", "daemon-reload", otherwise=_OTHERWISE)


UNITS = Step("units", "put the services in place, and let them start with the machine", _is_done, _do, _undo)
