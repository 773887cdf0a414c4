"""secp256k1 in 64 bytes."""

import pytest
from coincurve import PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from contracts.wire import signature
from contracts.wire.units import Hash

KEY = PrivateKey((1).to_bytes(32))
DIGESTS = st.binary(min_size=32, max_size=32).map(Hash)


def test_the_address_of_the_key_one():
    assert signature.address_of(KEY).hex() == "7e5f4552091a69125d5dfcb7b8c2659029395bdf"


@given(DIGESTS, st.integers(1, signature.ORDER - 1))
def test_who_signed_is_recovered(digest, number):
    key = PrivateKey(number.to_bytes(32))
    signed = signature.sign(key, digest)
    assert len(signed) == 64
    assert int.from_bytes(signed[32:]) % 2**255 <= signature.HALF_ORDER
    assert signature.recover(digest, signed) == signature.address_of(key)
    assert signature.sign(key, digest) == signed


def test_a_signature_by_itself_is_two_words():
    assert signature.words(b"r" * 32 + b"s" * 32) == (b"r" * 32, b"s" * 32)


@given(DIGESTS, st.binary(min_size=64, max_size=64))
def test_any_bytes_are_a_signature_or_nobodys(digest, junk):
    signer = signature.recover(digest, junk)
    assert signer is None or len(signer) == 20


@given(DIGESTS)
def test_the_upper_half_of_s_is_refused(digest):
    r = signature.sign(KEY, digest)[:32]
    assert signature.recover(digest, r + signature.HALF_ORDER.to_bytes(32)) is not None
    assert signature.recover(digest, r + (signature.HALF_ORDER + 1).to_bytes(32)) is None


@pytest.mark.parametrize("length", [0, 63, 65])
def test_another_length_is_refused(length):
    assert signature.recover(Hash(bytes(32)), bytes(length)) is None


@pytest.mark.parametrize(
    ("secret", "valid"),
    [
        (bytes(32), False),
        ((1).to_bytes(32), True),
        ((signature.ORDER - 1).to_bytes(32), True),
        (signature.ORDER.to_bytes(32), False),
        (b"\xff" * 32, False),
        (b"\x01" * 31, False),
    ],
)
def test_what_is_a_private_key(secret, valid):
    assert signature.is_private_key(secret) is valid
