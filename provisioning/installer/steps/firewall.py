"""The firewall: nobody has anything to ask of a terminal, except whoever looks after it."""

from pathlib import Path

from provisioning.installer import files
from provisioning.installer.host import Host
from provisioning.installer.record import Memory
from provisioning.installer.step import Step

_RULES = Path("/etc/nftables.d/kindpakket.nft")
_MAIN = Path("/etc/nftables.conf")
_LINE = f'include "{_RULES}"'
_SERVICE = "nftables.service"
_DEBIAN = "#!/usr/sbin/nft -f\n\nflush ruleset\n"
_OTHERWISE = f"Read `nft --check --file {_MAIN}`, put right what it names there, then run the same again"


def _texts(host: Host) -> dict[Path, str]:
    """Our table in a file of its own; the file that is loaded at boot stays somebody else's, but for one line."""
    main = host.read(_MAIN) or _DEBIAN
    if _LINE not in main.splitlines():
        main = f"{main.rstrip()}\n{_LINE}\n"
    ours = Path(__file__).parent.parent / _RULES.name
    return {_RULES: ours.read_text(encoding="utf-8"), _MAIN: main}


def _is_done(host: Host) -> bool:
    enabled = host.ask("systemctl", "is-enabled", _SERVICE).said.strip() == "enabled"
    return enabled and files.stand(host, _texts(host))


def _do(host: Host, memory: Memory) -> None:
    memory.keep("enabled", host.ask("systemctl", "is-enabled", _SERVICE).said.strip() == "enabled")
    files.put(host, memory, _texts(host))
    host.run("nft", "--check", "--file", str(_MAIN), otherwise=_OTHERWISE)
    host.run("systemctl", "enable", _SERVICE, otherwise=_OTHERWISE)
    if host.booted:
        host.run("systemctl", "restart", _SERVICE, otherwise=_OTHERWISE)


def _undo(host: Host, memory: Memory) -> None:
    if host.booted:
        host.ask("nft", "delete", "table", "inet", "kindpakket")  # it may be gone already
    if not memory.recall("enabled"):
        host.run("systemctl", "disable", _SERVICE, otherwise=_OTHERWISE)
    files.take_back(host, memory)


FIREWALL = Step("firewall", "let nobody in but by ssh", _is_done, _do, _undo)
