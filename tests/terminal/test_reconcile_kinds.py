"""Asks, refunds, phones and retirements of a journal against a real contract: what nets out, and what would not."""

import json
import time
from functools import partial

import pytest

from contracts.wire import batch
from contracts.wire.hashing import keccak256
from contracts.wire.units import Address, to_hex
from terminal import journal, logs, retire
from terminal.contract_state import leads_to
from terminal.core.effects import AskEnd
from terminal.endpoint import Endpoint
from terminal.http import Http
from tests.chain import processes
from tests.gateway.world import World, checksum
from tests.terminal.books import ask, give_back, sell, sell_by_phone
from tests.terminal.books import retire as end
from tests.terminal.test_reconcile import answering, but_for, with_data, without
from tests.terminal.till import Till, pass_address

LEFT = 300_00
SLICE = 20_00
OTHER = Address(b"\x77" * 20)


@pytest.fixture(scope="module")
def world():
    """Families 1 to 30 have EUR 300 each; a terminal may approve up to EUR 50."""
    with processes.embedded("--block-seconds", "0.5") as url:
        world = World(url)
        passes = [checksum(pass_address(number)) for number in range(1, 31)]
        world.send(world.contract.functions.grant(1, keccak256(b"first"), passes, [LEFT] * len(passes)))
        yield world


@pytest.fixture(scope="module")
def families():
    """Each test takes one of its own: a day's limit is soon reached."""
    return iter(range(1, 31))


@pytest.fixture
def family(families):
    return next(families)


@pytest.fixture
def till(world, tmp_path):
    till = Till(tmp_path / "till", domain=world.domain)
    world.register(till.address, till.signer().sign_registration(1))
    world.send(world.contract.functions.raise_slice(1, checksum(till.address), SLICE))
    return till


@pytest.fixture
def book(till):
    """Make entries in the journal as the daemon would."""

    def book(*makes):
        with till.store() as store:
            return [make(store, till.signer()) for make in makes]

    return book


def settle(world, till, last=None):
    with till.store() as store:
        world.settle(batch.encode([store.segment_after(0, last or store.sequence)]))


def payment(family, amount):
    return lambda store, signer: sell(store, signer, number=family, amount=amount, time=int(time.time()))


def asked(family, amount, seconds=120):
    now = int(time.time())
    return lambda store, signer: ask(store, signer, number=family, amount=amount, time=now, deadline=now + seconds)


def given_back(sale, family, amount, terminal=None):
    return lambda store, signer: give_back(store, signer, sale, terminal, number=family, amount=amount)


@pytest.fixture
def verify(till, world, capsys):
    def run(*arguments, url=world.rpc_url):
        status = journal.main(["verify", *arguments, "--against", url, "--config", str(till.config)])
        return status, capsys.readouterr()

    return run


def sums(document):
    return {
        name: (count, document[f"{name}_cents"])
        for name, count in document.items()
        if count and f"{name}_cents" in document
    }


def test_f39_f40_every_kind_nets_out_to_the_credit_of_the_shop(book, till, world, verify, family):
    before = world.credit()
    book(
        payment(family, 20_00),
        asked(family, 80_00),
        given_back(1, family, 5_00),
        given_back(2, family, 80_00),
        lambda store, signer: sell_by_phone(store, signer, number=family, amount=3_00, time=int(time.time())),
        end,
    )
    settle(world, till)
    status, said = verify("--json")
    document = json.loads(said.out)
    assert sums(document) == {
        "approved": (3, 103_00),
        "paid": (3, 103_00),
        "refunded": (2, 85_00),
    }
    assert (document["net_approved_cents"], document["credited_cents"]) == (18_00, 18_00)
    assert (status, document["difference_cents"]) == (0, 0)
    assert world.credit() - before == 18_00


def test_f39_an_ask_that_was_not_paid_was_never_approved(book, till, world, verify, family):
    book(payment(family, 10_00), asked(family, 80_00, seconds=-1))
    settle(world, till)
    status, said = verify("--json")
    document = json.loads(said.out)
    assert status == 0
    assert sums(document) == {"approved": (1, 10_00), "paid": (1, 10_00), "refused": (1, 80_00)}
    assert document["exceptions"] == [{"sequence": 2, "amount": 80_00, "reason": "ASK_TOO_LATE"}]
    assert "entry 2, 80,00, refused: The answer came too late" in verify()[1].out


@pytest.mark.parametrize(("noted", "difference"), [(AskEnd.REFUSED, 0), (AskEnd.HANDED_OVER, 80_00)])
def test_an_ask_that_this_terminal_took_for_paid_and_was_not_is_a_difference(
    book, till, world, verify, family, noted, difference
):
    book(asked(family, 80_00, seconds=-1), lambda store, _: store.resolve(1, noted))
    settle(world, till)
    status, said = verify("--json")
    document = json.loads(said.out)
    assert (status, document["difference_cents"]) == (1 if difference else 0, difference)
    assert document["rejected"] == (1 if difference else 0)


def test_what_waits_is_listed_apart(book, till, world, verify, family):
    book(payment(family, 10_00), payment(family, 1_00), given_back(1, family, 2_00), asked(family, 60_00))
    settle(world, till, 1)
    status, said = verify("--json")
    document = json.loads(said.out)
    assert sums(document) == {
        "approved": (2, 11_00),
        "paid": (1, 10_00),
        "unsettled": (1, 1_00),
        "asked": (1, 60_00),
        "refunds_unsettled": (1, 2_00),
    }
    assert (status, document["credited_cents"], document["difference_cents"]) == (0, 10_00, 0)
    assert "refunds unsettled        1   2,00" in verify()[1].out


def test_f40_a_refund_that_the_contract_does_not_take_is_a_difference(book, till, world, verify, family):
    book(payment(family, 10_00), given_back(1, family, 4_00), given_back(9, family, 6_00, OTHER))
    settle(world, till)
    status, said = verify("--json")
    document = json.loads(said.out)
    assert document["exceptions"] == [{"sequence": 3, "amount": 6_00, "reason": "REFUND_SALE"}]
    assert (document["refunded_cents"], document["refunds_rejected_cents"]) == (4_00, 6_00)
    assert (status, document["credited_cents"], document["difference_cents"]) == (1, 6_00, -6_00)


def test_f40_money_that_is_owed_counts_as_given_back(book, till, world, verify, family):
    """The shop was paid out before: nothing moves yet, and the books are even all the same."""
    book(payment(family, 10_00))
    settle(world, till)
    owed = world.contract.functions.owed(1, 1).call()
    world.send(world.contract.functions.pay_out(1, 1))
    book(given_back(1, family, 10_00))
    settle(world, till)
    assert world.contract.functions.owed(1, 1).call() == owed + 10_00
    status, said = verify("--json")
    assert (status, json.loads(said.out)["credited_cents"]) == (0, 0)


def test_an_export_tells_the_same(book, till, world, verify, family, tmp_path, capsys):
    book(payment(family, 5_00), asked(family, 70_00), given_back(2, family, 70_00), end)
    settle(world, till)
    assert journal.main(["export", str(tmp_path / "out.json"), "--config", str(till.config)]) == 0
    assert verify(str(tmp_path / "out.json"))[0] == 0


@pytest.fixture(scope="module")
def whole(world, families, tmp_path_factory):
    """A terminal with a paid ask, a refund of it, and its end."""
    till = Till(tmp_path_factory.mktemp("whole"), domain=world.domain)
    world.register(till.address, till.signer().sign_registration(1))
    family = next(families)
    with till.store() as store:
        for make in (asked(family, 70_00), given_back(1, family, 9_00), end):
            make(store, till.signer())
    settle(world, till)
    return till


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (without(logs.ASK_PAID), "entry 1, and no event of it says how"),
        (without(logs.REFUNDED), "entry 2, and no event of it says how"),
        (without(logs.RETIRED), "entry 3, and no event of it says how"),
        (with_data(logs.ASK_PAID, 1, 1), "entry 1, which says something else"),
        (with_data(logs.ASK_PAID, 0, 2), "entry 2, which says something else"),
        (with_data(logs.REFUNDED, 1, 1), "entry 2, which says something else"),
        (with_data(logs.RETIRED, 0, 2), "out of turn"),
    ],
    ids=range(7),
)
def test_events_that_contradict_the_journal_are_named(whole, world, capsys, change, told):
    with answering(but_for(world, "eth_getLogs", change)) as url:
        status = journal.main(["verify", "--against", url, "--config", str(whole.config)])
    assert status == 1
    assert told in capsys.readouterr().err


class TestF31:
    def test_f31_a_stolen_terminals_entries_are_worth_nothing_once_it_is_revoked(
        self, book, till, world, verify, family
    ):
        book(payment(family, 10_00))
        settle(world, till)
        world.send(world.contract.functions.revoke_terminal(1, checksum(till.address)))
        before = world.credit()
        book(payment(family, 9_00), asked(family, 60_00), given_back(1, family, 1_00))
        settle(world, till)
        assert world.credit() == before
        status, said = verify("--json")
        document = json.loads(said.out)
        assert {each["reason"] for each in document["exceptions"]} == {"TERMINAL_REVOKED"}
        assert (document["rejected_cents"], document["refused_cents"]) == (9_00, 60_00)
        assert (status, document["difference_cents"]) == (1, 9_00 - 1_00)

    def test_f31_a_retired_terminals_slice_goes_back_and_its_entries_are_paid(
        self, book, till, world, verify, family, capsys
    ):
        book(payment(family, 10_00))
        assert retire.main(["--yes", "--config", str(till.config)]) == 0
        assert "is retired by entry 2; 2 entries wait" in capsys.readouterr().out
        settle(world, till)
        reserve = world.contract.functions.reserve(1).call()
        world.send(world.contract.functions.release_slice(1, checksum(till.address)))
        assert world.contract.functions.reserve(1).call() == reserve + SLICE
        assert verify()[0] == 0


async def test_f32_the_contract_tells_which_pass_took_the_place_of_which(world):
    first, second, third = (pass_address(number) for number in (31, 32, 33))
    world.send(world.contract.functions.grant(1, keccak256(b"lost"), [checksum(first)], [LEFT]))
    for old, new in ((first, second), (second, third)):
        world.send(world.contract.functions.reissue(1, checksum(old), checksum(new)))
    async with Http() as http:
        endpoint = Endpoint(http, world.rpc_url)
        asked = partial(leads_to, endpoint, world.domain, 1)
        assert await asked(first, third)
        assert await asked(second, third)
        assert await asked(third, third)
        assert not await asked(third, first)
        assert not await asked(OTHER, third)


class TestReceipts:
    @pytest.fixture
    def paper(self, till, capsys):
        def code(sequence):
            assert journal.main(["receipt", str(sequence), "--json", "--config", str(till.config)]) == 0
            return json.loads(capsys.readouterr().out)["code"]

        return code

    @pytest.fixture
    def check(self, world, capsys):
        def run(*arguments):
            status = journal.main(["check-receipt", *arguments])
            return status, capsys.readouterr()

        return run

    def test_f40_a_refund_proves_itself_and_which_sale_it_gives_back(self, book, till, world, family, paper, check):
        book(payment(family, 10_00), given_back(1, family, 4_00))
        settle(world, till)
        document = json.loads(check(paper(2), "--json", "--against", world.rpc_url)[1].out)
        assert (document["kind"], document["amount"], document["money"]) == ("refund", 4_00, "given back")
        assert (document["sale_terminal"], document["sale_sequence"]) == (to_hex(till.address), 1)
        text = check(paper(2))[1].out
        assert "given back  EUR 4,00 to programme 1" in text
        assert f"entry 1 of terminal {to_hex(till.address)}" in text

    def test_f39_of_an_ask_paper_proves_only_that_it_was_asked(self, book, till, world, family, paper, check):
        book(asked(family, 70_00), lambda store, _: store.resolve(1, AskEnd.HANDED_OVER))
        settle(world, till)
        text = check(paper(1))[1].out
        assert "asked       EUR 70,00 from programme 1" in text
        assert "only the contract tells" in text
        assert "paid from the budget" in check(paper(1), "--against", world.rpc_url)[1].out

    def test_one_that_was_refused_has_no_receipt(self, book, till, capsys, family):
        book(asked(family, 70_00), end)
        for sequence, told in ((1, "is not paid"), (2, "retires the terminal"), (3, "entries 1 to 2")):
            assert journal.main(["receipt", str(sequence), "--config", str(till.config)]) == 1
            assert told in capsys.readouterr().err
