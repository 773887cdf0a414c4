"""What `terminal doctor` says of each configured device, and what to do about it.

The word of a running daemon counts: it holds the devices. Without one each device is looked for, but never opened.
"""

from collections.abc import Iterator, Mapping

from drivers import registry
from drivers.base import Changed, DriverMisconfigured, DriverUnavailable, Status, Visible
from drivers.registry import Kind
from terminal.config import Config, Device
from terminal.finding import Check, Grade

LEARN = "kindpakket terminal learn"

_ADVICE: dict[str, str] = {
    Status.NO_DEVICE: f"plug it in and switch it on; if it is another device now: {LEARN}",
    Status.LOST: "plug it in again, in any port; selling goes on without it, and it is read as soon as it is back",
    Status.NO_PAPER: "put in a new roll; what was missed: kindpakket terminal journal receipt NUMBER --print",
    Status.NO_PAPER: "put in a new roll; any receipt is printed again by kindpakket terminal journal receipt N --print",
    Status.NO_DEPENDENCY: "install what it needs, then restart the daemon",
    Status.DISABLED: "correct its options in the configuration, then restart the daemon",
}


def devices(settings: Config, lamps: Mapping[str, str] | None) -> Iterator[Check]:
    """A check for each device. `lamps` is what the running daemon says of each; None when none runs."""
    kinds = {registry.TABLE[device.driver].kind for device in settings.devices if device.driver in registry.TABLE}
    if Kind.SCANNER not in kinds:
        yield Check("devices", Grade.WARN, "no scanner is configured", f"let one be found: {LEARN}")
    for device in settings.devices:
        yield _device(device, lamps, simulators=settings.simulators)


def _device(device: Device, lamps: Mapping[str, str] | None, *, simulators: bool) -> Check:
    name = f"device {device.name}"
    try:
        driver = registry.make(device.driver, device.options, allow_simulators=simulators)
    except DriverMisconfigured as misconfigured:
        return Check(name, Grade.FAIL, "is configured wrongly: the daemon does not start", misconfigured.advice)
    except DriverUnavailable as unavailable:
        return Check(name, Grade.WARN, unavailable.status, unavailable.advice)
    seen = driver.look() if isinstance(driver, Visible) else None
    return _unheld(name, seen) if lamps is None else _held(name, lamps.get(device.name), seen)


def _held(name: str, lamp: str | None, seen: Changed | None) -> Check:
    """By the word of the daemon that runs; a look may know more of why."""
    if lamp is None:
        return Check(
            name, Grade.WARN, "unknown to the running daemon", "restart the daemon: its configuration is older"
        )
    if lamp == Status.READY:
        return Check(name, Grade.OK, lamp)
    if seen is not None and seen.status is not Status.READY:
        return Check(name, Grade.WARN, lamp, _advice(seen))
    return Check(name, Grade.WARN, lamp, _ADVICE.get(lamp, "look at the daemon's log"))


def _unheld(name: str, seen: Changed | None) -> Check:
    """No daemon holds it: whether it is there."""
    if seen is None:
        return Check(name, Grade.OK, "its driver is there; the device itself is seen once the daemon runs")
    if seen.status is Status.READY:
        return Check(name, Grade.OK, seen.detail)
    return Check(name, Grade.WARN, seen.status, _advice(seen))


def _advice(seen: Changed) -> str:
    return f"{seen.detail}; if it is another device now: {LEARN}"
