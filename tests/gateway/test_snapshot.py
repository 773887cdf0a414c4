"""What terminals are told of budgets, by a real gateway on a real contract."""

from collections.abc import Callable
from pathlib import Path

from contracts.gateway import snapshot
from contracts.wire.units import to_hex
from tests.gateway.desk import Desk
from tests.gateway.process import GatewayProcess, Proxy, until
from tests.gateway.world import NETWORK, World, checksum

Start = Callable[..., GatewayProcess]


def test_what_is_accepted_and_not_final_is_subtracted(own_world: World, start: Start, proxy: Proxy):
    till, other, card = own_world.till(), own_world.till(), own_world.card(3_000)
    proxy.hold("eth_sendRawTransaction", "before")
    gateway = start(on=own_world, rpc=proxy.url)
    before = gateway.snapshot(till)
    assert before["budgets"] == [[to_hex(card.address), 1, 3_000, False]]
    assert (before["shop"], before["network"], before["sequence"]) == (1, 7, 0)
    (programme,) = before["programmes"]
    assert {"id": 1, "name": "Kindpakket", "admitted": True, "paused": False}.items() <= programme.items()

    other.pay(card, 1_200)
    gateway.post(other, other.body())
    after = gateway.snapshot(till)

    assert after["budgets"] == [[to_hex(card.address), 1, 1_800, False]]
    assert after["sequence"] == 0
    assert gateway.snapshot(other)["sequence"] == 1
    assert after["version"] != before["version"]
    assert gateway.get(till, f"snapshot?known={after['version']}").status_code == 204
    assert gateway.get(till, f"snapshot?known={before['version']}").status_code == 200


def test_it_follows_the_sponsor(own_world: World, start: Start):
    gateway, till, card = start(on=own_world), own_world.till(), own_world.card(3_000)
    gateway.snapshot(till)
    own_world.grant(card, 500)
    contract = own_world.contract.functions
    own_world.send(contract.set_pass_blocked(1, checksum(card.address), True))
    own_world.send(contract.set_paused(1, True))
    own_world.send(contract.set_programme(1, 5, 6, 700, 800))
    own_world.send(contract.admit_shop(1, 1, False))  # and still told: the terminal has a slice

    told = until(lambda: gateway.snapshot(till), lambda told: not told["programmes"][0]["admitted"])

    assert told["budgets"] == [[to_hex(card.address), 1, 3_500, True]]
    rules = {"begins": 5, "ends": 6, "floor_limit": 700, "offline_window": 800, "paused": True, "admitted": False}
    assert told["programmes"] == [{"id": 1, "name": "Kindpakket", **rules}]


def test_programmes_that_do_not_concern_the_terminal_are_not_told(own_world: World, start: Start):
    till, card = own_world.till(slice_cents=0), own_world.card()
    own_world.send(own_world.contract.functions.admit_shop(1, 1, False))
    gateway = start(on=own_world)

    told = gateway.snapshot(till)

    assert (told["programmes"], told["budgets"]) == ([], [])
    assert card.address.hex() not in str(told)


def test_a_name_that_is_no_text_does_not_stop_the_reader(own_world: World, start: Start):
    create = own_world.contract.functions.create_programme("?????", own_world.euro.address, 1, 2, 3, 4)
    spoilt = create.build_transaction({"from": own_world.owner.address, "gas": 10**6, "gasPrice": 10**11})
    spoilt["data"] = spoilt["data"].replace("3f" * 5, "ff000a1bc3")
    spoilt["nonce"] = own_world.web3.eth.get_transaction_count(own_world.owner.address)
    signed = own_world.owner.sign_transaction(spoilt)
    own_world.web3.eth.send_raw_transaction(signed.raw_transaction)
    own_world.send(own_world.contract.functions.admit_shop(2, 1, True))
    gateway, till = start(on=own_world), own_world.till()

    names = [programme["name"] for programme in gateway.snapshot(till)["programmes"]]

    assert names[0] == "Kindpakket"
    assert set(names[1]) == {"\N{REPLACEMENT CHARACTER}"}


def test_no_sponsor_crowds_out_the_programmes_that_fund_a_terminal(own_world: World, tmp_path: Path, monkeypatch):
    """Any sponsor may admit any shop, to any number of programmes; a terminal takes so many."""
    monkeypatch.setattr(snapshot, "PROGRAMMES_MAX", 2)
    contract, now = own_world.contract.functions, 1_000
    for programme in (2, 3, 4):
        own_world.send(contract.create_programme("x", own_world.euro.address, now, now + 1, 1, 1))
        own_world.send(contract.admit_shop(programme, 1, True))
    own_world.send(contract.fund(4, 100))
    till = own_world.till(slice_cents=0)
    own_world.send(contract.raise_slice(4, checksum(till.address), 100))
    desk = Desk(own_world, tmp_path)
    desk.read()
    told = snapshot.snapshot(desk.store, own_world.domain, NETWORK, till.address, None)
    desk.store.close()

    assert told is not None
    assert [programme.id for programme in told.programmes] == [1, 4]
