"""A shop is made good for what was approved and can no longer be settled: once, and for nothing else."""

import io
from pathlib import Path

import pytest
from coincurve import PrivateKey

from contracts.chain import Reverted
from contracts.wire import batch
from contracts.wire.entry import Ask, Refund, Retire
from contracts.wire.errors import Broken, Refused, TryAgain
from contracts.wire.hashing import keccak256
from contracts.wire.signature import address_of
from contracts.wire.typed_data import Domain
from contracts.wire.units import Address, Cents, Timestamp, to_hex
from provisioning import compensate, programme, settle
from provisioning.entries import entry_digest
from provisioning.town import Town
from tests.chain.rpc import OTHER
from tests.provisioning.journals import Till, family, now, payment
from tests.provisioning.town import done, refused, run


@pytest.fixture
def till(town: Town) -> Till:
    return Till.registered(town)


@pytest.fixture
def card(town: Town) -> PrivateKey:
    return family(town, 10_000)


def credit(town: Town) -> int:
    return int(town.view("credit", 1, 1))


def test_the_digest_names_contract_terminal_place_and_bytes():
    domain, terminal = Domain(1337, Address(b"\x01" * 20)), Address(b"\x02" * 20)
    digest = entry_digest(domain, terminal, 7, b"entry")
    assert digest == keccak256(domain.separator() + terminal + b"\0\0\0\x07" + b"entry")
    others = (
        entry_digest(Domain(1, domain.contract), terminal, 7, b"entry"),
        entry_digest(domain, Address(b"\x03" * 20), 7, b"entry"),
        entry_digest(domain, terminal, 8, b"entry"),
        entry_digest(domain, terminal, 7, b"entrz"),
    )
    assert len({digest, *others}) == 5


def test_a_lost_card_is_made_good_from_the_receipt_once(town: Town, till: Till, card, record: Path, monkeypatch):
    till.add(payment(1_250), card)
    code = till.receipt(1).text()
    words = ("chain", "compensate", "--record", str(record))
    assert "still can be: settle the journal" in refused(*words, "--receipt", code)
    programme.revoke_terminal(town, 1, till.address)
    before, reserve = credit(town), programme.show(town, 1).reserve
    monkeypatch.setattr("sys.stdin", io.StringIO(code.lower() + "\nmore\n"))
    (made,) = done(*words, "--receipt", "-")["compensated"]
    assert (made["cents"], made["shop"], made["sequence"]) == (1_250, 1, 1)
    assert made["because"] == "it was not handed in before the terminal was revoked"
    assert credit(town) - before == 1_250
    assert reserve - programme.show(town, 1).reserve == 1_250
    assert "was compensated before" in refused(*words, "--receipt", code)
    assert credit(town) - before == 1_250


def test_entries_of_an_export_are_made_good(town: Town, till: Till, card, tmp_path: Path, record: Path):
    for cents in (100, 200, 300):
        till.add(payment(cents), card)
    programme.revoke_terminal(town, 1, till.address)
    before = credit(town)
    words = ("chain", "compensate", "--record", str(record), "--export", str(till.save(tmp_path / "j.json")))
    answer = done(*words, "--entry", "3", "--entry", "1", "--entry", "3")
    assert [each["sequence"] for each in answer["compensated"]] == [1, 3]
    assert answer["cents"] == credit(town) - before == 400
    assert "no entry 4" in refused(*words, "--entry", "4")


def test_what_the_contract_paid_is_not_made_good(town: Town, till: Till, card):
    till.add(payment(1_250), card)
    till.add(payment(700), family(town, 100))
    settle.settle(town, till.export())
    programme.revoke_terminal(town, 1, till.address)
    for sequence in (1, 2):
        with pytest.raises(Broken, match="was settled and paid"):
            compensate.compensate(town, compensate.from_receipt(till.receipt(sequence).text()))


def test_f31_what_was_rejected_for_a_revoked_terminal_is_made_good(town: Town, till: Till, card):
    till.add(payment(1_250), card)
    programme.revoke_terminal(town, 1, till.address)
    settle.settle(town, till.export())
    done_so = compensate.compensate(town, compensate.from_receipt(till.receipt(1).text()))
    assert (done_so.amount, done_so.because) == (1_250, "the contract rejected it: terminal revoked")


def test_f16_an_entry_whose_place_another_one_took_is_made_good(town: Town, till: Till, card):
    till.add(payment(1_250), card)
    code = till.receipt(1).text()
    till.lines.clear()
    till.add(payment(300), card)
    settle.settle(town, till.export())
    done_so = compensate.compensate(town, compensate.from_receipt(code))
    assert (done_so.amount, done_so.because) == (1_250, "the contract settled another entry at its place")
    with pytest.raises(Broken, match="was settled and paid"):
        compensate.compensate(town, compensate.from_receipt(till.receipt(1).text()))


def test_beyond_a_terminals_last_entry_it_is_made_good(town: Town, till: Till, card):
    first = till.add(Retire(now()))
    settle.settle(town, till.export())
    till.add(payment(400), card)
    claim = compensate.from_receipt(till.receipt(2).text())
    assert claim.previous_head == first.head
    assert "retired" in compensate.compensate(town, claim).because


def test_only_payments_are_made_good(town: Town, till: Till, card):
    till.add(Ask(1, Cents(500), now(), Timestamp(now() + 60)), card)
    till.add(Refund(1, Cents(1), now(), address_of(card), till.address, 1))
    till.add(Retire(now()))
    programme.revoke_terminal(town, 1, till.address)
    for claim in compensate.from_export(till.export(), [1, 2, 3]):
        with pytest.raises(Broken, match="only a payment that a terminal approved by itself"):
            compensate.compensate(town, claim)


def test_what_does_not_verify_is_not_made_good(town: Town, till: Till, card, record: Path):
    till.add(payment(1_250), card)
    till.add(payment(100), card)
    programme.revoke_terminal(town, 1, till.address)
    paper = till.receipt(2)
    raised = payment(99_999).pack(paper.entry[-64:])
    for wrong in (
        type(paper)(paper.domain, paper.terminal, 1, paper.previous_head, paper.entry, paper.signature),
        type(paper)(paper.domain, paper.terminal, 2, paper.previous_head, raised, paper.signature),
    ):
        with pytest.raises(Refused):
            compensate.from_receipt(wrong.text())
    till.lines[0] = type(till.lines[0])(1, till.lines[0].entry, till.lines[0].head, bytes(64))
    with pytest.raises(Broken, match="entry 1"):
        compensate.from_export(till.export(), [2])
    assert "kindpakket: " in refused("chain", "compensate", "--record", str(record), "--receipt", "8710400000006")


def test_only_the_programmes_admin_makes_good(town: Town, till: Till, card, record: Path, monkeypatch):
    till.add(payment(1_250), card)
    programme.revoke_terminal(town, 1, till.address)
    monkeypatch.setenv("KINDPAKKET_KEY", to_hex(OTHER.key))
    words = ("chain", "compensate", "--record", str(record), "--receipt", till.receipt(1).text())
    assert "of another sponsor" in refused(*words)


def test_more_than_the_reserve_holds_is_refused(town: Town, till: Till, card):
    number = programme.create(town, "leeg", programme.Terms(Timestamp(0), Timestamp(2**39)))
    till.add(payment(1_250, number), card)
    programme.revoke_terminal(town, number, till.address)
    with pytest.raises(Reverted, match="reserve: not enough"):
        compensate.compensate(town, compensate.from_receipt(till.receipt(1).text()))


def test_another_contracts_receipt_is_refused(town: Town, card):
    till = Till(Domain(1337, Address(b"\x07" * 20)))
    till.add(payment(1_250), card)
    with pytest.raises(Broken, match="another contract"):
        compensate.compensate(town, compensate.from_receipt(till.receipt(1).text()))


@pytest.mark.parametrize(
    "words", [("--export", "x"), ("--receipt", "x", "--entry", "1"), (), ("--export", "x", "--entry", "0")]
)
def test_wrong_use_exits_2(words):
    assert run("chain", "compensate", "--record", "x", *words).status == 2


def test_a_transaction_that_hides_the_entries_may_be_asked_elsewhere(town: Town, till: Till, card, monkeypatch):
    till.add(payment(1_250), card)
    settle.settle(town, till.export())
    monkeypatch.setattr(batch, "find", lambda *_: None)
    with pytest.raises(TryAgain, match="ask another node"):
        compensate.compensate(town, compensate.from_receipt(till.receipt(1).text()))
