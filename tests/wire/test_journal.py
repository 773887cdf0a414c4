"""The chain of heads and who vouches for it."""

from coincurve import PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from contracts.wire import journal, signature, typed_data
from contracts.wire.entry import frame
from contracts.wire.hashing import keccak256
from contracts.wire.typed_data import Domain
from contracts.wire.units import Address

DOMAIN = Domain(1, Address(bytes(20)))
KEY = PrivateKey((2).to_bytes(32))
TERMINAL = signature.address_of(KEY)
ENTRIES = st.lists(st.binary(max_size=255).map(frame), max_size=8)


def test_the_genesis_names_terminal_contract_and_chain():
    heads = {
        journal.genesis(DOMAIN, TERMINAL),
        journal.genesis(DOMAIN, Address(bytes(20))),
        journal.genesis(Domain(2, Address(bytes(20))), TERMINAL),
        journal.genesis(Domain(1, Address(b"\1" * 20)), TERMINAL),
    }
    assert len(heads) == 4


@given(ENTRIES, ENTRIES)
def test_a_chain_can_be_walked_in_pieces(first, second):
    genesis = journal.genesis(DOMAIN, TERMINAL)
    middle = journal.advance_all(genesis, first)
    assert journal.advance_all(middle, second) == journal.advance_all(genesis, first + second)


@given(st.lists(st.binary(max_size=40).map(frame), min_size=1, max_size=4), st.data())
def test_any_other_byte_is_another_head(entries, data):
    genesis = journal.genesis(DOMAIN, TERMINAL)
    index = data.draw(st.integers(0, len(entries) - 1))
    at = data.draw(st.integers(0, len(entries[index]) - 1))
    bit = data.draw(st.integers(0, 7))
    changed = bytearray(entries[index])
    changed[at] ^= 1 << bit
    other = [*entries[:index], bytes(changed), *entries[index + 1 :]]
    assert journal.advance_all(genesis, other) != journal.advance_all(genesis, entries)


def test_a_signature_counts_for_its_terminal_sequence_head_and_domain_alone():
    head = keccak256(b"head")
    signed = signature.sign(KEY, typed_data.journal(DOMAIN, TERMINAL, 3, head))
    assert journal.is_signed(DOMAIN, TERMINAL, 3, head, signed)
    assert not journal.is_signed(DOMAIN, TERMINAL, 4, head, signed)
    assert not journal.is_signed(DOMAIN, TERMINAL, 3, keccak256(b"other"), signed)
    assert not journal.is_signed(DOMAIN, Address(bytes(20)), 3, head, signed)
    assert not journal.is_signed(Domain(2, DOMAIN.contract), TERMINAL, 3, head, signed)
    assert not journal.is_signed(DOMAIN, TERMINAL, 3, head, signed[:-1])


def test_what_is_kept_is_the_low_160_bits():
    head = keccak256(b"head")
    assert int.from_bytes(journal.kept(head)) == int.from_bytes(head) % 2**160
