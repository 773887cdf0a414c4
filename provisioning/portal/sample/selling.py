"""What the sample's families spent: tills of its shops, journals as a till signs them, settled on the contract."""

import time
from collections.abc import Sequence

from contracts.wire import journal, passcode
from contracts.wire.entry import Payment
from contracts.wire.passcode import StaticCode
from contracts.wire.units import Cents, Timestamp
from provisioning import fleet, settle
from provisioning.fleet import Raise
from provisioning.passes import NewPass
from provisioning.portal.programmes.models import Programme
from provisioning.portal.sample.schemes import FIRST
from provisioning.portal.shops.models import Terminal
from provisioning.town import Town
from terminal.core.effects import Commit
from terminal.core.line import Line
from terminal.export import Export
from terminal.signer import PassSigner, TerminalSigner, sign_entry

_AMOUNTS = (12_50, 34_95, 49_99, 7_25, 27_00)
_SECONDS = 50 * 86_400
"""Over which they were spread."""
_SLICE = Cents(250_00)


def fill(town: Town, made: Sequence[NewPass]) -> None:
    """Tills for the shops that take part, and sales at each."""
    programme = Programme.objects.get(name=FIRST.name)
    places = programme.places.select_related("shop").order_by("shop__number")
    numbers = [place.shop.number for place in places if place.takes_part and place.shop.number]
    if Terminal.objects.exists() or programme.number is None or not made:
        return
    for number in numbers:
        terminal = TerminalSigner.make(town.deployment.domain)
        consent = terminal.sign_registration(number)
        fleet.register(town, terminal.address, number, consent, [Raise(programme.number, _SLICE)])
        _sell(town, terminal, programme.number, made[number % 3 :])


def _sell(town: Town, terminal: TerminalSigner, programme: int, families: Sequence[NewPass]) -> None:
    """Nearly every family pays once, the later ones more lately; some have not come yet."""
    head, lines, passes = journal.genesis(terminal.domain, terminal.address), list[Line](), PassSigner()
    begun, step = int(time.time()) - _SECONDS, _SECONDS // (len(families) + 1)
    for place, one in enumerate(families):
        code = passcode.parse(one.code, town.deployment.network)
        if not isinstance(code, StaticCode):
            raise TypeError("a pass is made as a letter")
        now = Timestamp(begun + place * step)
        content = Payment(programme, Cents(_AMOUNTS[place % len(_AMOUNTS)]), now)
        lines.append(sign_entry(terminal, passes, head, Commit(place + 1, passes.hold(code), content, now)))
        head = lines[-1].head
    settle.settle(town, Export(terminal.domain, terminal.address, tuple(lines)))
