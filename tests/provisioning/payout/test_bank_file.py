"""A file for the bank pays each credit exactly once, whatever happens between its steps."""

import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree as ET

import pytest

from contracts.chain import Chain
from provisioning import bank, period, programme, shop, status
from provisioning.bank import State
from provisioning.payout import due
from provisioning.payout.folder import Place
from provisioning.payout.rules import NAMESPACE, faults
from tests.provisioning.conftest import TERMS
from tests.provisioning.payout.accounts import ACCOUNTS, PAYER, traces
from tests.provisioning.town import done, files, refused, run


def today() -> date:
    return period.day(int(time.time()))


DAY = (today() + timedelta(days=3)).isoformat()
AS = ("--reference", "2026-11", "--date", DAY)
NS = {"p": NAMESPACE}


def paid(path: Path | str) -> dict[str, str]:
    """What the file pays, by the end of its end-to-end ids: programme and shop."""
    transfers = ET.parse(path).getroot().findall(".//p:CdtTrfTxInf", NS)
    return {
        transfer.findtext("p:PmtId/p:EndToEndId", "", NS).rpartition(".")[2][7:]: transfer.findtext(
            "p:Amt/p:InstdAmt", "", NS
        )
        for transfer in transfers
    }


def put_in(words: tuple[str, ...], option: str, value: str) -> tuple[str, ...]:
    """The command with another value of an option."""
    place = words.index(option) + 1
    return (*words[:place], value, *words[place + 1 :])


def test_each_credit_is_marked_and_in_the_file(town, words, keepers, number, tmp_path):
    made = done(*words, *AS)
    assert made["cents"] == 4_255
    assert paid(made["file"]) == {
        f"{number}-{keeper.shop}": euros for keeper, euros in zip(keepers, ("12.50", "30.00", "0.05"), strict=True)
    }
    assert [*faults(Path(made["file"]).read_bytes())] == []
    for keeper in keepers:
        assert keeper.credit == 0
        assert due.state(town, number, keeper.shop, made["reference"])[0] is State.MARKED
    assert [mode for _, mode in files(tmp_path / "payments")] == [0o600] * 3
    assert (tmp_path / "payments").stat().st_mode & 0o777 == 0o700
    assert status.status(town).adds_up


def test_a_shop_can_match_what_it_reads_on_its_statement(words, keepers, number):
    before = today()
    first = done(*words, *AS)
    keepers[0].sell(700)
    second = done(*words, "--reference", "2026-12", "--date", DAY)
    days = {f"{day:%d-%m-%Y}" for day in (before, today())}
    text = ET.parse(first["file"]).getroot().findtext(".//p:Ustrd", "", NS)
    shop = keepers[0].shop
    assert text.startswith(f"Kindpakket e programma {number} winkel {shop} tegoed t/m ")
    assert text.endswith(f"kenmerk {first['reference']}")
    text = ET.parse(second["file"]).getroot().findtext(".//p:Ustrd", "", NS)
    between = re.search(r"tegoed van (\S+) t/m (\S+) kenmerk", text)
    assert between
    assert days.issuperset(between.groups())


def test_the_same_again_is_the_same_file_and_no_mark(words, keepers):
    first = done(*words, *AS)
    content = Path(first["file"]).read_bytes()
    keepers[0].sell(700)
    again = done(*words, *AS)
    assert not again["written_now"]
    assert again["left"] == [{"programme": keepers[0].programme, "shop": keepers[0].shop, "cents": 700, "why": "paid"}]
    Path(first["file"]).unlink()
    assert done(*words, *AS)["written_now"]
    assert Path(first["file"]).read_bytes() == content
    assert keepers[0].credit == 700
    second = done(*words, "--reference", "2026-12", "--date", DAY)
    assert second["cents"] == 700
    assert second["accounts_new"] == second["accounts_changed"] == []


def test_a_file_that_was_changed_is_not_written_over(words, keepers):
    path = Path(done(*words, *AS)["file"])
    path.write_bytes(path.read_bytes().replace(b"12.50", b"92.50"))
    assert "was changed" in refused(*words, *AS)
    assert b"92.50" in path.read_bytes()


def test_a_dry_run_needs_no_key_and_does_nothing(words, keepers, tmp_path, monkeypatch):
    monkeypatch.delenv("KINDPAKKET_KEY")
    told = done(*words, *AS, "--dry-run")
    assert (told["cents"], told["dry_run"], len(told["paid"])) == (4_255, True, 3)
    assert "EUR 42,55" in run(*words, *AS, "--dry-run").out
    assert not (tmp_path / "payments").exists()
    assert keepers[0].credit == 1_250


def test_a_dry_run_beside_a_plan_tells_how_far_it_is(words, keepers):
    done(*words, *AS)
    told = done(*words, *AS, "--dry-run")
    assert [each["state"] for each in told["paid"]] == ["marked"] * 3
    assert "is there; dry run" in run(*words, *AS, "--dry-run").out


def test_what_is_not_paid_is_told_with_the_reason(words, keepers, opened, listed, number):
    other, tokens = opened(800), opened(900, by_bank=False)
    told = done(*words, *AS, "--least", "1,00")
    whys = {each["shop"]: each["why"] for each in told["left"]}
    assert whys == {keepers[2].shop: "below", other.shop: "no_account", tokens.shop: "tokens"}
    assert told["cents"] == 4_250
    with listed.open("a") as file:
        file.write(f"\n{other.shop};shop-09;NL91ABNA0417164300;")
    said = run(*words, "--reference", "2026-12", "--date", DAY)
    assert f"shop {other.shop} " in said.out
    assert f"had before: {keepers[2].shop}, {other.shop}" in said.out


def test_nothing_to_pay_leaves_nothing(words, keepers, tmp_path):
    assert "no shop with an account" in refused(*words, *AS, "--least", "99,00")
    assert [*(tmp_path / "payments").iterdir()] == []


def test_only_the_sponsors_admin_makes_a_file(words, keepers, monkeypatch, tmp_path):
    monkeypatch.setenv("KINDPAKKET_KEY", keepers[0].town.signer().key.to_0x_hex())
    assert "only the admin of sponsor" in refused(*words, *AS)
    assert [*(tmp_path / "payments").iterdir()] == []


def test_another_account_is_refused_under_the_same_reference_and_in_the_next_file_until_somebody_made_sure(
    words, keepers, listed
):
    done(*words, *AS)
    listed.write_text(listed.read_text().replace(ACCOUNTS[0][1], ACCOUNTS[1][1]))
    assert f"shop {keepers[0].shop} has another account" in refused(*words, *AS)
    keepers[0].sell(700)
    later = ("--reference", "2026-12", "--date", DAY)
    assert done(*words, *later, "--dry-run")["accounts_changed"] == [keepers[0].shop]
    assert f"--changed {keepers[0].shop}; nothing was marked" in refused(*words, *later)
    assert f"--changed {keepers[0].shop}; nothing" in refused(*words, *later, "--changed", str(keepers[1].shop))
    assert keepers[0].credit == 700
    assert "ANOTHER ACCOUNT" in run(*words, *later, "--changed", str(keepers[0].shop)).out
    assert keepers[0].credit == 0


def test_other_options_under_the_same_reference_are_refused(words, keepers):
    done(*words, *AS)
    account = "another account or name of yours"
    assert account in refused(*put_in(words, "--iban", ACCOUNTS[0][1]), *AS)
    assert account in refused(*put_in(words, "--holder", "Gemeente Anders"), *AS)
    assert "was planned for --programme" in refused(*put_in(words, "--programme", "1"), *AS)
    tomorrow = (today() + timedelta(days=1)).isoformat()
    assert f"was planned for {DAY}" in refused(*words, "--reference", "2026-11", "--date", tomorrow)


def test_the_reference_in_another_folder_is_refused(words, keepers, tmp_path):
    done(*words, *AS)
    keepers[0].sell(700)
    assert "was used before" in refused(*put_in(words, "--folder", str(tmp_path / "other")), *AS)
    assert keepers[0].credit == 700


def test_two_plans_of_one_reference_never_pay_one_credit(town, words, keepers, tmp_path, monkeypatch):
    """Two machines that both saw the reference unused: the contract gives each mark to one of them."""
    monkeypatch.setattr("provisioning.payout.planning.require_unused", lambda *_: None)
    marked: list[int] = []
    first = bank.mark_paid
    there = put_in(words, "--folder", str(tmp_path / "there"))

    def meanwhile(*arguments: object) -> None:
        if not marked:
            marked.append(1)
            assert done(*there, *AS)["cents"] == 4_255
        first(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(bank, "mark_paid", meanwhile)
    told = done(*words, *AS)
    assert (told["paid"], told["file"], len(told["refused"])) == ([], None, 3)
    assert "not its credit" in told["refused"][0]["why"]
    assert [keeper.credit for keeper in keepers] == [0, 0, 0]


def test_only_what_is_marked_stands_in_the_file_also_when_run_again(words, keepers, number, monkeypatch, town):
    """A shop that leaves the bank between plan and mark is not paid by it, and not when it comes back either."""
    first = bank.mark_paid

    def leaves(*arguments: object) -> None:
        if arguments[2] == keepers[1].shop:
            bank.set_by_bank(keepers[1].town, keepers[1].shop, by_bank=False)
        first(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(bank, "mark_paid", leaves)
    told = done(*words, *AS)
    assert [each["shop"] for each in told["refused"]] == [keepers[1].shop]
    assert [*paid(told["file"])] == [f"{number}-{keepers[0].shop}", f"{number}-{keepers[2].shop}"]
    bank.set_by_bank(keepers[1].town, keepers[1].shop, by_bank=True)
    assert done(*words, *AS)["paid"] == told["paid"]
    assert keepers[1].credit == 3_000
    first(town, number, keepers[1].shop, 3_000, told["reference"])
    assert [each["shop"] for each in done(*words, *AS)["astray"]] == [keepers[1].shop]
    assert "NOT IN THE FILE" in run(*words, *AS).out


def test_a_file_is_not_written_again_once_a_payment_of_it_was_taken_back(words, keepers, number, town):
    told = done(*words, *AS)
    bank.reverse(town, number, keepers[0].shop, told["reference"])
    assert not done(*words, *AS)["written_now"]
    Path(told["file"]).unlink()
    assert "the bank may have had this file" in refused(*words, *AS)
    assert not Path(told["file"]).exists()


def test_what_was_taken_back_before_the_file_was_written_is_not_in_it(words, keepers, number, town, monkeypatch):
    wait = "provisioning.finality.wait_for_block"

    def taken_back(chain: Chain, block: int) -> int:
        (told,) = town.history("TransferMoved", programme=number, shop=keepers[0].shop)
        bank.reverse(town, number, keepers[0].shop, told["reference"].rstrip(b"\0").decode())
        return chain.block_number("finalized")

    monkeypatch.setattr(wait, taken_back)
    told = done(*words, *AS)
    assert [each["shop"] for each in told["refused"]] == [keepers[0].shop]
    assert len(paid(told["file"])) == 2


@pytest.mark.timeout(600)
def test_killed_at_each_effect_and_gone_on_it_pays_each_credit_once(words, keepers, number, tmp_path):
    with effects(lambda _: None) as count:
        done(*words, *AS)
    assert len(count) == 2 * (3 + 3)  # before and after three files and three marks
    del keepers[2]
    for at in range(1, 2 * (3 + 2) + 1):
        for cents, keeper in enumerate(keepers, start=100 + at):
            keeper.sell(cents)
        due_now = {f"{number}-{keeper.shop}": f"{keeper.credit // 100}.{keeper.credit % 100:02}" for keeper in keepers}
        words_now = (*words, "--reference", f"run-{at}", "--date", DAY)
        assert killed(at, words_now), at
        told = done(*words_now)
        assert paid(told["file"]) == due_now, at
        assert [keeper.credit for keeper in keepers] == [0, 0], at
        assert not [*(tmp_path / "payments").glob(".*")], at


@contextmanager
def effects(at: Callable[[int], None]) -> Iterator[list[str]]:
    """Everything that leaves the process, before and after; `at` is called with its number."""
    link, submit, seen = os.link, Chain.submit, list[str]()

    def step(name: str) -> None:
        seen.append(name)
        at(len(seen))

    def linked(source: Path, to: Path) -> None:
        step(f"before {to}")
        link(source, to)
        step(f"after {to}")

    def submitted(self: Chain, signed: object) -> None:
        step("before a mark")
        submit(self, signed)  # type: ignore[arg-type]
        step("after a mark")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "link", linked)
        patch.setattr(Chain, "submit", submitted)
        yield seen


def killed(at: int, words: tuple[str, ...]) -> bool:
    """Run the command in a process of its own that dies at that effect, as by SIGKILL or a power cut."""
    child = os.fork()
    if not child:
        with effects(lambda number: os.kill(os.getpid(), signal.SIGKILL) if number == at else None):
            run(*words)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def test_names_and_accounts_are_in_the_list_and_in_the_file_alone(words, keepers, listed, tmp_path):
    said = [run(*words, *AS, "--dry-run"), run(*words, *AS), run(*words, *AS)]
    listed.write_text(listed.read_text() + "\n77;;NL92ABNA0417164300;\n78;x;y;\n")
    said.append(run(*words, *AS))
    assert said[-1].status == 1
    texts = [text for each in said for text in (each.out, each.err)]
    texts += [path.read_text() for path in (tmp_path / "payments").glob("*.json")]
    for trace in traces():
        assert not any(trace in text for text in texts), trace
    assert PAYER[0] in (tmp_path / "payments" / "2026-11.xml").read_text()


def test_one_works_in_the_folder_at_a_time(words, keepers, tmp_path):
    with Place(tmp_path / "payments", "2026-11").alone():
        assert "another command works" in refused(*words, *AS)
    (tmp_path / "payments" / ".2026-11.xml.1.new").write_text("a draft of a run that was killed")
    assert done(*words, *AS)["cents"] == 4_255
    assert not [*(tmp_path / "payments").glob(".*")]


def test_a_damaged_plan_is_named_and_nothing_is_done(words, keepers, tmp_path):
    done(*words, *AS)
    for name in ("marked", "plan"):
        (tmp_path / "payments" / f"2026-11.{name}.json").write_text("{")
        assert f"2026-11.{name}.json is damaged" in refused(*words, *AS)


def test_the_day_is_one_on_which_a_bank_pays(words, keepers, monkeypatch):
    now = time.time()
    monkeypatch.setattr("provisioning.payout.commands.time", SimpleNamespace(time=lambda: now))
    for shift, status_ in ((-1, 1), (0, 0), (365, 0), (366, 1)):
        day = (period.day(int(now)) + timedelta(days=shift)).isoformat()
        assert run(*words, "--reference", "2026-11", "--date", day, "--dry-run").status == status_, shift


@pytest.mark.parametrize("text", ["", "-a", "a.b", "a/b", "../a", "x" * 21, "één"])
def test_a_wrong_reference_is_wrong_use(text):
    words = ("--record", "x", "--programme", "1", "--accounts", "x", "--holder", "x", "--iban", "x", "--folder", "x")
    assert run("provision", "shop", "bank", "file", *words, "--date", DAY, "--reference", text).status == 2


def test_several_programmes_of_one_sponsor_stand_in_one_file(town, words, keepers, number):
    other = programme.create(town, "Een ander", TERMS)
    programme.fund(town, other, 10_000, mint=True)
    shop.admit(town, other, keepers[0].shop)
    replace(keepers[0], programme=other).sell(400)
    told = done(*words, "--programme", str(other), *AS)
    assert paid(told["file"])[f"{other}-{keepers[0].shop}"] == "4.00"
    assert told["cents"] == 4_655
    assert f"programme {other}: 1 payments, EUR 4,00" in run(*words, "--programme", str(other), *AS).out
