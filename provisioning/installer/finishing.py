"""What comes after the installation: a restart, enrolment, and the self-test."""

from collections.abc import Callable

from provisioning.installer.host import Host
from provisioning.installer.steps import readonly
from provisioning.installer.steps.units import TARGET
from terminal.places import ETC_KEPT, RELEASE_KEY
from terminal.release import fingerprint

_OTHERWISE = f"Read `systemctl status {TARGET}`, then run the same again"
_ENROL = "The screen then asks for the sponsor's code: hold the sheet before the scanner."
_TEST = "When it sells, prove it by one cent: `sudo kindpakket terminal self-test`."


def go_on(host: Host, say: Callable[[str], None]) -> int:
    """Say what a person does next; then start the terminal, unless it is to be restarted first.

    The start comes last: enrolment takes the first console, and with it perhaps the one who installs.
    """
    restart = readonly.advice(host)
    for sentence in (_key(host), restart, None if _is_enrolled(host) else _ENROL, _TEST):
        if sentence:
            say(sentence)
    if host.booted and not restart:
        host.run("systemctl", "start", "--no-block", TARGET, otherwise=_OTHERWISE)
    return 0


def _is_enrolled(host: Host) -> bool:
    return host.at(ETC_KEPT / "terminal.toml").exists()


def _key(host: Host) -> str | None:
    key = host.read(ETC_KEPT / RELEASE_KEY.name)
    return (
        key
        and f"It takes updates made with the key {fingerprint(key.encode())}: ask your supplier whether that is his."
    )
