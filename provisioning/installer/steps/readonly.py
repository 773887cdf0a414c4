"""The root as an overlay in memory: no power cut can spoil it, and the card is written for the journal alone."""

from pathlib import Path

from contracts.wire.errors import Broken
from provisioning.installer import disks, files
from provisioning.installer.host import Host
from provisioning.installer.record import Memory
from provisioning.installer.step import Step
from terminal.places import DATA

_SETTINGS = Path("/etc/overlayroot.local.conf")
# Without recurse=0 the data partition would get an overlay too, and forget the journal.
_TEXT = 'overlayroot="tmpfs:recurse=0"\n'
_FIRMWARE = Path("/boot/firmware/config.txt")
_LOADED = "auto_initramfs=1"
_LOADS = f"\n[all]\n{_LOADED}\n"
_DUE = Path("/run/kindpakket-restart-due")
"""Since this start it is set so, and in use from the next one on."""

_SWAP = "dphys-swapfile.service"
_HOOK = Path("/usr/share/initramfs-tools/scripts/init-bottom/overlayroot")


def _is_done(host: Host) -> bool:
    loaded = host.read(_FIRMWARE) is None or files.has_line(host, _FIRMWARE, _LOADED)
    return host.read(_SETTINGS) == _TEXT and loaded


def _do(host: Host, memory: Memory) -> None:
    if not disks.is_mounted(host):
        raise Broken(f"{DATA} is no partition of its own, and a read-only root would forget it: run the same again")
    if not host.at(_HOOK).exists() or not any(host.at(Path("/boot")).rglob("initr*")):
        raise Broken("this system starts without an initial file system: `update-initramfs -c -k all` makes one")
    firmware = host.read(_FIRMWARE)
    if firmware is not None and not files.has_line(host, _FIRMWARE, _LOADED):
        memory.keep("loads", True)
        host.write(_FIRMWARE, f"{firmware.rstrip()}\n{_LOADS}")
    if host.ask("systemctl", "is-enabled", _SWAP).said.strip() == "enabled":
        memory.keep("swap", True)
        host.run("systemctl", "disable", _SWAP, otherwise="A swap file in an overlay would fill the memory")
    files.put(host, memory, {_SETTINGS: _TEXT})
    host.write(_DUE, "")


def _undo(host: Host, memory: Memory) -> None:
    files.take_back(host, memory)
    firmware = host.read(_FIRMWARE)
    if firmware is not None and memory.recall("loads"):
        host.write(_FIRMWARE, firmware.replace(_LOADS, "", 1))  # its owner may have added to it since
    host.remove(_DUE)
    if memory.recall("swap"):
        host.run("systemctl", "enable", _SWAP, otherwise="It makes the swap file that this system came with")


def advice(host: Host) -> str | None:
    """What a person has to do until it is in use; None when it is, or is not meant to be."""
    if not _is_done(host) or disks.is_read_only(host):
        return None
    if host.at(_DUE).exists():
        return "Restart it now (`sudo reboot`): from then on the root forgets what is written to it."
    return (
        "The root is written to, although it is set to forget: `sudo update-initramfs -u`, then restart; if that does "
        "not help, tell your supplier what `sudo dmesg | grep overlayroot` says"
    )


def require_writable(host: Host) -> None:
    """Raise Broken where the root is an overlay, after the next start was made one without it."""
    if not disks.is_read_only(host):
        return
    if "overlayroot=" in (host.read(Path("/proc/cmdline")) or ""):
        raise Broken("the root is read-only by another's setting: turn it off in `raspi-config`, and restart first")
    words = ("overlayroot-chroot", "rm", "--force", str(_SETTINGS))
    host.run(*words, otherwise="Where the root is an overlay for ever, as on a live system, no terminal can be made")
    raise Broken(
        "the root is read-only, and forgets what is changed: restart now (`sudo reboot`) and run the same again"
    )


READ_ONLY = Step("read-only", "let the root forget at each start what is written to it", _is_done, _do, _undo)
