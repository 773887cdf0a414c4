"""What the sample's families spent: tills of its shops, journals as a till signs them, settled on the contract."""

import time
from collections.abc import Sequence
from itertools import count

from contracts.wire import journal, passcode
from contracts.wire.entry import Payment
from contracts.wire.passcode import StaticCode
from contracts.wire.units import Cents, Timestamp
from provisioning import fleet, settle
from provisioning.fleet import Raise
from provisioning.passes import NewPass
from provisioning.portal.programmes.models import Programme
from provisioning.portal.sample.street import NAME
from provisioning.portal.shops.models import Terminal
from provisioning.town import Town
from terminal.core.effects import Commit
from terminal.core.line import Line
from terminal.export import Export
from terminal.signer import PassSigner, TerminalSigner, sign_entry

_AMOUNTS = (12_50, 34_95, 49_99, 7_25, 27_00)
_SLICE = Cents(250_00)


def fill(town: Town, made: Sequence[NewPass]) -> None:
    """Tills for the shops that take part, and sales at each."""
    programme = Programme.objects.get(name=NAME)
    places = programme.places.select_related("shop").order_by("shop__number")
    numbers = [place.shop.number for place in places if place.takes_part and place.shop.number]
    if Terminal.objects.exists() or programme.number is None or not made:
        return
    for place, number in enumerate(numbers):
        terminal = TerminalSigner.make(town.deployment.domain)
        consent = terminal.sign_registration(number)
        fleet.register(town, terminal.address, number, consent, [Raise(programme.number, _SLICE)])
        _sell(town, terminal, programme.number, made[place :: len(numbers)])


def _sell(town: Town, terminal: TerminalSigner, programme: int, families: Sequence[NewPass]) -> None:
    """Each family pays once or twice; most have used their pass, and a few have not."""
    head, lines, passes = journal.genesis(terminal.domain, terminal.address), list[Line](), PassSigner()
    sequence, begun = count(1), int(time.time()) - 3600
    for place, one in enumerate(families):
        for again in range(place % 3):
            code = passcode.parse(one.code, town.deployment.network)
            if not isinstance(code, StaticCode):
                raise TypeError("a pass is made as a letter")
            now = Timestamp(begun + len(lines))
            content = Payment(programme, Cents(_AMOUNTS[(place + again) % len(_AMOUNTS)]), now)
            commit = Commit(next(sequence), passes.hold(code), content, now)
            lines.append(sign_entry(terminal, passes, head, commit))
            head = lines[-1].head
    settle.settle(town, Export(terminal.domain, terminal.address, tuple(lines)))
