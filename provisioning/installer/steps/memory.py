"""What a Raspberry Pi's kernel leaves off: without it no service is held to its share of the memory."""

from pathlib import Path

from provisioning.installer.host import Host
from provisioning.installer.record import Memory
from provisioning.installer.step import Step

_KERNEL = Path("/boot/firmware/cmdline.txt")
_WORD = "cgroup_enable=memory"


def _is_done(host: Host) -> bool:
    text = host.read(_KERNEL)
    return text is None or _WORD in text.partition("\n")[0].split()


def _do(host: Host, memory: Memory) -> None:
    """At the end of the first line: what stands on a second is not read."""
    if not _is_done(host):
        memory.keep("added", True)
        line, _, rest = (host.read(_KERNEL) or "").partition("\n")
        host.write(_KERNEL, f"{line.rstrip()} {_WORD}\n{rest}")


def _undo(host: Host, memory: Memory) -> None:
    """The word alone: its owner may have changed the line since, and starts by it."""
    text = host.read(_KERNEL)
    if text is not None and memory.recall("added"):
        host.write(_KERNEL, text.replace(f" {_WORD}", "", 1))


MEMORY = Step("memory", "let the kernel hold each service to its memory", _is_done, _do, _undo)
