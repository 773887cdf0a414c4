"""A terminal as tests set it up: a folder with key, journal and configuration, and its daemon as a real process."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from coincurve import PrivateKey

from contracts.wire import passcode
from contracts.wire.entry import Delegation
from contracts.wire.passcode import StaticCode
from contracts.wire.signature import address_of, sign
from contracts.wire.typed_data import Domain
from contracts.wire.units import Address, Cents, Timestamp, to_hex
from terminal.core.events import Key
from terminal.core.facts import Budget, Checkpoint, Programme, Slice
from terminal.core.screen import Screen, Stage
from terminal.link import messages
from terminal.signer import TerminalSigner, make_key
from terminal.store import Store

ROOT = Path(__file__).parents[2]
NETWORK = 7
DOMAIN = Domain(1337, Address(bytes.fromhex("c0" * 20)))
PROGRAMME = Programme(
    1, "Kindpakket", Timestamp(0), Timestamp(2**39), Cents(50_00), Cents(1_000_00), 86_400, paused=False, admitted=True
)
PATIENCE = 45.0
"""Seconds that a loaded machine may take for what a quiet one does at once."""
RUN = "import sys; from terminal.daemon import main; sys.exit(main(sys.argv[1:]))"


def code(number: int) -> str:
    """The pass code of family `number`."""
    return passcode.make_static(NETWORK, number.to_bytes(16))


def pass_key(number: int) -> PrivateKey:
    static = passcode.parse(code(number), NETWORK)
    assert isinstance(static, StaticCode)
    return PrivateKey(static.private_key())


def pass_address(number: int) -> Address:
    return address_of(pass_key(number))


def phone_code(
    number: int, counter: int = 1, ceiling: int = 50_00, expiry: int = 2**39, domain: Domain = DOMAIN
) -> str:
    """The code on the phone of family `number`."""
    delegation = Delegation(1, Cents(ceiling), Timestamp(expiry), counter)
    return passcode.make_phone(NETWORK, delegation, sign(pass_key(number), delegation.digest(domain)))


def budget(left: int, programme: int = 1, *, blocked: bool = False, counter: int = 0, window: int = 0) -> Budget:
    """What the gateway says of a pass that spent nothing today."""
    return Budget(programme, Cents(left), blocked, Cents(0), 0, counter, window)


def now() -> Timestamp:
    return Timestamp(int(time.time()))


@dataclass
class Till:
    """A provisioned terminal in a folder of its own."""

    folder: Path
    rpc_url: str = "http://127.0.0.1:9"
    gateway_url: str = "http://127.0.0.1:9"
    extra: str = ""
    domain: Domain = DOMAIN
    interpreter: tuple[str, ...] = (sys.executable,)
    """What runs the daemon."""
    address: Address = field(init=False)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.address = make_key(self.folder / "key")
        Store.create(self.journal, self.domain, self.address, volatile_ok=True)
        self.configure()

    @property
    def journal(self) -> Path:
        return self.folder / "journal.sqlite"

    @property
    def socket(self) -> Path:
        return self.folder / "screen.sock"

    @property
    def config(self) -> Path:
        return self.folder / "terminal.toml"

    def configure(self, *, simulators: bool = True) -> None:
        self.config.write_text(
            f"""
state_dir = "{self.folder}"
key_file = "{self.folder / "key"}"
language = "nl"
shop = "shop-03"
support = "0800 0000"
simulators = {str(simulators).lower()}
{self.extra}
[chain]
rpc_url = "{self.rpc_url}"
chain_id = {self.domain.chain_id}
contract = "{to_hex(self.domain.contract)}"
network = {NETWORK}
[gateway]
url = "{self.gateway_url}"
[[devices]]
name = "scanner"
driver = "simulated-scanner"
options = {{ socket = "{self.folder / "scanner.sock"}" }}
[[devices]]
name = "keypad"
driver = "simulated-keypad"
options = {{ socket = "{self.folder / "keypad.sock"}" }}
"""
        )

    def signer(self) -> TerminalSigner:
        return TerminalSigner.load(self.folder / "key", self.domain)

    def store(self) -> Store:
        return Store.open(self.journal, self.domain, self.address, volatile_ok=True)

    def know(
        self,
        *,
        programmes: tuple[Programme, ...] = (PROGRAMME,),
        slice_: int = 500_00,
        left: int = 300_00,
        families: int = 20,
        at: Timestamp | None = None,
    ) -> None:
        """As if chain and gateway had been reached just now."""
        budgets = [
            (pass_address(number), budget(left, programme.id))
            for number in range(1, families + 1)
            for programme in programmes
        ]
        slices = tuple(Slice(programme.id, Cents(slice_)) for programme in programmes)
        with closing(self.store()) as store:
            settled = store.checkpoint()
            sequence = settled.sequence if settled else 0
            store.save_checkpoint(Checkpoint(1, at or now(), 1, sequence, slices))
            store.save_bound(at or now())
            store.replace_snapshot("1", 1, sequence, programmes, budgets)

    def settle_all(self) -> None:
        """As if the chain had settled every entry: limits and waiting entries start anew."""
        with closing(self.store()) as store:
            store.save_checkpoint(Checkpoint(store.sequence + 1, now(), 1, store.sequence, (Slice(1, Cents(500_00)),)))

    def start(self, *, program: str = RUN, environment: dict[str, str] | None = None) -> "Running":
        return Running(self, program, environment or {})


class Running:
    """The daemon's process, a line to its screen socket, and to its simulated devices."""

    def __init__(self, till: Till, program: str, environment: dict[str, str]) -> None:
        self.till = till
        self.process = subprocess.Popen(
            [*till.interpreter, "-c", program, "--config", str(till.config)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=ROOT,
            env={**os.environ, **environment},
        )
        assert self.process.stdout is not None
        self._errors = bytearray()
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()
        self.said = self.process.stdout.readline()

    def _listen(self) -> None:
        assert self.process.stderr is not None
        with self.process.stderr as stderr:
            for line in stderr:
                self._errors += line

    def __enter__(self) -> Self:
        if self.said != b"ready\n":
            self.process.wait(PATIENCE)
            raise AssertionError(self.stderr())
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(PATIENCE)
        assert self.process.stdout is not None
        self.process.stdout.close()
        self._listener.join(PATIENCE)

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(PATIENCE)

    def stderr(self) -> str:
        """What it wrote there; all of it once the process has ended."""
        if self.process.poll() is not None:
            self._listener.join(PATIENCE)
        return self._errors.decode()

    def screen(self) -> "Glass":
        return Glass(self.till.socket)

    def scan(self, text: str) -> None:
        self.tell("scanner", {"scan": text})

    def keys(self, *keys: str) -> None:
        self.tell("keypad", {"keys": list(keys)})

    def tell(self, device: str, command: dict[str, Any]) -> None:
        """One command to a simulated device; returns when it was emitted."""
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(PATIENCE)
            line.connect(str(self.till.folder / f"{device}.sock"))
            line.sendall(json.dumps(command).encode() + b"\n")
            answer = json.loads(line.makefile("rb").readline())
        assert answer == {"ok": True}, answer


class Glass:
    """A screen, read line by line."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(PATIENCE)
        self._socket.connect(str(path))
        self._lines = self._socket.makefile("rb")
        self.last: Screen | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._lines.close()
        self._socket.close()

    def press(self, *keys: str) -> None:
        for key in keys:
            self._socket.sendall(messages.encode_key(Key(key)))

    def next(self) -> Screen | None:
        """The next screen; None when the daemon has gone."""
        try:
            line = self._lines.readline()
        except ConnectionError:
            return None
        if not line:
            return None
        self.last = messages.decode_screen(line)
        return self.last

    def until(self, wanted: Any) -> Screen:
        """The first screen at this stage, or for which the question is answered by yes."""
        asks = (lambda screen: screen.stage is wanted) if isinstance(wanted, Stage) else wanted
        deadline = time.monotonic() + PATIENCE
        while (screen := self.next()) is not None and time.monotonic() < deadline:
            if asks(screen):
                return screen
        raise AssertionError(f"never seen; the last one was {self.last}")


def sell(running: Running, glass: Glass, family: int = 1, *keys: str) -> Screen:
    """A whole sale by scanner and keypad, to approved, refused, or waiting for the contract's answer."""
    running.scan(code(family))
    scanned = glass.until(lambda screen: screen.stage in {Stage.AMOUNT, Stage.REFUSED})
    if scanned.stage is Stage.REFUSED:
        return scanned
    running.keys(*(keys or ("1", "2", "5", "0")), "confirm")
    return glass.until(lambda screen: screen.stage in {Stage.APPROVED, Stage.REFUSED, Stage.ASKING})


async def eventually(question: Any) -> None:
    """Wait until the question is answered by yes."""
    async with asyncio.timeout(PATIENCE):
        while not question():  # noqa: ASYNC110 - what is asked has no event, as a client has none
            await asyncio.sleep(0.01)
