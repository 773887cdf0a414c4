"""The town in one window: the counter of one shop, and beside it what only a demo can show.

The left side is the very widget that a shop's screen shows. The right side holds up passes, pulls cables, and has the
contract's own view of the same money.
"""

import asyncio
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Footer, OptionList, RichLog, Static
from textual.widgets.option_list import Option

from contracts.chain import checksum
from contracts.wire.errors import Broken, TryAgain
from contracts.wire.units import Cents, euros
from provisioning.demo import plot
from provisioning.demo.cable import Cable
from provisioning.demo.setting import Setting, Shop
from terminal.core.events import Key
from terminal.link.client import Client
from terminal.tui.counter import CounterView
from terminal.tui.look import Look
from terminal.tui.texts import Language

_HELD_UP = ("family-01", "family-02", "family-03", "nearly-empty", "two-programmes", "shared", "blocked", "unknown")
_PHONE, _CEILING = "phone", Cents(20_00)
"""A family that shows codes on its phone: a new one each time, worth one payment up to this."""

_ON_PAGE = "two-programmes"
"""A family that opens its page."""

_MONEY_SECONDS = 2.0


class Window(App[None]):
    """The demo's window. Keys of the counter go to the counter; the others stand at the bottom."""

    TITLE = "Kindpakket"
    ENABLE_COMMAND_PALETTE = False
    CSS = """
    CounterView { width: 1fr; }
    #side { width: 42; border-left: solid $primary; padding: 0 1; }
    #passes { height: auto; max-height: 12; }
    #money { height: auto; margin-top: 1; }
    #log { height: 1fr; margin-top: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(f"f{number}", f"hold_up('{name}')", name, show=False) for number, name in enumerate(_HELD_UP, 1)),
        Binding("f9", "product", "a product"),
        Binding("f10", f"hold_up('{_PHONE}')", "a phone", show=False),
        Binding("ctrl+n", "cable", "network cable"),
        Binding("ctrl+p", "page", "a pass on a phone"),
        Binding("ctrl+o", "other_shop", "sell at shop-02"),
        Binding("ctrl+q", "quit", "quit"),
    ]

    def __init__(self, setting: Setting, language: Language) -> None:
        super().__init__()
        self._setting = setting
        self._look = Look(language, plot.TILLS[0].name, "0800 0000")
        self._client: Client | None = None

    def compose(self) -> ComposeResult:
        """The counter, and the side panel."""
        with Horizontal():
            yield CounterView(self._look)
            with Vertical(id="side"):
                yield OptionList(*self._options(), id="passes")
                yield Static("", id="money")
                yield RichLog(id="log", wrap=True)
        yield Footer()

    def on_mount(self) -> None:
        """Build the town while the window is there already."""
        self.query_one(CounterView).focus()
        self.run_worker(self._live())

    async def on_unmount(self) -> None:
        """Take the town down with the window, even one that is half built."""
        cancelled = [worker.wait() for worker in self.workers]
        self.workers.cancel_all()
        await asyncio.gather(*cancelled, return_exceptions=True)  # each says that it was cancelled
        await self._setting.close()

    def on_counter_view_pressed(self, event: CounterView.Pressed) -> None:
        """A key of the counter goes the way of any screen's."""
        self._press(event.key)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """A pass that is clicked is held before the scanner."""
        self.query_one(CounterView).focus()
        self.run_worker(self._scan(str(event.option_id)))

    # What the keys do

    def action_hold_up(self, name: str) -> None:
        """Hold a pass before the scanner."""
        self.run_worker(self._scan(name))

    def action_product(self) -> None:
        """Hold a product before the scanner."""
        if self._setting.shops:
            self.run_worker(self._shop.counter.scan("8710400000006"))

    def action_cable(self) -> None:
        """Pull the network cable of this shop, or put it back."""
        if self._setting.shops:
            plugged = self._shop.gateway_cable.cable is Cable.PLUGGED
            self._shop.plug(Cable.CUT if plugged else Cable.PLUGGED)
            self._say(f"network cable of {self._shop.name}: {self._shop.gateway_cable.cable.value}")

    def action_page(self) -> None:
        """Open the family's page as its letter does; there its code is held up to this counter by one click."""
        if self._setting.shops:
            page = self._setting.hall.page(self._setting.code(_ON_PAGE))
            self.open_url(page)
            self._say(f"{_ON_PAGE} on a phone: {page}")

    def action_other_shop(self) -> None:
        """Sell 5,00 to the pass `shared` at the other shop, as its shopkeeper would."""
        if self._setting.shops:
            self.run_worker(self._sell_elsewhere())

    # What goes on

    @property
    def _shop(self) -> Shop:
        return self._setting.shops[0]

    async def _live(self) -> None:
        try:
            await self._setting.open(self._say)
            for shop in self._setting.shops:
                await shop.daemon.start()
        except (Broken, TryAgain) as error:
            self._say(f"{error}\nquit with ctrl+q; the logs are in {self._setting.folder}")
            return
        await self._setting.shops[1].counter.open()
        self.run_worker(self._watch())
        self.run_worker(self._count_money())
        self._say("hold up a pass: F1 to F8, a phone: F10, or click it; ctrl+p opens a family's own page")

    async def _watch(self) -> None:
        self._client = Client(self._shop.plan.state / "screen.sock")
        async for screen in self._client.screens():
            self.query_one(CounterView).update(screen)

    async def _count_money(self) -> None:
        while True:
            text = await asyncio.to_thread(self._money)
            self.query_one("#money", Static).update(text)
            await asyncio.sleep(_MONEY_SECONDS)

    def _money(self) -> str:
        """The contract's view, at its newest block."""
        town = self._setting.town
        lines = ["[b]the contract says[/b]", f"  reserve     {_euros(town.view('reserve', plot.KIND))}"]
        for shop in self._setting.shops:
            slice_left = town.look("slice_of", plot.KIND, checksum(shop.terminal))["left"]
            lines.append(f"  {shop.name}     credit {_euros(town.view('credit', plot.KIND, shop.number))}")
            lines.append(f"              slice  {_euros(slice_left)}")
        for name in _HELD_UP[:6]:
            left = town.look("budget", plot.KIND, checksum(self._setting.pass_address(name)))["left"]
            lines.append(f"  {name:<15}    {_euros(left)}")
        return "\n".join(lines)

    async def _scan(self, name: str) -> None:
        if self._setting.shops:
            phone = name == _PHONE
            code = self._setting.phone_code(name, plot.SPORT, _CEILING) if phone else self._setting.code(name)
            await self._shop.counter.scan(code)

    async def _sell_elsewhere(self) -> None:
        shop = self._setting.shops[1]
        try:
            screen = await shop.counter.sell(self._setting.code("shared"), Cents(5_00))
        except Broken as broken:
            self._say(str(broken))
        else:
            self._say(f"{shop.name}: 5,00 to shared: {screen.stage.value}")

    def _press(self, key: Key) -> None:
        if self._client:
            self._client.press(key)

    def _say(self, line: str) -> None:
        self.query_one("#log", RichLog).write(line)

    @staticmethod
    def _options() -> list[Option]:
        passes = [Option(f"F{number} {name}", id=name) for number, name in enumerate(_HELD_UP, 1)]
        return [*passes, Option(f"F10 {_PHONE}, a new code each time", id=_PHONE)]


def _euros(cents: int) -> str:
    return f"{euros(Cents(cents)):>10}"
