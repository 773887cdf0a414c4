"""What terminals are told of budgets, by a real gateway on a real contract."""

import time
from collections.abc import Callable

import pytest

from contracts.gateway.serving import snapshot
from contracts.wire.reasons import Reason
from contracts.wire.units import to_hex
from terminal import checkpoint
from tests.gateway.desk import Desk
from tests.gateway.process import GatewayProcess, Proxy, until
from tests.gateway.world import ADMITTED, DAY, EXCLUDED, TOYS, Pass, Till, World, checksum, moment

Start = Callable[..., GatewayProcess]
NO_CODE = "0x0000000000000000"


def row(card: Pass, left: int, *, blocked: bool = False, today: int = 0, day: int = 0) -> list[object]:
    return [to_hex(card.address), 1, left, blocked, today, day, 0, NO_CODE]


def test_what_is_accepted_and_not_final_is_subtracted(own_world: World, start: Start, proxy: Proxy):
    till, other, card = own_world.till(), own_world.till(), own_world.card(3_000)
    proxy.hold("eth_sendRawTransaction", "before")
    gateway = start(on=own_world, rpc=proxy.url)
    before = gateway.snapshot(till)
    assert before["budgets"] == [row(card, 3_000)]
    assert (before["shop"], before["network"], before["sequence"]) == (1, 7, 0)
    (programme,) = before["programmes"]
    assert {"id": 1, "name": "Kindpakket", "admitted": True, "paused": False}.items() <= programme.items()

    now = int(time.time())
    other.pay(card, 1_200, when=now)
    gateway.post(other, other.body())
    after = gateway.snapshot(till)

    assert after["budgets"] == [row(card, 1_800, today=1_200, day=now // DAY)]
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
    ends = int(time.time()) + DAY
    own_world.send(contract.set_programme(1, 5, ends, 700, 750, 800, 0))
    own_world.send(contract.place_shop(1, 1, 0, EXCLUDED))  # and still told: the terminal has a slice

    told = until(lambda: gateway.snapshot(till), lambda told: not told["programmes"][0]["admitted"])

    assert told["budgets"] == [row(card, 3_500, blocked=True)]
    rules = {"begins": 5, "ends": ends, "floor_limit": 700, "day_limit": 750, "offline_window": 800}
    assert told["programmes"] == [{"id": 1, "name": "Kindpakket", **rules, "paused": True, "admitted": False}]


def test_programmes_that_do_not_concern_the_terminal_are_not_told(own_world: World, start: Start):
    till, card = own_world.till(slice_cents=0), own_world.card()
    own_world.send(own_world.contract.functions.place_shop(1, 1, 0, EXCLUDED))
    gateway = start(on=own_world)

    told = gateway.snapshot(till)

    assert (told["programmes"], told["budgets"]) == ([], [])
    assert card.address.hex() not in str(told)


def test_a_name_that_is_no_text_does_not_stop_the_reader(own_world: World, start: Start):
    create = own_world.contract.functions.create_programme("?????", own_world.euro.address, 1, 2, 3, 4, 5, 0)
    spoilt = create.build_transaction({"from": own_world.owner.address, "gas": 10**6, "gasPrice": 10**11})
    spoilt["data"] = spoilt["data"].replace("3f" * 5, "ff000a1bc3")
    spoilt["nonce"] = own_world.web3.eth.get_transaction_count(own_world.owner.address)
    signed = own_world.owner.sign_transaction(spoilt)
    own_world.web3.eth.send_raw_transaction(signed.raw_transaction)
    own_world.send(own_world.contract.functions.place_shop(2, 1, 0, ADMITTED))
    gateway, till = start(on=own_world), own_world.till()

    names = [programme["name"] for programme in gateway.snapshot(till)["programmes"]]

    assert names[0] == "Kindpakket"
    assert set(names[1]) == {"\N{REPLACEMENT CHARACTER}"}


def test_a_terminal_asks_the_chain_about_every_programme_that_it_is_told_of():
    assert snapshot.PROGRAMMES_MAX <= checkpoint.PROGRAMMES_MAX


def test_no_sponsor_crowds_out_the_programmes_that_fund_a_terminal(own_world: World, own_desk: Desk, monkeypatch):
    """Any sponsor may admit any shop, to any number of programmes, and give a cent; a terminal takes so many."""
    monkeypatch.setattr(snapshot, "PROGRAMMES_MAX", 2)
    contract = own_world.contract.functions
    for programme in (2, 3, 4):
        own_world.programme(1_000, 1_001)
        own_world.send(contract.place_shop(programme, 1, 0, ADMITTED))
    own_world.send(contract.fund(4, 100))
    till = own_world.till(slice_cents=0)
    own_world.send(contract.raise_slice(4, checksum(till.address), 100))
    own_desk.read()
    assert [programme.id for programme in own_desk.told(till).programmes] == [1, 4]

    for programme, cents in ((2, 1), (3, 2)):
        own_world.send(contract.fund(programme, 100))
        own_world.send(contract.raise_slice(programme, checksum(till.address), cents))
    own_desk.read()
    assert [programme.id for programme in own_desk.told(till).programmes] == [3, 4]


# ------------------------------------------------------------------------------------------------ shops' categories


def admitted(desk: Desk, till: Till) -> dict[int, bool]:
    """By programme, as told: what the contract says of it too."""
    desk.read()
    told = {programme.id: programme.admitted for programme in desk.told(till).programmes}
    is_admitted = desk.world.contract.functions.is_admitted
    assert all(is_admitted(programme, 1).call() == here for programme, here in told.items())
    return told


@pytest.mark.parametrize(
    ("category", "standing", "takes_part"),
    [(0, 0, False), (TOYS, 0, True), (TOYS + 1, 0, False), (63, 0, False), (0, 1, True), (TOYS, 2, False)],
)
def test_a_shop_takes_part_by_its_category_or_its_name(
    own_world: World, own_desk: Desk, category: int, standing: int, takes_part: bool
):
    till = own_world.till()
    own_world.send(own_world.contract.functions.place_shop(1, 1, category, standing))
    assert admitted(own_desk, till) == {1: takes_part}


def test_each_programme_says_for_itself_what_a_shop_is(own_world: World, own_desk: Desk):
    contract, till = own_world.contract.functions, own_world.till(slice_cents=0)
    own_world.programme(1_000, 1_001)
    own_world.send(contract.place_shop(1, 1, TOYS, 0))
    assert admitted(own_desk, till) == {1: True}, "the second knows nothing of this shop"

    ends = int(time.time()) + DAY
    own_world.send(contract.place_shop(2, 1, 63, 0))
    own_world.send(contract.set_programme(2, 0, ends, 1, 1, 1, 1 << 63))
    own_world.send(contract.set_programme(1, 0, ends, 1, 1, 1, 1 << 63))

    assert admitted(own_desk, till) == {2: True}, "toys are no longer what the first is for"


def test_a_closed_programme_is_not_told(own_world: World, own_desk: Desk):
    contract, till = own_world.contract.functions, own_world.till()
    own_world.programme(1_000, 1_001)
    own_world.send(contract.fund(2, 100))
    own_world.send(contract.raise_slice(2, checksum(till.address), 50))
    own_desk.read()
    assert [programme.id for programme in own_desk.told(till).programmes] == [1, 2]

    own_world.send(contract.close_programme(2))
    own_desk.read()

    assert [programme.id for programme in own_desk.told(till).programmes] == [1]


# ------------------------------------------------------------------------------------- what is accepted and not final


def test_what_waits_is_told_as_it_will_be(world: World, desk: Desk):
    """Payments, asks and phones' codes are told as taken before they settle, and the same afterwards."""
    till, card = world.till(), world.card(3_000)
    now = moment()
    desk.time = now
    till.pay(card, 100, when=now - DAY)
    till.pay(card, 200, when=now)
    till.ask(card, 400)
    till.phone(card, 800, counter=7)
    till.phone_ask(card, 1_000, counter=9)
    desk.read()
    desk.take_in(till)

    waiting = desk.told_budget(till, card)

    assert waiting == (500, False, 2_400, now // DAY, 9, "0x0000000000000005")
    desk.settle(till)
    assert desk.told_budget(till, card) == waiting
    assert [outcome[1] for outcome in desk.outcomes(till)] == [0] * 5
    assert desk.budget(card).left == 500


def test_what_waits_counts_for_the_day_that_the_contract_will_take(world: World, desk: Desk):
    till, old, asking = world.till(), world.card(3_000), world.card(3_000)
    desk.time = moment()
    till.pay(old, 100, when=desk.time - 20 * DAY)
    till.ask(asking, 100, when=0)
    desk.read()
    desk.take_in(till)

    waiting = desk.told_budget(till, old), desk.told_budget(till, asking)

    assert [told[3] for told in waiting] == [desk.time // DAY - 7, desk.time // DAY]
    desk.settle(till)
    assert (desk.told_budget(till, old), desk.told_budget(till, asking)) == waiting


def test_what_waits_takes_no_more_than_there_is(world: World, desk: Desk):
    till, card = world.till(), world.card(300)
    desk.time = moment()
    till.pay(card, 200)
    till.pay(card, 200)
    desk.read()
    desk.take_in(till)

    waiting = desk.told_budget(till, card)

    assert waiting[:3] == (0, False, 300)
    desk.settle(till)
    assert desk.told_budget(till, card) == waiting, "100 of the second were there"


def test_an_ask_counts_until_it_is_rejected(world: World, desk: Desk):
    till, card = world.till(), world.card(300)
    till.ask(card, 200, deadline=1_000)
    desk.read()
    desk.take_in(till)
    assert desk.told_budget(till, card)[0] == 100

    desk.work()

    assert desk.outcomes(till) == [(1, Reason.ASK_TOO_LATE, 0)]
    assert desk.told_budget(till, card) == (300, False, 0, 0, 0, NO_CODE)


def test_a_refund_frees_nothing_before_it_is_final(world: World, desk: Desk):
    till, card = world.till(), world.card(300)
    till.pay(card, 200)
    desk.settle(till)
    till.refund(card, 150, sale=1)
    desk.take_in(till)
    assert desk.told_budget(till, card)[:3] == (100, False, 200)

    desk.settle(till)

    assert desk.told_budget(till, card)[:3] == (250, False, 50)


def test_what_is_sure_to_be_rejected_takes_nothing(world: World, desk: Desk):
    """No signature of a pass, no amount, or handed in behind the end of a journal that is settled."""
    till, card = world.till(), world.card(300)
    till.phone(card, 0, counter=5)
    till.add(till.entries[0][:-1] + b"\x00")
    till.retire()
    desk.read()
    desk.take_in(till)
    assert desk.told_budget(till, card) == (300, False, 0, 0, 0, NO_CODE)
    desk.settle(till)

    till.pay(card, 100)
    desk.take_in(till)

    assert desk.told_budget(till, card)[0] == 300
    desk.settle(till)
    assert desk.outcomes(till)[2:] == [(3, 0, 0), (4, Reason.TERMINAL_RETIRED, 0)]
