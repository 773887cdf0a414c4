"""What a scan means, and that everything that is no pass of ours is refused by its name."""

from contextlib import suppress
from zlib import crc32

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contracts.wire import base32, passcode
from contracts.wire.errors import Refused
from contracts.wire.reasons import Reason
from tests.wire.vectors import GOLDEN

NETWORK = 7
SECRET = bytes(range(16))
GOOD = passcode.make_static(NETWORK, SECRET)


def coded(body: bytes) -> str:
    """A code around any body, its checksum right."""
    return passcode.PREFIX + base32.encode(body + crc32(body).to_bytes(4))


def reason_of(text: str) -> Reason:
    """Why a scan is refused. Fails the test when it is not."""
    with pytest.raises(Refused) as refused:
        passcode.parse(text, NETWORK)
    return refused.value.reason


def test_a_code_is_short_enough_for_qr_version_3():
    assert len(GOOD) == 40  # 61 alphanumeric characters at level L, 47 at M (ISO/IEC 18004, table 7)
    assert GOOD.isalnum()
    assert GOOD.upper() == GOOD


@given(st.integers(0, passcode.NETWORK_MAX), st.binary(min_size=16, max_size=16))
def test_what_is_made_is_what_is_read(network, secret):
    code = passcode.parse(passcode.make_static(network, secret), network)
    assert (code.network, bytes(code.secret)) == (network, secret)


@pytest.mark.parametrize("text", [GOOD.lower(), f"  {GOOD}\r\n", f"\t{GOOD}"])
def test_caps_lock_and_white_space_do_not_matter(text):
    assert bytes(passcode.parse(text, NETWORK).secret) == SECRET


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", Reason.SCAN_EMPTY),
        (" \r\n", Reason.SCAN_EMPTY),
        ("8710398500014", Reason.SCAN_PRODUCT),
        ("87103980", Reason.SCAN_PRODUCT),
        ("036000291452", Reason.SCAN_PRODUCT),
        ("18710398500011", Reason.SCAN_PRODUCT),
        ("WIFI:S:shop;T:WPA;P:secret;;", Reason.SCAN_WIFI),
        ("https://example.org/KP1", Reason.SCAN_LINK),
        ("www.example.org", Reason.SCAN_LINK),
        ("a voucher of somebody else", Reason.SCAN_FOREIGN),
        ("1234", Reason.SCAN_FOREIGN),
        ("KP2" + GOOD[3:], Reason.SCAN_VERSION),
        ("K", Reason.SCAN_INCOMPLETE),
        ("KP", Reason.SCAN_INCOMPLETE),
        ("KP1", Reason.SCAN_INCOMPLETE),
        ("KP10", Reason.SCAN_INCOMPLETE),
        (GOOD[:-1], Reason.SCAN_INCOMPLETE),
        (GOOD[:12], Reason.SCAN_INCOMPLETE),
        (GOOD + GOOD, Reason.SCAN_TOO_LONG),
        (GOOD + "A", Reason.SCAN_TOO_LONG),
        ("8710398500014" + GOOD, Reason.SCAN_TOO_LONG),
        ("A" * 513, Reason.SCAN_TOO_LONG),
        (GOOD[:20] + "U" + GOOD[21:], Reason.SCAN_DAMAGED),
        (GOOD[:20] + ("7" if GOOD[20] != "7" else "8") + GOOD[21:], Reason.SCAN_DAMAGED),
        ("KP1UU" + GOOD[5:], Reason.SCAN_DAMAGED),
        (coded(bytes([99]) + NETWORK.to_bytes(2) + SECRET), Reason.SCAN_KIND),
        (coded(bytes([3]) + NETWORK.to_bytes(2) + bytes(40)), Reason.SCAN_KIND),
        (passcode.make_static(NETWORK + 1, SECRET), Reason.SCAN_NETWORK),
        (coded(bytes([2]) + NETWORK.to_bytes(2) + bytes(81)), Reason.SCAN_PHONE_NOT_YET),
    ],
)
def test_f27_what_is_no_pass_is_refused_by_name(text, reason):
    assert reason_of(text) == reason


def test_f27_another_network_is_named_before_the_kind():
    assert reason_of(coded(bytes([2]) + (8).to_bytes(2) + bytes(81))) == Reason.SCAN_NETWORK


@given(st.integers(3, len(GOOD) - 1), st.sampled_from(base32.ALPHABET))
def test_f22_one_garbled_character_is_never_another_pass(position, character):
    garbled = GOOD[:position] + character + GOOD[position + 1 :]
    if garbled != GOOD:
        assert reason_of(garbled) in {
            Reason.SCAN_DAMAGED,
            Reason.SCAN_INCOMPLETE,
            Reason.SCAN_TOO_LONG,
        }


@given(st.integers(0, len(GOOD) - 1))
def test_f22_half_a_code_is_never_a_pass(length):
    assert reason_of(GOOD[:length]) in {Reason.SCAN_INCOMPLETE, Reason.SCAN_EMPTY, Reason.SCAN_DAMAGED}


SHAPES = st.one_of(
    st.text(),
    st.text(alphabet=base32.ALPHABET).map(lambda text: "KP1" + text),
    st.text(max_size=8).map(lambda text: GOOD + text),
    st.binary(max_size=90).map(coded),
)


@given(SHAPES, st.integers(0, passcode.NETWORK_MAX))
@example("\ufb00KP1", 7)  # one character whose upper case is two
@example("KP1" + "\u0131" * 37, 7)
@example("KP1\u0663\u0664", 7)
def test_any_text_is_a_pass_or_refused(text, network):
    with suppress(Refused):
        passcode.parse(text, network)


@pytest.mark.parametrize("code", GOLDEN["codes"], ids=lambda code: code["text"])
def test_f36_the_secret_is_in_no_repr_and_no_error(code):
    scanned = passcode.parse(code["text"], code["network"])
    assert code["secret"][2:] not in repr(scanned)
    assert bytes(scanned.secret).hex() not in repr(scanned)
    with pytest.raises(Refused) as refused:
        passcode.parse(code["text"][:-1] + "_", code["network"])
    assert code["text"][4:-4] not in str(refused.value) + repr(refused.value)
    assert refused.value.__cause__ is None


def test_f36_wiping_overwrites_the_secret():
    code = passcode.parse(GOOD, NETWORK)
    kept = code.secret
    code.wipe()
    assert kept == bytes(16)


def test_the_same_secret_is_another_pass_on_another_network():
    one = passcode.StaticCode(1, bytearray(SECRET)).private_key()
    assert one != passcode.StaticCode(2, bytearray(SECRET)).private_key()


@pytest.mark.parametrize(("network", "secret"), [(-1, SECRET), (65536, SECRET), (7, SECRET[:-1]), (7, SECRET + b"a")])
def test_no_code_is_made_of_what_does_not_fit(network, secret):
    with pytest.raises(ValueError):
        passcode.make_static(network, secret)
