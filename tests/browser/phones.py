"""A running portal's town from the other side: passes that are granted something, and a till that reads phones."""

import socket
import sqlite3
import threading
import time
from collections import defaultdict
from collections.abc import Sequence
from contextlib import closing
from importlib import import_module
from typing import Any, cast
from urllib.parse import urlsplit

import zxingcpp
from PIL import Image

from contracts.chain import checksum
from contracts.deployment import Deployment
from contracts.wire import journal, passcode
from contracts.wire.entry import PhonePayment
from contracts.wire.passcode import PhoneCode
from contracts.wire.units import Address, Cents, Timestamp
from provisioning import fleet, grant, settle
from provisioning.fleet import Raise
from provisioning.grant_list import Line as Given
from provisioning.passes import NewPass, new_pass
from provisioning.portal.running import founding
from provisioning.settle import Fate
from provisioning.town import Town
from terminal.core.effects import Commit
from terminal.core.line import Line
from terminal.export import Export
from terminal.signer import PassSigner, TerminalSigner, sign_entry
from tests.browser.conftest import Running

pyzbar: Any = import_module("pyzbar.pyzbar")  # has no types
PROGRAMME, SHOP = 1, 1
_SLICE = Cents(250_00)
_AT_ONCE = 6
"""So many passes of an amount are granted together, as the desk reads the contract only now and then."""
_PATIENCE_SECONDS = 120


class Phones:
    """The contract behind a portal that is tried out, by the keys that everybody knows."""

    def __init__(self, portal: Running) -> None:
        deployment = Deployment.load(portal.folder / "deployment.json")
        self.town = Town.open(deployment, founding.accounts()[1], deployment.rpc_url)
        self.domain, self.network = deployment.domain, deployment.network
        self._portal = portal
        self._spare = defaultdict[int, list[NewPass]](list)

    def granted(self, cents: int) -> NewPass:
        """A new pass with that much, of which the desk has heard: a phone that asks too early is slowed down."""
        spare = self._spare[cents]
        if not spare:
            made = [new_pass(self.network) for _ in range(_AT_ONCE)]
            lines = [Given(each.address, Cents(cents)) for each in made]
            grant.grant(self.town, PROGRAMME, f"phones {made[0].address.hex()}", lines)
            until_known(self._portal, made[0])
            spare += made
        return spare.pop()

    def read(self, text: str) -> PhoneCode:
        """What stands in a phone's code."""
        found = passcode.parse(text, self.network)
        assert isinstance(found, PhoneCode), "a phone's code"
        return found

    def left(self, holder: Address) -> int:
        """In cents, as the contract has it."""
        return int(self.town.look("budget", PROGRAMME, checksum(holder))["left"])


class Till:
    """A till of the first shop, which takes whatever is held before it: the contract is what judges."""

    def __init__(self, phones: Phones) -> None:
        self._phones, self._signer = phones, TerminalSigner.make(phones.domain)
        consent = self._signer.sign_registration(SHOP)
        fleet.register(phones.town, self._signer.address, SHOP, consent, [Raise(PROGRAMME, _SLICE)])
        self._lines = list[Line]()

    def take(self, text: str, cents: int) -> Fate:
        """What becomes of a payment by this code."""
        code, passes = self._phones.read(text), PassSigner()
        holder = passes.hold_phone(code, self._phones.domain)
        now = Timestamp(int(time.time()))
        content = PhonePayment(Cents(cents), now, code.delegation)
        head = self._lines[-1].head if self._lines else journal.genesis(self._phones.domain, self._signer.address)
        commit = Commit(len(self._lines) + 1, holder, content, now)
        self._lines.append(sign_entry(self._signer, passes, head, commit))
        export = Export(self._phones.domain, self._signer.address, tuple(self._lines))
        return settle.settle(self._phones.town, export).fates[-1]


class Recorder:
    """Stands between a browser and a portal, and keeps every byte that the browser sends."""

    def __init__(self, url: str) -> None:
        self._to = cast("tuple[str, int]", (urlsplit(url).hostname, urlsplit(url).port))
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self.sent = bytearray()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                browser, _ = self._listening.accept()
            except OSError:
                return
            portal = socket.create_connection(self._to)
            for ends in ((browser, portal, True), (portal, browser, False)):
                threading.Thread(target=self._pass_on, args=ends, daemon=True).start()

    def _pass_on(self, one: socket.socket, other: socket.socket, keep: bool) -> None:
        with closing(one):
            try:
                while content := one.recv(65_536):
                    if keep:
                        self.sent += content
                    other.sendall(content)
                other.shutdown(socket.SHUT_WR)
            except OSError:
                other.close()

    def close(self) -> None:
        """No more."""
        self._listening.close()


def until_known(portal: Running, made: NewPass) -> None:
    """The desk's worker has read of it in a final block; what another process does has no event to wait for."""
    ends = time.monotonic() + _PATIENCE_SECONDS
    with closing(sqlite3.connect(f"file:{portal.folder / 'portal.sqlite'}?mode=ro", uri=True)) as tables:
        while not tables.execute("SELECT 1 FROM figures_budget WHERE address = ?", (made.address,)).fetchone():
            assert time.monotonic() < ends, "the desk never heard of it"
            time.sleep(0.1)


def readings(picture: Image.Image) -> Sequence[str]:
    """What two decoders that share nothing see in it."""
    grey = picture.convert("L")
    return [
        *(found.text for found in zxingcpp.read_barcodes(grey)),
        *(found.data.decode() for found in pyzbar.decode(grey, symbols=[pyzbar.ZBarSymbol.QRCODE])),
    ]
