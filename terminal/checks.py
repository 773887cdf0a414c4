"""What `terminal doctor` looks at: each check finds one thing, grades it, and says what to do about it.

Nothing is changed, and nothing that a running daemon holds is touched: the journal is read beside it.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from contracts.wire.errors import Broken, TryAgain
from contracts.wire.reasons import MEANINGS, Reason
from contracts.wire.units import to_hex
from terminal import agreement, entry_checks, keys, mirror_checks
from terminal.care import readings, sealing
from terminal.care.root import Root
from terminal.checkpoint import PROGRAMMES_MAX, Disagreement, Reading, proves_fork
from terminal.clock import Clock
from terminal.config import Config
from terminal.core import sale
from terminal.core.approve import WAITING_MAX
from terminal.core.facts import JournalFacts
from terminal.core.screen import Screen
from terminal.core.view import view
from terminal.device_checks import devices
from terminal.finding import Check, Grade
from terminal.flusher.gateway import why_busy
from terminal.http import Http
from terminal.link.client import Client
from terminal.signer import TerminalSigner
from terminal.store import Reader, checking, place

CHECKPOINT_SECONDS_LEFT_MIN = 3600
WAITING_WARN = 50
LINK_SECONDS = 2.0
HEALTH_BYTES_MAX = 4096


async def examine(settings: Config, root: Root) -> AsyncIterator[Check]:
    """All checks that can be made, in the order in which they build on each other. `root` is where the machine is."""
    signer: TerminalSigner | None = None
    try:
        signer = keys.load(settings)
        yield Check("key", Grade.OK, f"terminal {to_hex(signer.address)}")
    except Broken as broken:
        yield Check("key", Grade.FAIL, "no key", str(broken))
    for check in medium(settings):
        yield check
    try:
        with Reader.open(settings.journal) as reader:
            for check in journal(settings, reader, signer):
                yield check
            for check in mirror_checks.of(settings, reader):
                yield check
            async for check in network(settings, reader):
                yield check
    except Broken as broken:
        yield Check("journal", Grade.FAIL, "cannot be used", str(broken))
    async for check in daemon(settings):
        yield check
    yield sealing.check(settings, root)
    for found in readings.look(root, readings.about(settings, root)):
        yield found.check


def medium(settings: Config) -> Iterator[Check]:
    """Where the journal lives, and whether it takes a write."""
    folder = settings.state_dir
    try:
        place.require_durable(folder, volatile_ok=False)
        status = os.statvfs(folder)
    except (Broken, OSError) as error:
        grade = Grade.WARN if settings.simulators else Grade.FAIL
        yield Check("medium", grade, "forgets at a power cut, or is not there", str(error))
        return
    if status.f_flag & os.ST_RDONLY or not os.access(folder, os.W_OK):
        advice = "mount it writable, or repair the disk: no sale can be stored"
        yield Check("medium", Grade.FAIL, f"{folder} cannot be written", advice)
        return
    yield Check("medium", Grade.OK, place.file_system(folder))


def journal(settings: Config, reader: Reader, signer: TerminalSigner | None) -> Iterator[Check]:
    """The journal itself, what waits in it, and until when this terminal approves."""
    owner = signer.address if signer else reader.terminal
    if (reader.domain, reader.terminal) != (settings.domain, owner):
        raise Broken("it is the journal of another terminal or contract: put back what belongs together")
    checking.require_sound(reader)
    finding = f"{reader.sequence} entries, chain and signatures hold; each start reads synchronous=FULL back"
    yield Check("journal", Grade.OK, finding)
    yield from _attention(reader.attention())
    facts, checkpoint = reader.facts(), reader.checkpoint()
    state = sale.start(facts, checkpoint, reader.programmes(), reader.snapshot_sequence())
    clock = Clock(reader.bound())
    screen = view(state, clock.moment())
    yield from _waiting(screen.status.waiting, screen.status.unsent)
    yield from _asks(facts)
    yield from entry_checks.of(reader)
    if facts.retired:
        advice = "leave it connected until nothing waits: it sells no more, and sends what is there"
        yield Check("retired", Grade.WARN, f"by entry {facts.sequence}", advice)
        return
    yield _checkpoint(screen, None if checkpoint is None else checkpoint.time)
    yield _clock(clock)


def _attention(attention: tuple[Reason, str] | None) -> Iterator[Check]:
    if attention is None:
        yield Check("attention", Grade.OK, "the gateway refuses nothing")
    else:
        reason, detail = attention
        yield Check("attention", Grade.FAIL, f"{reason.name} ({reason.value}): {detail}", MEANINGS[reason].en)


def _waiting(waiting: int, unsent: int) -> Iterator[Check]:
    grade = Grade.FAIL if waiting >= WAITING_MAX else Grade.WARN if waiting >= WAITING_WARN else Grade.OK
    advice = "" if grade is Grade.OK else f"restore the internet: at {WAITING_MAX} the terminal stops approving"
    yield Check("waiting", grade, f"{waiting} entries not settled yet", advice)
    advice = "they are safe, and go out when the gateway answers" if unsent else ""
    yield Check("unsent", Grade.WARN if unsent else Grade.OK, f"{unsent} entries not at the gateway yet", advice)


def _asks(facts: JournalFacts) -> Iterator[Check]:
    if facts.paid_asks:
        advice = "answer the question on the counter's screen: was it handed over, or is it given back?"
        yield Check("asks", Grade.WARN, f"entry {facts.paid_asks[0].sequence} was paid after all", advice)
    elif facts.open_asks:
        yield Check("asks", Grade.WARN, f"entry {facts.open_asks[0].sequence} has no answer yet", "start the daemon")


def _checkpoint(screen: Screen, read_at: int | None) -> Check:
    if read_at is None:
        return Check("checkpoint", Grade.FAIL, "none yet", "connect the terminal to the internet and start the daemon")
    now, until = screen.status.time, screen.status.approves_until
    finding = f"{now - read_at} s old, approves for {max(0, until - now)} s more"
    if until <= now:
        return Check("checkpoint", Grade.FAIL, finding, "restore the internet; nothing is approved until then")
    grade = Grade.OK if until - now >= CHECKPOINT_SECONDS_LEFT_MIN else Grade.WARN
    return Check("checkpoint", grade, finding, "" if grade is Grade.OK else "restore the internet soon")


def _clock(clock: Clock) -> Check:
    moment = clock.moment()
    if not moment.synchronised:
        advice = "sales go on with the kept time; check the network time service"
        return Check("clock", Grade.WARN, "not held by a time server", advice)
    if moment.clock < moment.bound:
        advice = "check the time server: this time cannot be right, and is not used"
        return Check("clock", Grade.WARN, f"{moment.bound - moment.clock} s behind what is certain", advice)
    return Check("clock", Grade.OK, "synchronised")


async def network(settings: Config, reader: Reader) -> AsyncIterator[Check]:
    """Chain and gateway, asked now."""
    async with Http(trust=settings.trust) as http:
        yield await _chain(settings, reader, http)
        for name in agreement.in_clear(settings):
            advice = "whoever is on the way can invent a slice: name an address that begins with https://"
            yield Check(f"tls {name}", Grade.FAIL, "the chain is asked in clear", advice)
        if settings.chain.also:
            async for check in _endpoints(settings, reader, http):
                yield check
        yield await _gateway(settings, http)


async def _chain(settings: Config, reader: Reader, http: Http) -> Check:
    asked = agreement.endpoints(http, settings)
    programmes = [programme.id for programme in reader.programmes()][:PROGRAMMES_MAX]
    try:
        reading = await agreement.source(asked, settings, reader.terminal).read(programmes)
    except Disagreement as error:
        return Check("chain", Grade.FAIL, str(error), MEANINGS[Reason.ENDPOINTS_DISAGREE].en)
    except TryAgain as error:
        return Check("chain", Grade.WARN, "no checkpoint", f"{error}; check the internet, then chain.rpc_url")
    finding = f"block {reading.checkpoint.block}, {reading.checkpoint.sequence} entries settled"
    if not reading.checkpoint.shop:
        return Check("chain", Grade.FAIL, finding, "the contract does not know this terminal: have it registered")
    if proves_fork(reading, reader.head_at):
        return Check("chain", Grade.FAIL, finding, MEANINGS[Reason.FORK].en)
    slices = sum(part.amount for part in reading.checkpoint.slices)
    if programmes and not slices:
        return Check("chain", Grade.WARN, finding, "this terminal has no slice left: ask the sponsor to raise it")
    return Check("chain", Grade.OK, finding)


async def _endpoints(settings: Config, reader: Reader, http: Http) -> AsyncIterator[Check]:
    """Each of several endpoints by its name: whether it answers, and how far it is behind the others."""
    asked = agreement.readers(agreement.endpoints(http, settings), settings, reader.terminal)
    answers = await asyncio.gather(*(each.read(()) for each in asked), return_exceptions=True)
    readings = [answer for answer in answers if isinstance(answer, Reading)]
    newest = max((reading.checkpoint.time for reading in readings), default=0)
    for each, answer in zip(asked, answers, strict=True):
        if isinstance(answer, TryAgain):
            yield Check(f"endpoint {each.name}", Grade.WARN, "gives no checkpoint", str(answer))
        elif isinstance(answer, BaseException):
            raise answer
        else:
            yield _endpoint(each.name, answer, newest)


def _endpoint(name: str, reading: Reading, newest: int) -> Check:
    behind = newest - reading.checkpoint.time
    finding = f"block {reading.checkpoint.block}, {behind} s behind"
    late = behind > agreement.LAG_SECONDS
    return Check(
        f"endpoint {name}", Grade.WARN if late else Grade.OK, finding, "choose another endpoint" if late else ""
    )


class _Health(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    live: bool
    ready: bool
    why: str


async def _gateway(settings: Config, http: Http) -> Check:
    url = settings.gateway.url.rstrip("/") + "/v1/health"
    try:
        status, body = await http.fetch("GET", url, {}, b"", HEALTH_BYTES_MAX)
    except TryAgain as error:
        return Check("gateway", Grade.WARN, "does not answer", f"{error}; check the internet, then gateway.url")
    if why := why_busy(status, body):
        return Check("gateway", Grade.WARN, why, "nothing is lost; if it stays so, tell the operator")
    try:
        health = _Health.model_validate_json(body)
    except ValidationError:
        return Check("gateway", Grade.WARN, "something else answers there", "check the internet, then gateway.url")
    if not health.ready:
        return Check("gateway", Grade.WARN, "cannot settle now", f"tell the operator: {health.why}")
    return Check("gateway", Grade.OK, "ready")


async def daemon(settings: Config) -> AsyncIterator[Check]:
    """Whether it runs, and its devices."""
    screen = await _screen(settings)
    lamps = None
    if screen is None:
        yield Check("daemon", Grade.WARN, "does not run", "start it: kindpakket terminal run")
    else:
        yield Check("daemon", Grade.OK, f"runs, shows {screen.stage}")
        lamps = {lamp.name: lamp.status for lamp in screen.status.devices}
    for check in devices(settings, lamps):
        yield check
    if settings.simulators:
        yield Check("simulators", Grade.WARN, "are allowed", "set simulators = false where real passes are paid")


async def _screen(settings: Config) -> Screen | None:
    screens: Any = Client(settings.socket).screens()
    try:
        async with aclosing(screens), asyncio.timeout(LINK_SECONDS):
            screen: Screen | None = await anext(screens)
            return screen
    except TimeoutError:
        return None
