"""The machine's own secret, by which the terminal's key is sealed: made before the root becomes read-only."""

from pathlib import Path

from provisioning.installer.host import Host
from provisioning.installer.record import Memory
from provisioning.installer.step import Step

_SECRET = Path("/var/lib/systemd/credential.secret")
_OTHERWISE = "Start the machine once more and see that /etc/machine-id is not empty, then run the same again"


def _is_done(host: Host) -> bool:
    return host.at(_SECRET).is_file()


def _do(host: Host, memory: Memory) -> None:
    memory.keep("ours", not _is_done(host))
    host.run("systemd-creds", "setup", otherwise=_OTHERWISE)


def _undo(host: Host, memory: Memory) -> None:
    if memory.recall("ours"):
        host.remove(_SECRET)


SEALING = Step("sealing", "make the secret by which this machine seals the terminal's key", _is_done, _do, _undo)
