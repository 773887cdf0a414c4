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


def _texts() -> dict[Path, str]:
    """Our table, in a file of its own: the one that is loaded at boot stays somebody else's, but for a line."""
    ours = Path(__file__).parent.parent / _RULES.name
    return {_RULES: ours.read_text(encoding="utf-8")}


def _is_enabled(host: Host) -> bool:
    return host.ask("systemctl", "is-enabled", _SERVICE).said.strip() == "enabled"


def _is_done(host: Host) -> bool:
    return _is_enabled(host) and files.stand(host, _texts()) and files.has_line(host, _MAIN, _LINE)


def _do(host: Host, memory: Memory) -> None:
    memory.keep("enabled", _is_enabled(host))
    files.put(host, memory, _texts())
    files.add_line(host, _MAIN, _LINE, otherwise=_DEBIAN)
    host.run("nft", "--check", "--file", str(_MAIN), otherwise=_OTHERWISE)
    host.run("systemctl", "enable", _SERVICE, otherwise=_OTHERWISE)
    if host.booted:
        host.run("systemctl", "restart", _SERVICE, otherwise=_OTHERWISE)


def _undo(host: Host, memory: Memory) -> None:
    if host.booted:
        host.ask("nft", "delete", "table", "inet", "kindpakket")  # it may be gone already
    if not memory.recall("enabled"):
        host.run("systemctl", "disable", _SERVICE, otherwise=_OTHERWISE)
    files.drop_line(host, _MAIN, _LINE)
    files.take_back(host, memory)


FIREWALL = Step("firewall", "let nobody in but by ssh", _is_done, _do, _undo)
