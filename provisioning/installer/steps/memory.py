"""What a Raspberry Pi's kernel leaves off: without it no service is held to its share of the memory."""

from pathlib import Path

from provisioning.installer import files
from provisioning.installer.host import Host
from provisioning.installer.record import Memory
from provisioning.installer.step import Step

_KERNEL = Path("/boot/firmware/cmdline.txt")
_WORD = "cgroup_enable=memory"


def _is_done(host: Host) -> bool:
    line = host.read(_KERNEL)
    return line is None or _WORD in line.split()


def _do(host: Host, memory: Memory) -> None:
    """The file is one line: what stands on a second is not read."""
    words = (host.read(_KERNEL) or "").split()
    files.put(host, memory, {_KERNEL: f"{' '.join([*words, _WORD])}\n"})


MEMORY = Step("memory", "let the kernel hold each service to its memory", _is_done, _do, files.take_back)
