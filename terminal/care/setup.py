"""What an installer sets up: root, watchdog, logs, releases. Where things are tried out, none is missed. Pure."""

from pathlib import Path

from terminal.care.found import About, Found, Reading, warn, well
from terminal.care.mounts import MOUNTS, mount_of
from terminal.care.root import Texts

WATCHDOG = ("sys/class/watchdog/watchdog0/state", "sys/class/watchdog/watchdog0/identity")
LOG_BYTES_MAX = 256 * 2**20

_INSTALL = "install once more; it changes only what is missing: kindpakket provision terminal install"


def _root(texts: Texts, about: About) -> Found | None:
    mount = mount_of(texts, Path("/"))
    if mount is None:
        return None
    if mount.kind == "overlay":
        return well("root", "read-only below an overlay that forgets")
    finding = f"{mount.kind}, written to"
    if about.installed:
        return warn("root", finding, f"a power cut can damage it; {_INSTALL}")
    return well("root", finding)


def _watchdog(texts: Texts, about: About) -> Found:
    state, identity = (texts.get(name) for name in WATCHDOG)
    if state == "active":
        return well("watchdog", f"active: {identity or 'the hardware'}")
    finding = "there is none" if state is None else f"{identity or 'the hardware'} is {state}"
    if not about.installed:
        return well("watchdog", finding)
    advice = f"a machine that hangs would stay so until somebody switches it off and on; {_INSTALL}"
    return warn("watchdog", finding, advice)


def _log(_: Texts, about: About) -> Found:
    finding = f"{about.log_bytes // 2**20} MB"
    if about.log_bytes <= LOG_BYTES_MAX:
        return well("log", finding)
    return warn("log", finding, "sudo journalctl --vacuum-size=64M; then see what writes so much")


def _program(_: Texts, about: About) -> Found:
    before = f", before it {about.previous}" if about.previous else ""
    return well("program", f"{about.version}, journal of form {about.schema}{before}")


def _update(_: Texts, about: About) -> Found | None:
    if not about.trying:
        return None
    return warn(
        "update", f"{about.version} has yet to prove itself", "wait some minutes: it stays, or goes back by itself"
    )


READINGS = (
    Reading((MOUNTS,), _root),
    Reading(WATCHDOG, _watchdog),
    Reading((), _log),
    Reading((), _program),
    Reading((), _update),
)
