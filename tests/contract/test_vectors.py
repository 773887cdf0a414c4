"""The contract reads the golden vectors as the wire does."""

import pytest

from contracts.wire.entry import EntryKind
from contracts.wire.reasons import Reason
from contracts.wire.signature import words
from contracts.wire.units import from_hex, to_hex
from tests.contract.called import NOBODY, Contract
from tests.contract.evm import Evm
from tests.contract.journals import NOW, address
from tests.contract.world import RULES, artifact, deploy, probe
from tests.wire.vectors import DOMAIN, GOLDEN

JOURNAL = GOLDEN["journal"]
REGISTRATION = GOLDEN["digests"]["registration"]


PROGRAMMES = (1, 2)
PLENTY = 2**33


@pytest.fixture
def judge() -> Contract:
    """The contract where the vectors say it is, with their terminal and two programmes with money and no passes."""
    evm, owner, sponsor = Evm(NOW), address("owner"), address("sponsor-01")
    contract = deploy(evm, owner, at=DOMAIN.contract)
    euro = evm.deploy(artifact("development_euro"), sender=owner)
    contract("register_sponsor", sponsor, sender=owner)
    euro("mint", sponsor, 2 * PLENTY)
    euro("approve", contract.address, 2 * PLENTY, sender=sponsor)
    for programme in PROGRAMMES:
        contract("create_programme", "Kindpakket", euro.address, *RULES.values(), sender=sponsor)
        contract("fund", programme, PLENTY, sender=sponsor)
    contract("register_shop", 1, address("shop-01"), sender=sponsor)
    agreed = words(from_hex(REGISTRATION["signature"]))
    contract("register_terminal", from_hex(JOURNAL["terminal"]), REGISTRATION["shop"], agreed, sender=sponsor)
    return contract


@pytest.fixture(scope="module")
def inside() -> Contract:
    """The parts of the contract, one by one."""
    return Evm(NOW).deploy(probe(), sender=NOBODY)


def test_the_domain_separator(judge):
    assert to_hex(judge.view("domain_separator")) == GOLDEN["domain"]["separator"]


def test_the_genesis(judge):
    assert judge.view("terminal", from_hex(JOURNAL["terminal"])).head == from_hex(JOURNAL["genesis"])[-20:]


OF_AN_UNKNOWN_PASS = {
    EntryKind.PAYMENT: Reason.SLICE_SHORT,
    EntryKind.PHONE_PAYMENT: Reason.SLICE_SHORT,
    EntryKind.ASK: Reason.ASK_PASS_UNKNOWN,
    EntryKind.PHONE_ASK: Reason.ASK_PASS_UNKNOWN,
    EntryKind.REFUND: Reason.REFUND_TOO_MUCH,
    None: Reason.FORM,
}
"""What becomes of the vectors' entries where their pass has no budget, and the terminal no slice."""


def test_the_batch(judge):
    receipt = judge("settle", from_hex(JOURNAL["batch"]))
    last = receipt.named("Settled")[-1].last
    head = next(item["head"] for item in JOURNAL["entries"] if item["sequence"] == last)
    assert receipt.named("Settled")[-1].head == from_hex(head)[-20:]
    retired = [event.sequence for event in receipt.named("TerminalRetired")]
    assert retired == [item["sequence"] for item in JOURNAL["entries"] if item.get("kind") == EntryKind.RETIRE]
    expected = [
        Reason.TERMINAL_RETIRED if item["sequence"] > retired[0] else OF_AN_UNKNOWN_PASS[item.get("kind")]
        for item in JOURNAL["entries"]
        if item["sequence"] not in retired
    ]
    assert [event.reason for event in receipt.named("Rejected")] == expected[:last]


def test_who_paid(judge):
    """With a slice, each payment is drawn, and the event names the pass that the contract found."""
    for programme in PROGRAMMES:
        judge("raise_slice", programme, from_hex(JOURNAL["terminal"]), PLENTY, sender=address("sponsor-01"))
    drawn = judge("settle", from_hex(JOURNAL["batch"])).named("Drawn")
    retired = next(item["sequence"] for item in JOURNAL["entries"] if item.get("kind") == EntryKind.RETIRE)
    payments = [
        (item["sequence"], item["programme"], item["amount"], JOURNAL["pass"])
        for item in JOURNAL["entries"]
        if item.get("kind") in {EntryKind.PAYMENT, EntryKind.PHONE_PAYMENT} and item["sequence"] < retired
    ]
    assert [(event.sequence, event.programme, event.amount, event.pass_address) for event in drawn] == payments


@pytest.mark.parametrize("item", JOURNAL["entries"], ids=lambda item: f"sequence {item['sequence']}")
def test_digests_and_who_signed_them(inside, item):
    domain, terminal = from_hex(GOLDEN["domain"]["separator"]), from_hex(JOURNAL["terminal"])
    digest = inside.view("journal", domain, terminal, item["sequence"], from_hex(item["head"]))
    assert to_hex(digest) == item["journal_digest"]
    assert inside.view("signer", digest, words(from_hex(item["journal_signature"]))) == JOURNAL["terminal"]
    if item.get("kind") == EntryKind.ASK:
        sale = (item["programme"], item["amount"], item["time"], item["deadline"])
        assert to_hex(inside.view("ask", domain, terminal, item["sequence"], *sale)) == item["digest"]
    if item.get("kind") in {EntryKind.PHONE_PAYMENT, EntryKind.PHONE_ASK}:
        code = (item["programme"], item["ceiling"], item["expiry"], item["counter"])
        assert to_hex(inside.view("delegation", domain, *code)) == item["digest"]
    if "signature" in item:
        signature = words(from_hex(item["signature"]))
        assert inside.view("signer", from_hex(item["digest"]), signature) == JOURNAL["pass"]


def test_the_digest_of_a_registration(inside):
    domain, terminal = from_hex(GOLDEN["domain"]["separator"]), from_hex(REGISTRATION["terminal"])
    digest = inside.view("registration", domain, terminal, REGISTRATION["shop"])
    assert to_hex(digest) == REGISTRATION["digest"]
    assert inside.view("signer", digest, words(from_hex(REGISTRATION["signature"]))) == REGISTRATION["terminal"]


@pytest.mark.parametrize("row", GOLDEN["orders"], ids=lambda row: f"number {row['number']}")
def test_the_digest_of_an_order(inside, row):
    order = (row["programme"], row["shop"], row["amount"], row["until"], int(row["number"]))
    digest = inside.view("order", from_hex(GOLDEN["domain"]["separator"]), *order)
    assert to_hex(digest) == row["digest"]
    assert inside.view("signer", digest, words(from_hex(row["signature"]))) == row["address"]


@pytest.mark.parametrize("row", GOLDEN["signatures"], ids=lambda row: row["about"])
def test_signatures(inside, row):
    signer = inside.view("signer", from_hex(row["digest"]), words(from_hex(row["signature"])))
    assert signer == (row["signer"] or to_hex(NOBODY))
