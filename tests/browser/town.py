"""The demo's town before a browser: chain, gateway, desk and tills, as one that walks through it needs them."""

import asyncio
import json
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from coincurve import PrivateKey

from contracts.wire import passcode
from contracts.wire.passcode import PhoneCode, StaticCode
from contracts.wire.reasons import Reason
from contracts.wire.signature import address_of
from contracts.wire.units import Address, Cents, Timestamp
from provisioning import bank
from provisioning.demo import plot
from provisioning.demo.acting import Acting
from provisioning.demo.founding import people
from provisioning.demo.setting import Setting
from terminal.core.screen import Stage

_T = TypeVar("_T")
SHOP = 1
"""The number of the shop at whose till is sold."""


class Hands(Acting):
    """A shopkeeper at the first till."""

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting, lambda _: None)

    async def begin(self) -> None:
        """Open the shop."""
        await self._begin(self._first)

    async def open_club(self) -> None:
        """The club has a till, too."""
        await self._begin(self._club)

    async def sell_at_club(self, code: str, cents: int) -> None:
        """As `sell`, at the club."""
        await self._approved_code(self._club, "a family", code, Cents(cents))

    async def charge(self, cents: int) -> None:
        """A pass is held up already: type the amount, confirm."""
        await self._first.counter.until(lambda screen: screen.stage is Stage.AMOUNT, "an amount to type")
        screen = await self._first.counter.charge(Cents(cents))
        self._require(screen.stage is Stage.APPROVED, f"{cents} cents approved", screen)

    async def refuse(self, code: str, reason: Reason) -> None:
        """Scan a pass, type an amount if it comes to that: it must be refused for this."""
        counter = self._first.counter
        screen = await counter.offer(code) or await counter.charge(Cents(1_00))
        self._expect(screen, reason)

    async def hand_over(self, code: str, name: str, cents: int) -> None:
        """Scan a pass for which an order is ready, and press one key."""
        screen = await self._first.counter.offer(code)
        self._require(
            screen is not None and (screen.stage, screen.order, screen.amount) == (Stage.ORDER, name, cents),
            name,
            screen,
        )
        screen = await self._first.counter.confirm()
        self._require(screen.stage is Stage.APPROVED and screen.amount == cents, f"{name} handed over", screen)

    async def until_ready(self, passes: list[Address]) -> None:
        """Wait until the till has heard that something waits for these passes."""
        await self._until_known(
            self._first,
            "what is ready",
            lambda journal: all(journal.orders_of(each, Timestamp(int(time.time()))) for each in passes),
        )

    async def know(self, passes: list[Address]) -> None:
        """Wait until the till has heard of the budgets of these passes."""
        await self._until_known(
            self._first, "the new passes", lambda journal: all(journal.budgets_of(each) for each in passes)
        )

    async def sell(self, code: str, cents: int) -> None:
        """Scan a pass, type the amount, confirm: it must be approved."""
        await self._approved_code(self._first, "a family", code, Cents(cents))

    async def give_back(self, code: str, sale: int, part: int) -> None:
        """Some of an earlier sale."""
        screen = await self._first.counter.refund(code, Cents(sale), Cents(part))
        self._require(screen.stage is Stage.REFUNDED, "money given back", screen)

    async def settle(self) -> None:
        """Wait until the contract has judged all of it, and the till has heard so."""
        await self._all_settled(self._first)
        await self._first.counter.until(
            lambda screen: screen.status.waiting == screen.status.unsent == 0, "everything settled"
        )
        await self._until_known(
            self._first, "what became of each entry", lambda journal: len(journal.outcomes()) == journal.sequence
        )


class Town:
    """The programs run on a loop in a thread of their own, as the browser's runs in this one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.setting = Setting(folder, "nl")
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="town")
        self._hands: Hands | None = None

    def do(self, work: Coroutine[Any, Any, _T]) -> _T:
        """Have it done there, and wait."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def open(self) -> None:
        """All of it, with the first shop's till ready to sell."""
        self._thread.start()
        self.do(self.setting.open(lambda _: None))
        self._hands = Hands(self.setting)
        self.do(self._hands.begin())

    def close(self) -> None:
        """End all that was started."""
        self.do(self.setting.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def url(self) -> str:
        """Where the desk is."""
        return self.setting.hall.url

    def code(self, name: str) -> str:
        """What this person's phone shows."""
        return self.do(self.setting.hall.code(name))

    def pass_of(self, code: str) -> Address:
        """What the contract knows of whoever holds this code."""
        static = passcode.parse(code, plot.NETWORK)
        assert isinstance(static, StaticCode)
        return address_of(PrivateKey(static.private_key()))

    def pass_of_phone(self, code: str) -> Address:
        """Whoever signed this phone's code."""
        found = passcode.parse(code, plot.NETWORK)
        assert isinstance(found, PhoneCode)
        return found.pass_address(self.setting.town.deployment.domain)

    # At the counter

    def sell(self, sales: dict[str, int]) -> None:
        """Cents to each of these codes, at the first shop's till, once that knows them all."""
        assert self._hands
        self.do(self._hands.know([self.pass_of(code) for code in sales]))
        for code, cents in sales.items():
            self.do(self._hands.sell(code, cents))

    def give_back(self, code: str, sale: int, part: int) -> None:
        """Of an earlier sale."""
        assert self._hands
        self.do(self._hands.give_back(code, sale, part))

    def at_the_counter(self, act: Callable[[Hands], Coroutine[Any, Any, _T]]) -> _T:
        """Have the shopkeeper do this."""
        assert self._hands
        return self.do(act(self._hands))

    def settle(self) -> None:
        """Wait until nothing of it is on its way any more."""
        assert self._hands
        self.do(self._hands.settle())

    def z_report(self) -> dict[str, Any]:
        """Close the till's day."""
        config = str(self.setting.shops[0].plan.config)
        said: dict[str, Any] = json.loads(
            self.do(self.setting.run("terminal", "report", "z", "--close", "--json", "--config", config))
        )
        return said

    def choose_bank(self) -> None:
        """The first shop wants to be paid by bank: its keeper's own key says so."""
        bank.set_by_bank(self.setting.town_of(people().keepers[0]), SHOP, by_bank=True)


@contextmanager
def opened(folder: Path) -> Iterator[Town]:
    """A town that is closed afterwards, whatever happens; it may have been closed already."""
    folder.mkdir(exist_ok=True)
    town = Town(folder)
    try:
        town.open()
        yield town
    finally:
        if town._loop.is_running():
            town.close()
