"""What comes after the installation: enrolment, and the self-test."""

from collections.abc import Callable

from provisioning.installer import disks
from provisioning.installer.host import Host
from provisioning.installer.steps import readonly
from provisioning.installer.steps.units import TARGET
from terminal.places import ETC_KEPT

_OTHERWISE = f"Read `systemctl status {TARGET}`, then run the same again"
_RESTART = "Restart it now (`sudo reboot`): from then on the root forgets what is written to it."
_ENROL = "The screen then asks for the sponsor's code: hold the sheet before the scanner."
_TEST = "Sell one cent and give it back: `sudo kindpakket terminal self-test` says how."


def go_on(host: Host, say: Callable[[str], None]) -> int:
    """Start what is not started, and say what a person does next."""
    if host.booted:
        host.run("systemctl", "start", "--no-block", TARGET, otherwise=_OTHERWISE)
    if readonly.READ_ONLY.is_done(host) and not disks.is_read_only(host):
        say(_RESTART)
    say(_TEST if host.at(ETC_KEPT / "terminal.toml").exists() else f"{_ENROL} {_TEST}")
    return 0
