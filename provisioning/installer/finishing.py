"""What comes after the installation: a restart, enrolment, and the self-test."""

from collections.abc import Callable

from provisioning.installer.host import Host
from provisioning.installer.steps import readonly
from provisioning.installer.steps.units import TARGET
from terminal import self_test
from terminal.places import ETC_KEPT, RELEASE_KEY
from terminal.release import fingerprint

_OTHERWISE = f"Read `systemctl status {TARGET}`, then run the same again"
_ENROL = "The screen then asks for the sponsor's code: hold the sheet before the scanner."
_TEST = "When it sells, run this once more, and prove it by one cent that is sold and given back."
_OFFER = "Prove it now, by one cent that is sold on a test pass and given back?"


def go_on(host: Host, say: Callable[[str], None], agrees: Callable[[str], bool]) -> int:
    """Say what a person does next; then start the terminal, unless it is to be restarted first; and let it be proved.

    The start comes after the words: enrolment takes the first console, and with it perhaps the one who installs. Gives
    the exit status: that of the self-test when it was agreed to.
    """
    restart, enrolled = readonly.advice(host), _is_enrolled(host)
    for sentence in (_key(host), restart, None if enrolled else _ENROL, _TEST if restart or not enrolled else None):
        if sentence:
            say(sentence)
    if not host.booted or restart:
        return 0
    host.run("systemctl", "start", "--no-block", TARGET, otherwise=_OTHERWISE)
    return self_test.main([]) if enrolled and agrees(_OFFER) else 0


def _is_enrolled(host: Host) -> bool:
    return host.at(ETC_KEPT / "terminal.toml").exists()


def _key(host: Host) -> str | None:
    key = host.read(ETC_KEPT / RELEASE_KEY.name)
    return (
        key
        and f"It takes updates made with the key {fingerprint(key.encode())}: ask your supplier whether that is his."
    )
