"""The contract reads the golden vectors as the wire does."""

import pytest

from contracts.wire.entry import PAYMENT_BYTES
from contracts.wire.reasons import Reason
from contracts.wire.signature import words
from contracts.wire.units import from_hex, to_hex
from tests.contract.evm import NOBODY, Contract, Evm
from tests.contract.world import BEGINS, ENDS, NETWORK, NOW, OFFLINE_WINDOW, address, artifact, probe
from tests.wire.vectors import DOMAIN, GOLDEN

JOURNAL = GOLDEN["journal"]
REGISTRATION = GOLDEN["digests"]["registration"]


@pytest.fixture
def judge() -> Contract:
    """The contract where the vectors say it is, with their terminal and two programmes without money."""
    evm = Evm(NOW)
    contract = evm.deploy(artifact("kindpakket"), NETWORK, sender=address("owner"), at=DOMAIN.contract)
    euro = evm.deploy(artifact("development_euro"), sender=address("owner"))
    contract("register_sponsor", address("sponsor-01"), sender=address("owner"))
    for _ in range(2):
        terms = ("Kindpakket", euro.address, BEGINS, ENDS, 5000, OFFLINE_WINDOW)
        contract("create_programme", *terms, sender=address("sponsor-01"))
    contract("register_shop", address("shop-01"), sender=address("sponsor-01"))
    agreed = words(from_hex(REGISTRATION["signature"]))
    contract(
        "register_terminal", from_hex(JOURNAL["terminal"]), REGISTRATION["shop"], agreed, sender=address("sponsor-01")
    )
    return contract


@pytest.fixture(scope="module")
def inside() -> Contract:
    """The parts of the contract, one by one."""
    return Evm(NOW).deploy(probe(), sender=NOBODY)


def test_the_domain_separator(judge):
    assert to_hex(judge.view("domain_separator")) == GOLDEN["domain"]["separator"]


def test_the_genesis(judge):
    assert judge.view("terminal", from_hex(JOURNAL["terminal"])).head == from_hex(JOURNAL["genesis"])[-20:]


def test_the_batch(judge):
    receipt = judge("settle", from_hex(JOURNAL["batch"]))
    assert [event.head for event in receipt.named("Settled")] == [
        from_hex(JOURNAL["entries"][index]["head"])[-20:] for index in (1, 4)
    ]
    reasons = [(event.sequence, event.reason) for event in receipt.named("Rejected")]
    assert reasons == [(n, Reason.SLICE_SHORT) for n in (1, 2, 3, 4)] + [(5, Reason.FORM)]


@pytest.mark.parametrize("item", JOURNAL["entries"], ids=lambda item: f"sequence {item['sequence']}")
def test_digests_and_who_signed_them(inside, item):
    domain, terminal = from_hex(GOLDEN["domain"]["separator"]), from_hex(JOURNAL["terminal"])
    digest = inside.view("journal", domain, terminal, item["sequence"], from_hex(item["head"]))
    assert to_hex(digest) == item["journal_digest"]
    assert inside.view("recover", digest, from_hex(item["journal_signature"])) == JOURNAL["terminal"]
    if len(from_hex(item["entry"])) == PAYMENT_BYTES:
        sale = (item["sequence"], item["programme"], item["amount"], item["time"])
        digest = inside.view("payment", domain, terminal, *sale)
        assert to_hex(digest) == item["digest"]
        assert inside.view("recover", digest, from_hex(item["signature"])) == JOURNAL["pass"]


def test_the_digest_of_a_registration(inside):
    domain, terminal = from_hex(GOLDEN["domain"]["separator"]), from_hex(REGISTRATION["terminal"])
    digest = inside.view("registration", domain, terminal, REGISTRATION["shop"])
    assert to_hex(digest) == REGISTRATION["digest"]
    assert inside.view("recover", digest, from_hex(REGISTRATION["signature"])) == REGISTRATION["terminal"]


@pytest.mark.parametrize("row", GOLDEN["signatures"], ids=lambda row: row["about"])
def test_signatures(inside, row):
    signer = inside.view("recover", from_hex(row["digest"]), from_hex(row["signature"]))
    assert signer == (row["signer"] or to_hex(NOBODY))
