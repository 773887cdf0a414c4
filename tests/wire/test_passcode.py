"""What a scan means, and that everything that is no pass of ours is refused by its name."""

from contextlib import suppress
from dataclasses import replace
from zlib import crc32

import pytest
from coincurve import PrivateKey
from hypothesis import example, given
from hypothesis import strategies as st

from contracts.wire import base32, passcode, signature
from contracts.wire.entry import Delegation
from contracts.wire.errors import Refused
from contracts.wire.passcode import PhoneCode, StaticCode
from contracts.wire.reasons import Reason
from contracts.wire.typed_data import Domain
from contracts.wire.units import Address, Cents, Timestamp
from tests.wire.vectors import GOLDEN

NUMBERS = st.integers(0, 2**32 - 1)
NETWORK = 7
SECRET = bytes(range(16))
GOOD = passcode.make_static(NETWORK, SECRET)

KEY = PrivateKey((7).to_bytes(32))
PASS = signature.address_of(KEY)
DOMAIN = Domain(1, Address(b"\1" * 20))
AGREED = Delegation(1, Cents(25_00), Timestamp(1_800_000_300), 9)
SIGNATURE = signature.sign(KEY, AGREED.digest(DOMAIN))
PHONE = passcode.make_phone(NETWORK, AGREED, SIGNATURE)


def static(text: str, network: int = NETWORK) -> StaticCode:
    """The letter's or card's code in a scan."""
    scanned = passcode.parse(text, network)
    assert isinstance(scanned, StaticCode)
    return scanned


def phone(text: str, network: int = NETWORK) -> PhoneCode:
    """The phone's code in a scan."""
    scanned = passcode.parse(text, network)
    assert isinstance(scanned, PhoneCode)
    return scanned


def coded(body: bytes) -> str:
    """A code around any body, its checksum right."""
    return passcode.PREFIX + base32.encode(body + crc32(body).to_bytes(4))


def reason_of(text: str) -> Reason:
    """Why a scan is refused. Fails the test when it is not."""
    with pytest.raises(Refused) as refused:
        passcode.parse(text, NETWORK)
    return refused.value.reason


def version_of(text: str, level: str) -> int:
    """The QR version that the text takes at this level of error correction."""
    segno = pytest.importorskip("segno", reason="needs segno to draw a QR")
    return int(segno.make(text, error=level, micro=False, boost_error=False).version)


def test_a_code_is_short_enough_for_qr_version_3():
    assert len(GOOD) == 40
    assert GOOD.isalnum()
    assert GOOD.upper() == GOOD
    assert [version_of(GOOD, level) for level in "mq"] == [3, 3]


def test_a_phones_code_is_short_enough_for_qr_version_6():
    assert len(PHONE) == 144
    assert PHONE.isalnum()
    assert PHONE.upper() == PHONE
    assert [version_of(PHONE, level) for level in "lmq"] == [5, 6, 8]


@given(st.integers(0, passcode.NETWORK_MAX), st.binary(min_size=16, max_size=16))
def test_what_is_made_is_what_is_read(network, secret):
    code = static(passcode.make_static(network, secret), network)
    assert (code.network, bytes(code.secret)) == (network, secret)


@given(
    st.integers(0, passcode.NETWORK_MAX),
    st.builds(Delegation, NUMBERS, NUMBERS.map(Cents), st.integers(0, 2**40 - 1).map(Timestamp), NUMBERS),
    st.binary(min_size=64, max_size=64),
)
def test_what_a_phone_shows_is_what_is_read(network, delegation, signed):
    text = passcode.make_phone(network, delegation, signed)
    assert len(text) == len(PHONE)
    assert passcode.parse(text, network) == PhoneCode(network, delegation, signed)
    assert passcode.parse(f" {text.lower()}\r\n", network) == PhoneCode(network, delegation, signed)


def test_a_phones_code_is_of_the_pass_that_signed_it_for_this_contract():
    assert phone(PHONE).pass_address(DOMAIN) == PASS
    others = [Domain(2, DOMAIN.contract), Domain(1, Address(b"\2" * 20))]
    assert PASS not in [phone(PHONE).pass_address(other) for other in others]


@given(st.sampled_from(["programme", "ceiling", "expiry", "counter"]), NUMBERS)
def test_a_phones_code_that_says_something_else_is_another_passes_or_nobodys(name, value):
    changed = replace(AGREED, **{name: value})
    if changed != AGREED:
        with suppress(Refused):
            assert phone(passcode.make_phone(NETWORK, changed, SIGNATURE)).pass_address(DOMAIN) != PASS


def test_a_phones_code_that_nobody_signed_is_damaged():
    with pytest.raises(Refused) as refused:
        phone(passcode.make_phone(NETWORK, AGREED, bytes(64))).pass_address(DOMAIN)
    assert refused.value.reason == Reason.SCAN_DAMAGED


@pytest.mark.parametrize("text", [GOOD.lower(), f"  {GOOD}\r\n", f"\t{GOOD}"])
def test_caps_lock_and_white_space_do_not_matter(text):
    assert bytes(static(text).secret) == SECRET


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
        (PHONE[:-1], Reason.SCAN_INCOMPLETE),
        (PHONE[:40], Reason.SCAN_INCOMPLETE),
        (PHONE + GOOD, Reason.SCAN_TOO_LONG),
        (PHONE + PHONE, Reason.SCAN_TOO_LONG),
        (PHONE[:60] + ("7" if PHONE[60] != "7" else "8") + PHONE[61:], Reason.SCAN_DAMAGED),
        (passcode.make_phone(NETWORK + 1, AGREED, SIGNATURE), Reason.SCAN_NETWORK),
        (coded(bytes([2]) + NETWORK.to_bytes(2) + SECRET), Reason.SCAN_INCOMPLETE),
        (coded(bytes([1]) + NETWORK.to_bytes(2) + bytes(81)), Reason.SCAN_TOO_LONG),
    ],
)
def test_f27_what_is_no_pass_is_refused_by_name(text, reason):
    assert reason_of(text) == reason


def test_f27_another_network_is_named_before_the_kind():
    assert reason_of(coded(bytes([2]) + (8).to_bytes(2) + bytes(81))) == Reason.SCAN_NETWORK


GARBLED = {Reason.SCAN_DAMAGED, Reason.SCAN_INCOMPLETE, Reason.SCAN_TOO_LONG}


@pytest.mark.parametrize("code", [GOOD, PHONE], ids=["static", "phone"])
@given(data=st.data())
def test_f22_one_garbled_character_is_never_another_pass(code, data):
    position = data.draw(st.integers(3, len(code) - 1))
    garbled = code[:position] + data.draw(st.sampled_from(base32.ALPHABET)) + code[position + 1 :]
    if garbled != code:
        assert reason_of(garbled) in GARBLED


@pytest.mark.parametrize("code", [GOOD, PHONE], ids=["static", "phone"])
def test_f22_half_a_code_is_never_a_pass(code):
    for length in range(len(code)):
        assert reason_of(code[:length]) in {Reason.SCAN_INCOMPLETE, Reason.SCAN_EMPTY, Reason.SCAN_DAMAGED}


SHAPES = st.one_of(
    st.text(),
    st.text(alphabet=base32.ALPHABET).map(lambda text: "KP1" + text),
    st.text(max_size=8).map(lambda text: GOOD + text),
    st.text(max_size=8).map(lambda text: PHONE + text),
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
    scanned = static(code["text"], code["network"])
    assert code["secret"][2:] not in repr(scanned)
    assert bytes(scanned.secret).hex() not in repr(scanned)
    with pytest.raises(Refused) as refused:
        passcode.parse(code["text"][:-1] + "_", code["network"])
    assert code["text"][4:-4] not in str(refused.value) + repr(refused.value)
    assert refused.value.__cause__ is None


def test_f36_wiping_overwrites_the_secret():
    code = static(GOOD)
    kept = code.secret
    code.wipe()
    assert kept == bytes(16)


def test_the_same_secret_is_another_pass_on_another_network():
    one = passcode.StaticCode(1, bytearray(SECRET)).private_key()
    assert one != passcode.StaticCode(2, bytearray(SECRET)).private_key()


@pytest.mark.parametrize(
    ("network", "delegation", "signed"),
    [
        (-1, AGREED, SIGNATURE),
        (65536, AGREED, SIGNATURE),
        (7, AGREED, SIGNATURE[:-1]),
        (7, AGREED, SIGNATURE + b"a"),
    ],
    ids=range(4),
)
def test_no_phone_code_is_made_of_what_does_not_fit(network, delegation, signed):
    with pytest.raises(ValueError):
        passcode.make_phone(network, delegation, signed)


@pytest.mark.parametrize(("network", "secret"), [(-1, SECRET), (65536, SECRET), (7, SECRET[:-1]), (7, SECRET + b"a")])
def test_no_code_is_made_of_what_does_not_fit(network, secret):
    with pytest.raises(ValueError):
        passcode.make_static(network, secret)
