"""Two codes, one contract: the office works on the judge's storage, in its name, and is nothing by itself."""

import pytest

from contracts.compile import OFFICE_OF, load, storage
from contracts.wire.units import Address
from tests.contract.called import Contract, Reverted, selector
from tests.contract.journals import address
from tests.contract.world import NETWORK, World, artifact

CODE_BYTES_MAX = 24_576
"""EIP-170."""


@pytest.mark.parametrize("name", ["kindpakket", "office"])
def test_each_half_is_small_enough_to_deploy(name):
    assert len(artifact(name)["runtime_bytecode"]) // 2 < CODE_BYTES_MAX


def test_both_halves_keep_everything_in_the_same_place():
    assert OFFICE_OF == {"kindpakket": "office"}
    assert storage("kindpakket") == storage("office") != {}


def test_the_contract_is_called_by_all_that_both_understand():
    whole = {(item["type"], item.get("name")) for item in load("kindpakket")["abi"]}
    office = {(item["type"], item["name"]) for item in load("office")["abi"] if item["type"] in {"function", "event"}}
    assert office <= whole
    assert ("function", "settle") in whole - office


def test_no_function_is_in_both_halves():
    """Or the office's would never run."""
    halves = [load(name)["method_identifiers"] for name in ("kindpakket", "office")]
    own = [name for name in halves[0] if name not in halves[1]]
    assert len(set(halves[0].values())) == len(halves[0])
    assert len(own) + len(halves[1]) == len(halves[0])


def test_an_office_without_code_is_refused(world):
    with pytest.raises(Reverted, match="office: no code"):
        world.evm.deploy(artifact("kindpakket"), NETWORK, address("nobody's contract"), sender=world.owner)


def test_the_office_is_named_once(world):
    office = world.contract.view("office")
    assert office != "0x" + world.contract.address.hex()
    assert not [item for item in load("kindpakket")["abi"] if item.get("name", "").endswith("_office")]


def test_the_office_by_itself_obeys_nobody(world):
    where = Address(bytes.fromhex(world.contract.view("office")[2:]))
    office = Contract(world.evm, where, load("office")["abi"])
    for sender in ("owner", "sponsor-01", "anybody"):
        for name, arguments in (
            ("register_sponsor", (address("sponsor-02"),)),
            ("offer_ownership", (address("anybody"),)),
            ("accept_ownership", ()),
            ("set_paused", (1, True)),
            ("withdraw", (1, 1)),
        ):
            with pytest.raises(Reverted):
                office(name, *arguments, sender=address(sender))
    assert office.view("owner") == "0x" + bytes(20).hex()


def test_what_neither_half_understands_is_undone(world):
    for data in (b"", b"\1\2\3\4", selector("no_such_function", []), selector("settle", ["uint256"])):
        with pytest.raises(Reverted):
            world.evm.transact(address("anybody"), world.contract.address, data)


def test_what_the_office_answers_comes_back_whole(world):
    name = "Kindpakket voor alle kinderen van de gemeente, met een lange naa"
    assert len(name) == 64
    rules = list(world.contract.view("programme", 1).fields.values())
    terms = (name, world.euro.address, *rules[4:10])
    programme = world("create_programme", *terms).result
    assert world.contract.view("programme", programme).name == name


def test_a_reason_of_the_office_comes_through(world):
    assert world.refusal("set_paused", 9, True) == "programme: unknown"


def test_the_deployer_owns_the_contract_and_not_the_office(world: World):
    assert world.contract.view("owner") == "0x" + address("owner").hex()
