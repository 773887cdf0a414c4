"""A receipt by itself, and against a real contract on a real chain."""

import dataclasses
import io
import json
import time

import pytest

from contracts.wire import batch, passcode, receipt
from contracts.wire.hashing import keccak256
from contracts.wire.receipt import Receipt
from contracts.wire.units import Cents
from terminal import journal
from tests.chain import processes
from tests.gateway.world import World, checksum
from tests.terminal.books import next_line, sell
from tests.terminal.till import Till, pass_address
from tests.wire.vectors import GOLDEN

GOOD = GOLDEN["receipts"][1]["text"]


@pytest.fixture(scope="module")
def world():
    """Families 1 and 2 have EUR 30 each."""
    with processes.embedded("--block-seconds", "0.5") as url:
        world = World(url)
        passes = [checksum(pass_address(number)) for number in (1, 2)]
        world.send(world.contract.functions.grant(1, keccak256(b"first"), passes, [30_00, 30_00]))
        yield world


@pytest.fixture
def till(world, tmp_path):
    till = Till(tmp_path / "till", domain=world.domain)
    world.register(till.address, till.signer().sign_registration(1))
    world.send(world.contract.functions.raise_slice(1, checksum(till.address), 10_00))
    return till


@pytest.fixture
def check(capsys):
    def command(code, *arguments):
        status = journal.main(["check-receipt", code, *arguments])
        return status, capsys.readouterr()

    return command


def fill(till, *sales):
    """Sell for these cents each."""
    with till.store() as store:
        for family, cents in sales:
            sell(store, till.signer(), number=family, amount=cents, time=int(time.time()))


def settle(world, till, first, last):
    with till.store() as store:
        world.settle(batch.encode([store.segment_after(first - 1, last - first + 1)]))


def paper(till, sequence):
    with till.store() as store:
        line = next(store.lines(sequence))
        return Receipt(
            till.domain, till.address, sequence, store.head_at(sequence - 1), line.entry, line.signature
        ).text()


def test_from_paper_alone_it_says_what_was_paid_when_by_which_terminal(check):
    status, said = check(GOOD)
    assert status == 0
    assert "EUR 0,01 from programme 1" in said.out
    assert "15-01-2027 09:00 (Europe/Amsterdam)" in said.out
    assert GOLDEN["journal"]["terminal"] in said.out
    assert GOLDEN["journal"]["pass"] in said.out


def test_for_machines_it_is_json(check):
    status, said = check(GOOD.lower(), "--json")
    document = json.loads(said.out)
    assert status == 0
    assert (document["sequence"], document["amount"], document["terminal"]) == (2, 1, GOLDEN["journal"]["terminal"])
    assert document["head"] == GOLDEN["journal"]["entries"][1]["head"]


def test_it_can_come_from_a_pipe(check, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO(GOOD + "\n"))
    assert check("-")[0] == 0


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("", "not a receipt"),
        (GOOD[:100], "Only part"),
        (GOOD[:50] + ("0" if GOOD[50] != "0" else "1") + GOOD[51:], "not read well"),
        (dataclasses.replace(receipt.parse(GOOD), sequence=3).text(), "changed or made up"),
        ("KR1" * 100_000, "receipt"),
    ],
    ids=range(5),
)
def test_what_proves_nothing_exits_1_with_the_reason(check, code, told):
    status, said = check(code)
    assert (status, said.out) == (1, "")
    assert told in said.err
    assert len(said.err) < 200


def test_f36_a_pass_that_is_held_up_instead_is_not_repeated(check):
    code = passcode.make_static(7, bytes(range(16)))
    status, said = check(code)
    assert status == 1
    assert "Do not hand this code to anybody" in said.err
    assert code[10:20] not in said.err


def test_the_contract_knows_a_settled_entry_wherever_it_stands_in_its_segment(check, till, world):
    fill(till, (1, 10_00), (2, 5_00), (1, 1_00))
    settle(world, till, 1, 3)
    for sequence in (1, 2, 3):
        status, said = check(paper(till, sequence), "--against", world.rpc_url, "--json")
        assert status == 0
        assert json.loads(said.out)["reason"] == "PAID"
    assert "paid from the budget" in check(paper(till, 2), "--against", world.rpc_url)[1].out


def test_a_drawn_entry_was_paid_and_a_rejected_one_was_not(check, till, world):
    fill(till, (9, 4_00), (9, 40_00))
    settle(world, till, 1, 2)
    status, said = check(paper(till, 1), "--against", world.rpc_url)
    assert status == 0
    assert "paid from the slice: PASS_UNKNOWN" in said.out
    status, said = check(paper(till, 2), "--against", world.rpc_url)
    assert status == 1
    assert "rejected" in said.err


def test_an_entry_that_still_waits_is_said_so(check, till, world):
    fill(till, (1, 1_00), (1, 2_00))
    settle(world, till, 1, 1)
    status, said = check(paper(till, 2), "--against", world.rpc_url)
    assert status == 1
    assert "up to 1, and entry 2 not yet" in said.err


def test_f16_a_receipt_of_a_fork_is_not_taken_for_the_settled_entry(check, till, world):
    """The same terminal signed two entries of one number; both receipts hold by themselves."""
    fill(till, (1, 1_00))
    with till.store() as store:
        line, _ = next_line(store, till.signer(), number=2, amount=Cents(9_00))
        forked = Receipt(till.domain, till.address, 2, store.head, line.entry, line.signature).text()
    fill(till, (1, 2_00), (1, 3_00))
    settle(world, till, 1, 3)
    assert check(forked)[0] == 0
    status, said = check(forked, "--against", world.rpc_url)
    assert status == 1
    assert "fork" in said.err


def test_a_terminal_that_the_contract_never_heard_of(check, world, tmp_path):
    stranger = Till(tmp_path / "stranger", domain=world.domain)
    fill(stranger, (1, 1_00))
    status, said = check(paper(stranger, 1), "--against", world.rpc_url)
    assert status == 1
    assert "does not know the terminal" in said.err


def test_another_contract_or_chain_is_named(check, world):
    status, said = check(GOOD, "--against", world.rpc_url)
    assert status == 1
    assert "does not hold the contract" in said.err


def test_events_that_begin_too_late_are_named(check, till, world):
    fill(till, (1, 1_00))
    settle(world, till, 1, 1)
    block = world.web3.eth.block_number
    fill(till, (1, 1_00))
    status, said = check(paper(till, 1), "--against", world.rpc_url, "--from-block", str(block + 1))
    assert status == 1
    assert "earlier block" in said.err
