"""Receipts from the real daemon to a printer on loopback: a good one prints, a bad one changes nothing."""

import json
from contextlib import closing

import pytest

from contracts.wire import receipt
from terminal import journal
from terminal.core.screen import Stage
from tests.drivers.paper import PaperPrinter
from tests.terminal.books import sell as book
from tests.terminal.till import Till, code, sell


@pytest.fixture
def printer():
    with PaperPrinter() as made:
        yield made


@pytest.fixture
def till(tmp_path, printer):
    made = Till(tmp_path / "till")
    made.know()
    equip(made, printer.address)
    return made


def equip(till, address):
    """Put a printer on the network into the configuration."""
    till.config.write_text(
        till.config.read_text()
        + f"""
[[devices]]
name = "bonnen"
driver = "printer"
options = {{ connection = "network", address = "{address}" }}
"""
    )


def lamp(status):
    """Whether the printer's lamp says so."""
    return lambda screen: ("bonnen", status) in [(lamp.name, lamp.status) for lamp in screen.status.devices]


def code_in(page):
    """The receipt in the QR that the printer was told to draw."""
    text = page[page.index(b"KR1") :][:375].decode()
    return receipt.parse(text)


def test_an_approved_payment_comes_out_on_paper_with_its_proof(till, printer):
    with till.start() as running, running.screen() as glass:
        glass.until(lamp("ready"))
        assert sell(running, glass).stage is Stage.APPROVED
        printer.wait_for(lambda: printer.pages)
        running.stop()
    (page,) = printer.pages
    assert b"shop-03" in page
    assert b"EUR 12,50" in page
    assert b"KOPIE" not in page
    paper = code_in(page)
    assert (paper.terminal, paper.sequence, paper.verify().content.amount) == (till.address, 1, 12_50)
    assert "Network" not in running.stderr()  # the library's own words are no log of ours


def test_f39_what_is_paid_otherwise_stands_on_the_paper(till, printer):
    till.know(left=10_00)
    with till.start() as running, running.screen() as glass:
        running.scan(code(1))
        glass.until(Stage.AMOUNT)
        running.keys("1", "2", "5", "0", "confirm")
        glass.until(Stage.PART)
        running.keys("confirm")
        glass.until(Stage.APPROVED)
        printer.wait_for(lambda: printer.pages)
    assert b"EUR 10,00" in printer.pages[0]
    assert b"EUR 2,50" in printer.pages[0]


def test_a_refused_sale_prints_nothing(till, printer):
    with till.start() as running, running.screen() as glass:
        assert sell(running, glass, 1, "9", "9", "00").stage is Stage.REFUSED
        assert sell(running, glass, 2).stage is Stage.APPROVED
        printer.wait_for(lambda: printer.pages)
        running.stop()
    assert [code_in(page).sequence for page in printer.pages] == [1]


@pytest.mark.parametrize("mood", ["hangs", "rude", "torn", "empty", "mute"])
def test_f29_a_bad_printer_changes_nothing_in_a_sale(till, printer, mood):
    printer.mood = mood
    with till.start() as running, running.screen() as glass:
        for family in (1, 2, 3):
            assert sell(running, glass, family).stage is Stage.APPROVED
        assert running.stop() == 0
    with closing(till.store()) as store:
        assert store.sequence == 3


def test_f29_a_printer_that_is_not_there_is_a_lamp(till, printer):
    printer.switch_off()
    with till.start() as running, running.screen() as glass:
        glass.until(lamp("no device"))
        assert sell(running, glass).stage is Stage.APPROVED


def test_f29_paper_out_is_on_the_screen_and_the_receipt_follows_the_new_roll(till, printer):
    printer.mood = "empty"
    with till.start() as running, running.screen() as glass:
        glass.until(lamp("no paper"))
        assert sell(running, glass).stage is Stage.APPROVED
        printer.mood = "good"
        glass.until(lamp("ready"))
        printer.wait_for(lambda: printer.pages)
    assert code_in(printer.pages[0]).sequence == 1


@pytest.fixture
def run(till, capsys):
    with closing(till.store()) as store:
        for family in (1, 2):
            book(store, till.signer(), number=family, amount=1000 + family)

    def command(*arguments):
        status = journal.main(["receipt", *arguments, "--config", str(till.config)])
        return status, capsys.readouterr()

    return command


def test_f29_a_receipt_is_printed_again_from_the_journal(run, printer):
    status, said = run("2", "--print")
    assert (status, said.out) == (0, "printed on bonnen\n")
    printer.wait_for(lambda: printer.pages)
    assert b"KOPIE" in printer.pages[0]
    assert code_in(printer.pages[0]).verify().content.amount == 1002


def test_it_can_be_read_without_a_printer(run):
    status, said = run("1", "--json")
    document = json.loads(said.out)
    assert status == 0
    assert receipt.parse(document["code"]).sequence == 1
    assert document["code"] in document["lines"]
    assert "EUR 10,01" in run("1")[1].out


@pytest.mark.parametrize("number", ["0", "3", "-1", str(2**70)])
def test_an_entry_that_is_not_there(run, number):
    status, said = run(number)
    assert status == 1
    assert "entries 1 to 2" in said.err


def test_f29_a_printer_that_does_not_work_is_named(run, printer):
    printer.mood = "empty"
    status, said = run("1", "--print")
    assert status == 1
    assert "out of paper" in said.err


def test_a_configuration_without_a_printer_is_named(run, till):
    till.configure()
    status, said = run("1", "--print")
    assert status == 1
    assert "has no printer" in said.err
