"""The journal's commands, as a person or a machine runs them."""

import json
import subprocess
import sys

import pytest

from contracts.wire.journal import advance_all
from contracts.wire.reasons import Reason
from contracts.wire.units import Cents, from_hex, hash32, to_hex
from terminal import export, journal
from terminal.core.effects import AskEnd
from terminal.core.facts import Checkpoint, Outcome, Slice
from terminal.store import Reader
from tests.terminal.books import TIME, ask, files, give_back, next_line, retire, sell
from tests.terminal.till import DOMAIN, ROOT, Till, pass_address


@pytest.fixture
def till(tmp_path):
    """Five entries: paid, drawn and rejected by the contract, one handed in, one not."""
    till = Till(tmp_path / "till")
    with till.store() as store:
        lines = [sell(store, till.signer(), number=n, amount=1000 + n, time=TIME + n) for n in range(1, 6)]
        store.acknowledge(4, lines[3].head)
        reasons = [Reason.PAID, Reason.BUDGET_SHORT, Reason.SLICE_SHORT, Reason.PAID]
        store.record_outcomes([Outcome(n, reason) for n, reason in enumerate(reasons, start=1)])
        store.save_checkpoint(Checkpoint(1, TIME, 1, 3, (Slice(1, Cents(5)),)))
    return till


@pytest.fixture
def run(till, capsys):
    def command(*arguments):
        status = journal.main([*map(str, arguments), "--config", str(till.config)])
        return status, capsys.readouterr()

    return command


@pytest.fixture
def exported(till, run, tmp_path):
    assert run("export", tmp_path / "out.json")[0] == 0
    return tmp_path / "out.json"


class TestList:
    def test_each_entry_says_how_far_it_has_come(self, run):
        status, said = run("list", "--json")
        told = [(line["sequence"], line["amount"], line["standing"], line["reason"]) for line in json.loads(said.out)]
        assert status == 0
        assert told == [
            (1, 1001, "paid", None),
            (2, 1002, "drawn", "BUDGET_SHORT"),
            (3, 1003, "rejected", "SLICE_SHORT"),
            (4, 1004, "forwarded", None),  # the gateway says paid, and the chain has not confirmed it
            (5, 1005, "waiting", None),
        ]

    def test_for_people_it_is_a_table(self, run):
        status, said = run("list")
        assert status == 0
        assert [line.split()[0] for line in said.out.splitlines()] == ["entry", "1", "2", "3", "4", "5"]
        assert "payment  2023-11-14 22:13:21          1  10,01  paid" in said.out

    def test_what_was_rejected_says_what_to_do(self, run):
        told = json.loads(run("show", "3", "--json")[1].out)
        assert (told["reason"], "Call the municipality" in told["advice"]) == ("SLICE_SHORT", True)
        assert "Call the municipality" in run("show", "3")[1].out
        assert "None" not in run("show", "1")[1].out

    def test_it_works_beside_a_running_daemon(self, run, till):
        with till.store() as store:
            sell(store, till.signer())
            assert len(json.loads(run("list", "--json")[1].out)) == 6

    def test_a_time_beyond_the_calendar_is_shown_all_the_same(self, run, till):
        with till.store() as store:
            sell(store, till.signer(), time=2**40 - 1)
        assert "1099511627775 s" in run("list")[1].out


class TestEveryKind:
    @pytest.fixture
    def mixed(self, till):
        """Two entries more: an ask that was handed over, and a refund of it; and the end."""
        with till.store() as store:
            signer = till.signer()
            ask(store, signer, number=2, amount=80_00)
            store.resolve(6, AskEnd.HANDED_OVER)
            give_back(store, signer, 6, number=2, amount=30_00)
            ask(store, signer, number=3, amount=70_00)
            retire(store, signer)

    def test_each_says_what_it_is(self, mixed, run):
        told = json.loads(run("list", "--json")[1].out)[5:]
        assert [(line["kind"], line.get("amount"), line["standing"]) for line in told] == [
            ("ask", 80_00, "paid"),
            ("refund", -30_00, "waiting"),
            ("ask", 70_00, "asked"),
            ("retire", None, "waiting"),
        ]
        page = run("list")[1].out.splitlines()[-4:]
        assert [line.split()[1] for line in page] == ["ask", "refund", "ask", "retire"]
        assert "-30,00  waiting" in page[1]

    def test_one_by_one_with_whom_and_what_it_is_about(self, mixed, run, till):
        asked, refund, _, end = (json.loads(run("show", number, "--json")[1].out) for number in (6, 7, 8, 9))
        assert (asked["end"], asked["pass"]) == ("handed over", to_hex(pass_address(2)))
        assert (refund["sale_terminal"], refund["sale_sequence"]) == (to_hex(till.address), 6)
        assert (refund["pass"], refund["pass_signature"]) == (to_hex(pass_address(2)), "0x")
        assert "pass" not in end

    @pytest.mark.parametrize(
        ("ask_reason", "standing"), [(0, "paid"), (48, "refused: ASK_BUDGET_SHORT"), (255, "refused: FORM")]
    )
    def test_f38_of_the_last_ask_the_chains_word_counts_and_not_the_gateways(self, till, run, ask_reason, standing):
        with till.store() as store:
            ask(store, till.signer())
            store.record_outcomes([Outcome(6, Reason.PAID if ask_reason else Reason.ASK_BUDGET_SHORT)])
            store.save_checkpoint(Checkpoint(2, TIME, 1, 6, (), ask_sequence=6, ask_reason=ask_reason))
        assert run("list")[1].out.splitlines()[-1].endswith(standing)

    def test_they_can_be_taken_out_and_verified(self, mixed, run, tmp_path):
        assert run("export", tmp_path / "all.json")[0] == 0
        assert "9 entries" in run("verify", tmp_path / "all.json")[1].out
        assert run("verify")[0] == 0

    def test_what_follows_a_retirement_is_named(self, till, run, tmp_path):
        """Made by another program: ours stores nothing behind it."""
        with till.store() as store:
            end = retire(store, till.signer())
            payment, _ = next_line(store, till.signer())
        lines = export.of(Reader.open(till.journal)).lines
        assert lines[-1] == end
        export.write(tmp_path / "more.json", export.Export(DOMAIN, till.address, (*lines, payment)))
        status, said = run("verify", tmp_path / "more.json")
        assert status == 1
        assert "entry 6 retires the terminal" in said.err


class TestShow:
    def test_one_entry_with_all_that_vouches_for_it(self, run, till):
        status, said = run("show", 2, "--json")
        shown = json.loads(said.out)
        with till.store() as store:
            line = next(store.lines(2))
        assert status == 0
        assert shown["entry"] == to_hex(line.entry)
        assert shown["journal_signature"] == to_hex(line.signature)
        assert shown["pass"] == to_hex(pass_address(2))
        assert shown["head"] in run("show", 2)[1].out

    @pytest.mark.parametrize("number", [0, 6, -1, 2**70])
    def test_one_that_is_not_there(self, run, number):
        status, said = run("show", number)
        assert status == 1
        assert "entries 1 to 5" in said.err

    @pytest.mark.parametrize("command", ["show", "receipt"])
    def test_an_empty_journal_has_none(self, tmp_path, capsys, command):
        empty = Till(tmp_path / "empty")
        assert journal.main([command, "1", "--config", str(empty.config)]) == 1
        assert "there is no entry 1: this journal has none yet" in capsys.readouterr().err


class TestExport:
    def test_the_file_verifies_by_itself(self, exported, run):
        status, said = run("verify", exported, "--json")
        assert status == 0
        assert json.loads(said.out)["entries"] == 5
        assert "every signature" in run("verify", exported)[1].out

    def test_it_needs_no_configuration(self, exported, capsys):
        assert journal.main(["verify", str(exported)]) == 0

    def test_f33_nothing_is_overwritten(self, exported, run):
        before = exported.read_bytes()
        status, said = run("export", exported)
        assert status == 1
        assert "there already" in said.err
        assert exported.read_bytes() == before
        assert [path.name for path in exported.parent.iterdir() if path.is_file()] == ["out.json"]

    def test_a_folder_that_is_not_there(self, run, tmp_path):
        status, said = run("export", tmp_path / "none" / "out.json")
        assert status == 1
        assert "No such file" in said.err

    def test_an_empty_journal_can_be_taken_out(self, tmp_path, capsys):
        fresh = Till(tmp_path / "fresh")
        assert journal.main(["export", str(tmp_path / "empty.json"), "--config", str(fresh.config)]) == 0
        assert journal.main(["verify", str(tmp_path / "empty.json")]) == 0

    def test_the_journal_stays_as_it_is(self, till, run, tmp_path):
        before = files(till.folder)
        run("list"), run("show", 1), run("export", tmp_path / "x.json"), run("verify")
        after = files(till.folder)
        assert {name: content for name, content in after.items() if content or name in before} == before


def change(exported, **changes):
    document = json.loads(exported.read_text())
    for key, new in changes.items():
        document[key] = new(document[key])
    exported.write_text(json.dumps(document))


def flipped(text, at):
    digit = "1" if text[at] == "0" else "0"
    return text[:at] + digit + text[at + 1 :]


class TestVerify:
    def test_the_live_journal(self, run):
        status, said = run("verify")
        assert status == 0
        assert "5 entries" in said.out

    @pytest.mark.parametrize("at", [10, 20, 40, 159])
    def test_f37_a_changed_entry_is_named(self, exported, run, at):
        change(exported, entries=lambda entries: [entries[0], flipped(entries[1], at), *entries[2:]])
        status, said = run("verify", exported)
        assert status == 1
        assert "changed" in said.err

    def test_f37_a_changed_entry_with_the_head_that_belongs_to_it_is_named(self, exported, run):
        change(exported, entries=lambda entries: [entries[0], flipped(entries[1], 20), *entries[2:]])
        document = json.loads(exported.read_text())
        head = advance_all(hash32(from_hex(document["genesis"])), map(from_hex, document["entries"]))
        change(exported, head=lambda _: to_hex(head))
        status, said = run("verify", exported)
        assert status == 1
        assert "entry 2 or one before it was changed" in said.err

    def test_a_changed_signature_is_named(self, exported, run):
        change(exported, signatures=lambda signatures: [*signatures[:3], flipped(signatures[3], 30), signatures[4]])
        status, said = run("verify", exported)
        assert status == 1
        assert "entry 4" in said.err

    @pytest.mark.parametrize(
        "changes",
        [
            {"entries": lambda entries: entries[:-1]},
            {"entries": lambda entries: entries[:-1], "signatures": lambda signatures: signatures[:-1]},
            {"entries": lambda _: "0x"},
            {"entries": lambda entries: [*entries[:-1], "0x0102"]},
            {"entries": lambda entries: [*entries[:-1], 5]},
            {"signatures": lambda signatures: [*signatures[:-1], "0x00"]},
            {"format": lambda _: "kindpakket journal 2"},
            {"chain_id": lambda _: 1338},
            {"chain_id": lambda _: "1337"},
            {"chain_id": lambda _: True},
            {"contract": lambda _: "0x" + "11" * 20},
            {"contract": lambda _: "0x11"},
            {"terminal": lambda _: None},
            {"head": lambda _: "0x" + "00" * 32},
            {"genesis": lambda _: "0x" + "00" * 32},
        ],
        ids=range(15),
    )
    def test_a_file_that_does_not_hang_together(self, exported, run, changes):
        change(exported, **changes)
        status, said = run("verify", exported)
        assert status == 1
        assert "not an export" in said.err

    @pytest.mark.parametrize("text", ["", "{}", "[1]", "[" * 100_000, "\udcff", '{"format": "kindpakket journal 1"}'])
    def test_another_file(self, run, tmp_path, text):
        (tmp_path / "x").write_text(text, errors="surrogateescape")
        status, said = run("verify", tmp_path / "x")
        assert status == 1
        assert said.err.startswith("kindpakket: ")
        assert len(said.err) < 500

    def test_a_file_that_is_not_there(self, run, tmp_path):
        assert run("verify", tmp_path / "none")[0] == 1


class TestFailing:
    def test_a_journal_that_is_not_there(self, run, till):
        till.journal.unlink()
        status, said = run("list")
        assert status == 1
        assert "there is no journal" in said.err
        assert not till.journal.exists()

    def test_f17_a_damaged_journal(self, run, till):
        till.journal.write_bytes(till.journal.read_bytes()[:9000])
        status, said = run("verify")
        assert status == 1
        assert "keep the file" in said.err

    def test_a_configuration_that_is_not_there(self, capsys, tmp_path):
        assert journal.main(["list", "--config", str(tmp_path / "none.toml")]) == 1
        assert "--config" in capsys.readouterr().err

    @pytest.mark.parametrize("wrong", [[], ["burn"], ["show"], ["show", "x"], ["export"]])
    def test_wrong_use(self, capsys, wrong):
        with pytest.raises(SystemExit) as left:
            journal.main(wrong)
        assert left.value.code == 2

    @pytest.mark.parametrize("asked", [["--help"], ["list", "--help"], ["verify", "--help"]])
    def test_help_is_there(self, capsys, asked):
        with pytest.raises(SystemExit) as left:
            journal.main(asked)
        assert left.value.code == 0
        assert "kindpakket terminal journal verify shop-03.json" in capsys.readouterr().out

    def test_a_reader_that_has_seen_enough(self, till):
        program = "import sys; from terminal.journal import main; sys.exit(main(sys.argv[1:]))"
        command = [sys.executable, "-c", program, "list", "--config", str(till.config)]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as listing:
            assert listing.stdout is not None
            assert listing.stderr is not None
            listing.stdout.close()
            assert listing.stderr.read() == b""
            assert listing.wait(20) == 1
