"""What strangers cost and learn: terminals that they make up take neither turns nor memory from others."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import pytest
from coincurve import PrivateKey

from contracts.gateway.chain.node import Cursor
from contracts.gateway.http import answers, terminals
from contracts.gateway.http.counting import Counting
from contracts.gateway.http.rates import Rates
from contracts.gateway.serving import register
from contracts.gateway.serving.register import Register
from contracts.wire import typed_data
from contracts.wire.errors import Refused, TryAgain
from contracts.wire.reasons import Reason
from contracts.wire.signature import address_of, sign
from contracts.wire.units import Address, Timestamp, to_hex
from tests.gateway.ledger_town import DOMAIN, Town

NOW = Timestamp(1_800_000_000)


class SilentNode:
    """Answers when it is let."""

    def __init__(self) -> None:
        self.asked, self.answer = threading.Semaphore(0), threading.Event()

    def cursor(self, terminal: Address) -> Cursor:
        self.asked.release()
        assert self.answer.wait(60)
        return Cursor(0, 0, bytes(20))


@pytest.fixture
def town(where: Any) -> Iterator[Town]:
    made = Town(where)
    made.programme()
    made.happen("ShopPlaced", programme=1, shop=1, category=0, standing=1)
    made.register(0, 1)
    yield made
    made.store.close()


def stranger(number: int) -> Address:
    return Address(number.to_bytes(20))


def test_f35_made_up_terminals_hold_few_turns_while_the_node_is_silent(town: Town, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(register, "_WAIT_SECONDS", 60)
    node = SilentNode()
    known = Register(town.store, node, lambda: NOW)  # type: ignore[arg-type]
    with ThreadPoolExecutor(register._ASKERS_MAX) as threads:
        held = [threads.submit(known.check, stranger(number)) for number in range(register._ASKERS_MAX)]
        assert node.asked.acquire(timeout=20)
        until = time.monotonic() + 20
        while known._places._value:
            assert time.monotonic() < until
            time.sleep(0.01)
        with pytest.raises(TryAgain, match="too many"):
            known.check(stranger(99))
        known.check(town.tills[0].address)
        node.answer.set()
        assert [type(one.exception(20)) for one in held] == [Refused] * len(held)
    with pytest.raises(Refused) as refused:
        known.check(stranger(99))
    assert refused.value.reason is Reason.TERMINAL_UNKNOWN


def ask(town: Town, node: Any) -> Rates:
    """A terminal that its owner made up asks for its position; what is remembered of that."""
    rates = Rates()
    known = Register(town.store, node, lambda: NOW)
    here: Any = SimpleNamespace(domain=DOMAIN, clock=lambda: NOW, rates=rates, register=known)
    key = PrivateKey(b"\x07" * 32)
    target = f"/v1/terminals/{to_hex(address_of(key))}/position"
    signature = sign(key, typed_data.request(DOMAIN, address_of(key), "GET", target, b"", NOW))
    request: Any = SimpleNamespace(scope={"raw_path": target.encode(), "query_string": b"", "client": ("192.0.2.1", 1)})
    with pytest.raises((Refused, TryAgain)):
        terminals._asking(here, to_hex(address_of(key)), request, str(NOW), to_hex(signature))
    assert not rates._proven.has(("192.0.2.1", address_of(key)))
    return rates


def test_f35_a_made_up_terminal_is_remembered_by_nobody(town: Town):
    node = SilentNode()
    node.answer.set()
    ask(town, node)


def test_f35_a_made_up_terminal_counts_as_a_failure_while_the_node_is_away(town: Town):
    def away(_: Address) -> Cursor:
        raise TryAgain("the node does not answer")

    rates = ask(town, SimpleNamespace(cursor=away))
    assert rates._failures._level(("192.0.2.1", None)) > 0


async def test_what_our_database_is_called_is_for_the_log_alone():
    request: Any = None
    said = await answers._try_again(request, TryAgain('the store does not answer: connection to "10.0.0.5" failed'))
    assert (said.status_code, said.body) == (503, b'{"detail":"the store does not answer"}')


async def test_a_defect_is_counted_though_the_framework_answers_it():
    counted: list[tuple[str, int]] = []
    metrics: Any = SimpleNamespace(answered=lambda route, status, _: counted.append((route, status)))

    async def broken(*_: Any) -> None:
        raise ZeroDivisionError

    nothing: Any = None
    with pytest.raises(ZeroDivisionError):
        await Counting(broken, metrics)({"type": "http"}, nothing, nothing)
    assert counted == [("none", 500)]
