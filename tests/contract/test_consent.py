"""A terminal is bound to a shop by its own word alone: no sponsor takes another's terminal for a shop of its own."""

from dataclasses import replace

import pytest

from contracts.wire import signature, typed_data
from contracts.wire.typed_data import Domain
from tests.contract.journals import Till, address, key
from tests.contract.world import World

REFUSED = "terminal: did not agree"


def refusal(world: World, shop: int, consent: bytes, sender: str = "sponsor-01") -> str:
    """Why till-02 is not registered with this consent."""
    call = lambda: world("register_terminal", address("till-02"), shop, signature.words(consent), sender=sender)  # noqa: E731
    return world.revert_reason(call)


def consent(domain: Domain, shop: int, signer: str = "till-02") -> bytes:
    """A signature over the registration of till-02."""
    return signature.sign(key(signer), typed_data.registration(domain, address("till-02"), shop))


def flipped(signed: bytes, bits: int) -> bytes:
    """The signature with these bits of its second word turned."""
    return signed[:32] + (int.from_bytes(signed[32:]) ^ bits).to_bytes(32)


def test_a_sponsor_cannot_take_the_terminal_of_another(world):
    """Nor can it keep the rightful one from registering it: the consent that is on its way names another's shop."""
    world.register_sponsor("sponsor-02")
    own = world.new_shop("shop-02", (), sponsor="sponsor-02")
    for forged in (consent(world.domain, 1), consent(world.domain, own, signer="sponsor-02")):
        assert refusal(world, own, forged, sender="sponsor-02") == REFUSED
    assert refusal(world, 1, consent(world.domain, 1), sender="sponsor-02") == "shop: of another sponsor"
    assert world.contract.view("terminal", address("till-02")).shop == 0
    world.new_till("till-02", 1)
    assert world.contract.view("terminal", address("till-02")).shop == 1


NOT_ITS_WORD = {
    "another key's": lambda domain: consent(domain, 1, signer="till-03"),
    "another shop's": lambda domain: consent(domain, 2),
    "another chain's": lambda domain: consent(replace(domain, chain_id=domain.chain_id + 1), 1),
    "another contract's": lambda domain: consent(replace(domain, contract=address("contract")), 1),
    "a journal's": lambda domain: Till("till-02", domain).sign(0),
    "the other parity": lambda domain: flipped(consent(domain, 1), 1 << 255),
    "another s": lambda domain: flipped(consent(domain, 1), 1),
    "nothing": lambda _: bytes(64),
    "nothing but ones": lambda _: b"\xff" * 64,
}


@pytest.mark.parametrize("forged", NOT_ITS_WORD.values(), ids=NOT_ITS_WORD)
def test_a_terminal_agrees_by_its_own_word_alone(world, forged):
    assert refusal(world, 1, forged(world.domain)) == REFUSED
    agreed = consent(world.domain, 1)
    receipt = world("register_terminal", address("till-02"), 1, signature.words(agreed))
    assert receipt.named("TerminalRegistered")[0].shop == 1


def test_a_terminal_agrees_with_a_low_s_alone(world):
    """The other s of the same signature leaves no room for the parity, and is refused however it is written."""
    good = consent(world.domain, 1)
    other = signature.ORDER - int.from_bytes(good[32:]) % 2**255
    for s in (other, other ^ 1 << 255, signature.HALF_ORDER + 1):
        assert refusal(world, 1, good[:32] + s.to_bytes(32)) == REFUSED


def test_a_consent_counts_on_the_chain_where_it_is_used(world):
    """After a split of the chain, only what was signed for this side binds a terminal here."""
    agreed = consent(world.domain, 1)
    world.evm.chain_id += 1
    assert refusal(world, 1, agreed) == REFUSED
    here = consent(replace(world.domain, chain_id=world.evm.chain_id), 1)
    world("register_terminal", address("till-02"), 1, signature.words(here))
