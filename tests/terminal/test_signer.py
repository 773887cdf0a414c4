"""The keys: who may read them, what they sign, and that nothing else ever shows them."""

import copy
import os
import pickle
import resource
import signal
import struct
import subprocess
import sys
import traceback
from dataclasses import replace

import pytest

from contracts.wire import entry as wire_entry
from contracts.wire import journal, passcode, typed_data
from contracts.wire.entry import Payment, Retire, Signed
from contracts.wire.errors import Broken, Refused
from contracts.wire.passcode import PhoneCode, StaticCode
from contracts.wire.reasons import Reason
from contracts.wire.signature import ORDER, recover, sign
from contracts.wire.units import Address, Cents, Timestamp
from terminal.core.effects import Commit
from terminal.signer import PassSigner, TerminalSigner, make_key, sign_entry, sign_retirement
from terminal.signer import holders as terminal_signers
from tests.terminal.books import TIME, commit, commit_ask, commit_by_phone, commit_refund, files, in_child, sell
from tests.terminal.till import DOMAIN, NETWORK, ROOT, Till, code, pass_address, phone_code

SECRET = bytes.fromhex("5ec7" * 8)
TEXT = passcode.make_static(NETWORK, SECRET)

NO_KEYS = [
    "",
    "0x",
    "5a" * 32,
    "0x" + "5a" * 31,
    "0x" + "5a" * 33,
    "0x" + "5a" * 32 + "\n\n",
    "0x" + "zz" * 32,
    "é" * 66,
]
NO_KEYS += ["0x" + "00" * 32, f"0x{ORDER:064x}", "0x" + "5a" * 10_000]


@pytest.fixture
def key_file(tmp_path):
    make_key(tmp_path / "key")
    return tmp_path / "key"


@pytest.fixture
def terminal(key_file):
    return TerminalSigner.load(key_file, DOMAIN)


@pytest.fixture
def genesis(terminal):
    return journal.genesis(DOMAIN, terminal.address)


def static(text=TEXT):
    """The code that was scanned."""
    code = passcode.parse(text, NETWORK)
    assert isinstance(code, StaticCode)
    return code


def held(passes, text=TEXT):
    return passes.hold(static(text))


def told(error):
    """The traceback as the most talkative logger would write it, without the test's own frame."""
    frames = error.__traceback__.tb_next
    return "".join(traceback.TracebackException(type(error), error, frames, capture_locals=True).format())


class TestKeyFile:
    def test_a_new_key_is_for_its_user_alone_and_loads(self, tmp_path):
        address = make_key(tmp_path / "key")
        assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600
        assert TerminalSigner.load(tmp_path / "key", DOMAIN).address == address
        assert make_key(tmp_path / "other") != address

    def test_f33_a_key_is_never_overwritten(self, key_file):
        before = key_file.read_bytes()
        with pytest.raises(Broken, match="there already"):
            make_key(key_file)
        assert key_file.read_bytes() == before

    def test_whatever_the_umask_says(self, tmp_path):
        before = os.umask(0o777)
        try:
            make_key(tmp_path / "key")
        finally:
            os.umask(before)
        assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600

    @pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o620, 0o700])
    def test_f36_one_that_others_can_read_is_refused(self, key_file, mode):
        key_file.chmod(mode)
        with pytest.raises(Broken, match="chmod 600"):
            TerminalSigner.load(key_file, DOMAIN)

    def test_one_that_is_read_only_is_fine(self, key_file):
        key_file.chmod(0o400)  # as systemd hands credentials over
        assert TerminalSigner.load(key_file, DOMAIN).domain == DOMAIN

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
    def test_one_of_another_user_is_refused_but_root_gives_commands_on_the_daemons(self, key_file, monkeypatch):
        os.chown(key_file, 65_534, -1)
        assert TerminalSigner.load(key_file, DOMAIN).domain == DOMAIN
        monkeypatch.setattr(os, "geteuid", lambda: 4_242)
        with pytest.raises(Broken, match="belongs to user 65534"):
            TerminalSigner.load(key_file, DOMAIN)

    def test_a_link_is_refused(self, key_file, tmp_path):
        (tmp_path / "link").symlink_to(key_file)
        with pytest.raises(Broken, match="symbolic link"):
            TerminalSigner.load(tmp_path / "link", DOMAIN)

    def test_a_pipe_in_its_place_does_not_hang(self, tmp_path):
        os.mkfifo(tmp_path / "key", 0o600)
        with pytest.raises(Broken, match="not a file"):
            TerminalSigner.load(tmp_path / "key", DOMAIN)

    def test_a_missing_one_is_refused_and_not_made(self, tmp_path):
        with pytest.raises(Broken, match="provision"):
            TerminalSigner.load(tmp_path / "key", DOMAIN)
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize("content", NO_KEYS, ids=range(len(NO_KEYS)))
    def test_other_content_is_refused_and_not_shown(self, key_file, content):
        key_file.write_text(content)
        try:
            TerminalSigner.load(key_file, DOMAIN)
        except Broken as broken:
            shown = told(broken)
        else:
            pytest.fail("it was taken for a key")
        assert "holds no key" in shown
        assert "5a5a5a" not in shown


class TestTerminalSigner:
    def test_it_signs_its_journal(self, terminal, genesis):
        signature = terminal.sign_journal(7, genesis)
        assert journal.is_signed(DOMAIN, terminal.address, 7, genesis, signature)
        assert signature == terminal.sign_journal(7, genesis)

    def test_it_agrees_to_its_shop(self, terminal):
        digest = typed_data.registration(DOMAIN, terminal.address, 3)
        assert recover(digest, terminal.sign_registration(3)) == terminal.address

    def test_it_signs_its_requests(self, terminal):
        request = ("GET", "/v1/x?known=1", b"", TIME)
        digest = typed_data.request(DOMAIN, terminal.address, *request)
        assert recover(digest, terminal.sign_request(*request)) == terminal.address


class TestPassSigner:
    def test_it_holds_one_pass_at_a_time_and_wipes_the_code(self):
        passes = PassSigner()
        assert passes.address is None
        scanned = static()
        address = passes.hold(scanned)
        assert passes.address == address
        assert bytes(scanned.secret) == bytes(16)
        assert held(passes, code(1)) == passes.address == pass_address(1) != address

    def test_it_signs_for_the_held_pass_alone(self, terminal):
        passes = PassSigner()
        payment = Payment(1, Cents(5), TIME)
        with pytest.raises(Broken, match="no pass"):
            passes.sign(payment, terminal, 1)
        address = held(passes)
        digest = payment.digest(DOMAIN, terminal.address, 1)
        assert recover(digest, passes.sign(payment, terminal, 1)) == address
        passes.forget()
        passes.forget()
        with pytest.raises(Broken, match="no pass"):
            passes.sign(payment, terminal, 1)

    def test_forgetting_overwrites_the_key(self):
        passes = PassSigner()
        held(passes)
        memory = passes._key
        assert any(memory)
        passes.forget()
        assert not any(memory)

    def test_a_code_that_gives_no_key_is_not_held_and_wiped(self, monkeypatch):
        passes, scanned = PassSigner(), static()
        monkeypatch.setattr(passcode, "is_private_key", lambda _: False)
        with pytest.raises(Refused):
            passes.hold(scanned)
        assert passes.address is None
        assert bytes(scanned.secret) == bytes(16)


class TestPhones:
    """A phone shows what its pass signed: a delegation. There is nothing to sign with."""

    def shown(self, number=1, counter=1):
        code = passcode.parse(phone_code(number, counter), NETWORK)
        assert isinstance(code, PhoneCode)
        return code

    def test_what_it_signed_is_held_for_its_pass_and_goes_into_the_entry(self, terminal, genesis):
        passes = PassSigner()
        for deadline in (0, TIME + 9):
            wanted = commit_by_phone(1, terminal, passes, number=3, deadline=deadline)
            assert passes.address == pass_address(3)
            signed = wire_entry.unpack(sign_entry(terminal, passes, genesis, wanted).entry)
            assert signed is not None
            assert signed.content == wanted.content
            assert signed.signature == self.shown(3).signature
            assert signed.signer(DOMAIN, terminal.address, 1) == pass_address(3)
            assert passes.address is None

    def test_another_of_its_codes_is_not_what_the_sale_is_for(self, terminal, genesis):
        passes = PassSigner()
        wanted = commit_by_phone(1, terminal, passes)
        passes.hold_phone(self.shown(counter=2), DOMAIN)
        with pytest.raises(Broken, match="not the one that the sale is for"):
            sign_entry(terminal, passes, genesis, wanted)

    def test_it_signs_no_payment_of_its_own_and_a_letter_no_delegation(self, terminal, genesis):
        passes = PassSigner()
        address = passes.hold_phone(self.shown(), DOMAIN)
        with pytest.raises(Broken, match="does not know"):
            sign_entry(terminal, passes, genesis, Commit(1, address, Payment(1, Cents(5), TIME), TIME))
        wanted = commit_by_phone(1, terminal, passes)
        held(passes, code(1))
        with pytest.raises(Broken, match="not the one that the sale is for"):
            sign_entry(terminal, passes, genesis, wanted)

    def test_one_that_no_pass_signed_is_none_and_leaves_the_pass_on_the_counter(self):
        passes = PassSigner()
        address = held(passes)
        damaged = replace(self.shown(), signature=b"\xff" * 64)
        with pytest.raises(Refused) as refused:
            passes.hold_phone(damaged, DOMAIN)
        assert refused.value.reason is Reason.SCAN_DAMAGED
        assert passes.address == address

    def test_it_takes_the_place_of_a_key_which_is_overwritten(self):
        passes = PassSigner()
        held(passes)
        memory = passes._key
        passes.hold_phone(self.shown(), DOMAIN)
        assert not any(memory)
        held(passes)
        assert passes._phone is None


class TestSignEntry:
    def test_an_ask_is_signed_by_its_pass_as_an_ask(self, terminal, genesis):
        passes = PassSigner()
        wanted = commit_ask(1, passes, number=3)
        signed = wire_entry.unpack(sign_entry(terminal, passes, genesis, wanted).entry)
        assert signed is not None
        assert signed.content == wanted.content
        assert signed.signer(DOMAIN, terminal.address, 1) == pass_address(3)

    def test_a_refund_needs_no_pass_and_drops_one_that_is_held(self, terminal, genesis):
        passes = PassSigner()
        held(passes)
        wanted = commit_refund(2, 1, terminal.address)
        line = sign_entry(terminal, passes, genesis, wanted)
        signed = wire_entry.unpack(line.entry)
        assert signed == Signed(wanted.content, b"")
        assert journal.is_signed(DOMAIN, terminal.address, 2, line.head, line.signature)
        assert passes.address is None

    def test_a_retirement_is_vouched_for(self, terminal, genesis):
        line = sign_retirement(terminal, genesis, 1, Retire(TIME))
        assert wire_entry.unpack(line.entry) == Signed(Retire(TIME), b"")
        assert journal.is_signed(DOMAIN, terminal.address, 1, line.head, line.signature)

    def test_a_bit_that_flips_in_memory_gives_nothing_back_and_retires_nothing(self, terminal, genesis, monkeypatch):
        monkeypatch.setattr(terminal_signers, "sign", lambda key, digest: sign(key, digest[:-1] + b"!"))
        with pytest.raises(Broken, match="terminal's signature"):
            sign_entry(terminal, PassSigner(), genesis, commit_refund(2, 1, terminal.address))
        with pytest.raises(Broken, match="terminal's signature"):
            sign_retirement(terminal, genesis, 1, Retire(TIME))

    def test_both_signatures_and_the_head_come_out(self, terminal, genesis):
        passes = PassSigner()
        wanted = commit(1, passes, number=3)
        line = sign_entry(terminal, passes, genesis, wanted)
        signed = wire_entry.unpack(line.entry)
        assert signed is not None
        assert signed.content == wanted.content
        assert signed.signer(DOMAIN, terminal.address, 1) == pass_address(3)
        assert line.head == journal.advance(genesis, line.entry)
        assert journal.is_signed(DOMAIN, terminal.address, 1, line.head, line.signature)
        assert passes.address is None

    def test_the_same_sale_gives_the_same_bytes(self, terminal, genesis):
        lines = set()
        for _ in range(2):
            passes = PassSigner()
            lines.add(sign_entry(terminal, passes, genesis, commit(1, passes)))
        assert len(lines) == 1

    def test_another_pass_than_the_sale_is_for_signs_nothing(self, terminal, genesis):
        passes = PassSigner()
        held(passes, code(2))
        wanted = Commit(1, pass_address(1), Payment(1, Cents(5), TIME), TIME)
        with pytest.raises(Broken, match="not the one"):
            sign_entry(terminal, passes, genesis, wanted)
        assert passes.address is None

    @pytest.mark.parametrize("amount", [-1, 2**32])
    def test_the_key_is_dropped_when_signing_fails(self, terminal, genesis, amount):
        passes = PassSigner()
        wanted = commit(1, passes, amount=amount)
        with pytest.raises((OverflowError, struct.error)):
            sign_entry(terminal, passes, genesis, wanted)
        assert passes.address is None

    @pytest.mark.parametrize(("call", "told"), [(1, "pass's signature"), (2, "terminal's signature")])
    def test_a_bit_that_flips_in_memory_becomes_no_entry(self, terminal, genesis, monkeypatch, call, told):
        calls = []

        def flipping(key, digest):
            calls.append(digest)
            signature = sign(key, digest)
            return signature if len(calls) != call else signature[:40] + bytes([signature[40] ^ 4]) + signature[41:]

        monkeypatch.setattr("terminal.signer.holders.sign", flipping)
        passes = PassSigner()
        wanted = commit(1, passes)
        with pytest.raises(Broken, match=told):
            sign_entry(terminal, passes, genesis, wanted)

    def test_an_amount_that_flips_in_memory_becomes_no_entry(self, terminal, genesis, monkeypatch):
        passes = PassSigner()
        wanted = commit(1, passes, amount=100)
        packed = Payment.pack
        monkeypatch.setattr(Payment, "pack", lambda self, s: packed(Payment(1, Cents(101), Timestamp(TIME)), s))
        with pytest.raises(Broken, match="what was approved"):
            sign_entry(terminal, passes, genesis, wanted)


class TestF36NothingShowsAKey:
    def keys_of(self, key_file):
        terminal = bytes.fromhex(key_file.read_text().strip()[2:])
        passes = static().private_key()
        return [terminal, passes, SECRET]

    def test_f36_no_text_of_them(self, key_file, terminal):
        passes = PassSigner()
        held(passes)
        shown = f"{terminal!r} {terminal} {passes!r} {passes} {PassSigner()!r}"
        assert not any(secret.hex() in shown for secret in self.keys_of(key_file))
        assert terminal.address.hex() in shown

    @pytest.mark.parametrize("take", [pickle.dumps, copy.copy, copy.deepcopy])
    def test_f36_no_copy_of_them(self, terminal, take):
        passes = PassSigner()
        held(passes)
        for signer in (terminal, passes):
            with pytest.raises(TypeError, match="not to be copied"):
                take(signer)

    def test_f36_no_traceback_of_a_failed_sale(self, key_file, terminal, genesis):
        passes = PassSigner()
        held(passes)
        try:
            sign_entry(terminal, passes, genesis, Commit(1, Address(b"x" * 20), Payment(1, Cents(5), TIME), TIME))
        except Broken as broken:
            shown = told(broken)
        else:
            pytest.fail("another pass signed")
        for secret in self.keys_of(key_file):
            assert secret.hex() not in shown
            assert repr(secret)[2:-1] not in shown

    def test_f36_no_file_of_the_journal(self, tmp_path):
        till = Till(tmp_path / "till")
        key = bytes.fromhex((till.folder / "key").read_text().strip()[2:])
        numbers = [int.from_bytes(SECRET) + n for n in range(3)]
        codes = [code(number) for number in numbers]
        with till.store() as store:
            for number in numbers:
                sell(store, till.signer(), number=number)
            on_disk = b"".join(content for name, content in files(till.folder).items() if name != "key")
        on_disk += b"".join(content for name, content in files(till.folder).items() if name != "key")
        assert bytes(pass_address(numbers[0])) in on_disk
        secrets = [key, *(static(text).private_key() for text in codes), *(t.encode() for t in codes)]
        secrets += [bytes(static(text).secret) for text in codes]
        for secret in secrets:
            assert secret not in on_disk
            assert secret.hex().encode() not in on_disk.lower()

    def test_f36_no_core_dump(self):
        program = (
            "import resource; from terminal.signer import forbid_core_dumps; forbid_core_dumps()\n"
            "import ctypes; print(resource.getrlimit(resource.RLIMIT_CORE), ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))"
        )
        said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
        assert said.stdout.strip() == "(0, 0) 0"


def test_a_key_that_cannot_be_written_leaves_no_half_a_file(tmp_path):
    def full():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))
        with pytest.raises(Broken, match="cannot be written"):
            make_key(tmp_path / "key")

    assert in_child(full) == 0
    assert list(tmp_path.iterdir()) == []


def test_two_keys_in_one_second_differ(tmp_path):
    assert len({make_key(tmp_path / str(number)) for number in range(5)}) == 5
    assert len({(tmp_path / str(number)).read_text() for number in range(5)}) == 5
