"""An exported journal is settled by anybody, once, and it is said what became of each entry."""

import json
from pathlib import Path

import pytest
from eth_account import Account

from contracts.chain import Chain, checksum
from contracts.wire import batch
from contracts.wire.entry import Ask, Refund, Retire
from contracts.wire.errors import Broken, TryAgain
from contracts.wire.reasons import Reason
from contracts.wire.signature import address_of
from contracts.wire.units import Cents, Timestamp, to_hex
from provisioning import settle
from provisioning.town import Town
from tests.chain.rpc import OTHER
from tests.provisioning.journals import Till, family, now, payment
from tests.provisioning.town import done, refused, run

SLICE = 10_000


@pytest.fixture
def till(town: Town) -> Till:
    return Till.registered(town, cents=SLICE)


def credit(town: Town) -> int:
    return int(town.view("credit", 1, 1))


def reasons(settlement: settle.Settlement) -> list[Reason | None]:
    return [fate.reason for fate in settlement.fates]


def test_each_kind_of_entry_is_settled_and_told(town: Town, till: Till, tmp_path: Path, record: Path, monkeypatch):
    rich, poor, unknown = family(town, 10_000), family(town, 100), family(town, 0)
    before = credit(town)
    till.add(payment(1_250), rich)
    till.add(payment(300), poor)
    till.add(payment(50), unknown)
    till.add(payment(20_000), unknown)
    late = Timestamp(now() - 1)
    till.add(Ask(1, Cents(500), now(), late), rich)
    till.add(Refund(1, Cents(250), now(), address_of(rich), till.address, 1))
    till.append(b"\x01\x63")
    till.add(Retire(now()))
    path = till.save(tmp_path / "shop-03.json")
    monkeypatch.setenv("KINDPAKKET_KEY", to_hex(OTHER.key))  # anybody
    answer = done("chain", "settle", str(path), "--record", str(record))
    assert answer["settled_now"] == len(answer["entries"]) == 8
    assert [entry["reason"] for entry in answer["entries"]] == [
        "PAID", "BUDGET_SHORT", "PASS_UNKNOWN", "SLICE_SHORT", "ASK_TOO_LATE", "PAID", "FORM", "PAID",
    ]  # fmt: skip
    assert [entry["kind"] for entry in answer["entries"]][4:] == ["ask", "refund", "unknown", "retire"]
    assert credit(town) - before == 1_250 + 300 + 50 - 250
    again = run("chain", "settle", str(path), "--record", str(record))
    assert again.status == 0
    assert again.out.splitlines()[0].startswith("nothing new")
    assert "paid from the slice: budget short" in again.out
    assert again.out.splitlines()[-1] == "1 paid from the budget, 2 paid from the slice, 3 not paid, 2 done"
    assert done("chain", "settle", str(path), "--record", str(record))["transactions"] == []


def test_it_goes_on_where_it_was_interrupted_in_batches_that_fit(town: Town, till: Till, monkeypatch, capsys):
    monkeypatch.setattr(settle, "ENTRIES_MAX", 4)
    key = family(town, 10_000)
    for _ in range(10):
        till.add(payment(100), key)
    before, sends = credit(town), []
    send = Chain.send

    def cut_off(self, account, call):
        sends.append(call)
        if len(sends) == 2:
            raise TryAgain("the node is gone")
        return send(self, account, call)

    with monkeypatch.context() as patched:
        patched.setattr(Chain, "send", cut_off)
        with pytest.raises(TryAgain):
            settle.settle(town, till.export())
    assert credit(town) - before == 400
    finished = settle.settle(town, till.export())
    assert (finished.now, len(finished.transactions)) == (6, 2)
    assert credit(town) - before == 1_000
    assert "10 of 10 entries settled" in capsys.readouterr().err


def test_a_batch_that_takes_too_much_gas_is_halved(town: Town, till: Till, monkeypatch):
    key = family(town, 10_000)
    for _ in range(5):
        till.add(payment(100), key)
    send = Chain.send

    def too_much(self, account, call):
        (packed,) = call.args
        if sum(len(each.entries) for each in batch.decode(packed)) > 2:
            raise Broken("the node refuses: out of gas")
        return send(self, account, call)

    monkeypatch.setattr(Chain, "send", too_much)
    done_so = settle.settle(town, till.export())
    assert (done_so.now, len(done_so.transactions)) == (5, 3)


def test_who_cannot_pay_the_gas_is_told(town: Town, till: Till, tmp_path: Path, record: Path, monkeypatch):
    till.add(payment(100), family(town, 100))
    monkeypatch.setenv("KINDPAKKET_KEY", to_hex(Account.create().key))
    assert "insufficient funds" in refused(
        "chain", "settle", str(till.save(tmp_path / "j.json")), "--record", str(record)
    )


def test_what_somebody_else_settled_meanwhile_is_no_failure(town: Town, till: Till, monkeypatch):
    key = family(town, 1_000)
    for _ in range(3):
        till.add(payment(100), key)
    send, before = Chain.send, credit(town)

    def raced(self, account, call):
        send(self, account, call)
        return send(self, account, call)

    with monkeypatch.context() as patched:
        patched.setattr(Chain, "send", raced)
        found = settle.settle(town, till.export())
    assert reasons(found) == [Reason.PAID] * 3
    assert credit(town) - before == 300


def test_an_older_export_has_nothing_new_and_is_still_told(town: Town, till: Till):
    key = family(town, 1_000)
    till.add(payment(100), key)
    older = till.export()
    till.add(payment(5_000), key)
    settle.settle(town, till.export())
    found = settle.settle(town, older)
    assert (found.now, reasons(found)) == (0, [Reason.PAID])


def test_f16_a_journal_that_forked_is_refused(town: Town, till: Till):
    key = family(town, 1_000)
    till.add(payment(100), key)
    old = list(till.lines)
    till.add(payment(200), key)
    settle.settle(town, till.export())
    till.lines = old
    till.add(payment(300), key)
    with pytest.raises(Broken, match="forked"):
        settle.settle(town, till.export())
    till.add(payment(300), key)
    with pytest.raises(Broken, match="can only be compensated"):
        settle.settle(town, till.export())


def test_an_older_export_of_a_fork_is_refused_too(town: Town, till: Till):
    key = family(town, 1_000)
    forked = Till(till.domain)
    forked._key, forked.address = till._key, till.address
    forked.add(payment(333), key)
    till.add(payment(100), key)
    till.add(payment(200), key)
    settle.settle(town, till.export())
    with pytest.raises(Broken, match="forked"):
        settle.settle(town, forked.export())


def test_a_terminal_that_nobody_registered_is_told(town: Town):
    stranger = Till(town.deployment.domain)
    stranger.add(payment(100), family(town, 0))
    with pytest.raises(Broken, match="does not know the terminal"):
        settle.settle(town, stranger.export())


def test_another_contracts_journal_is_refused(town: Town, till: Till):
    till.add(payment(100), family(town, 100))
    other = town.deployment.model_copy(update={"chain_id": 5})
    with pytest.raises(Broken, match="the record of another one"):
        settle.settle(Town(other, town.chain, town.contract, town.account), till.export())


def test_f37_a_changed_file_settles_nothing(town: Town, till: Till, tmp_path: Path, record: Path):
    key = family(town, 1_000)
    till.add(payment(100), key)
    till.add(payment(200), key)
    path = till.save(tmp_path / "j.json")
    document = json.loads(path.read_text())
    words = ("chain", "settle", str(path), "--record", str(record))
    path.write_text(json.dumps({**document, "signatures": document["signatures"][::-1]}))
    assert "signature at entry 2 does not fit" in refused(*words)
    path.write_text(
        json.dumps({**document, "entries": document["entries"][:1], "signatures": document["signatures"][:1]})
    )
    assert "do not lead to its head" in refused(*words)
    path.write_text("{}")
    assert "is not an export" in refused(*words)
    assert "cannot be read" in refused("chain", "settle", str(tmp_path / "none"), "--record", str(record))
    assert town.look("terminal", checksum(till.address))["sequence"] == 0


def test_an_empty_journal_is_no_failure(town: Town, till: Till, tmp_path: Path, record: Path):
    ended = run("chain", "settle", str(till.save(tmp_path / "j.json")), "--record", str(record))
    assert ended.status == 0
    assert "no entries" in ended.out


def test_a_segment_that_the_contract_refuses_is_told(town: Town, till: Till, monkeypatch):
    till.add(payment(100), family(town, 100))
    real = settle._segment

    def spoiled(exported, part):
        segment = real(exported, part)
        return batch.Segment(segment.terminal, segment.first, segment.previous_head, segment.entries, bytes(64))

    monkeypatch.setattr(settle, "_segment", spoiled)
    with pytest.raises(Broken, match="refuses the entries: journal signature"):
        settle.settle(town, till.export())
