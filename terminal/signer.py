"""The two keys of a sale: the terminal's own, and for some seconds that of the pass that was scanned.

Neither is ever shown, stored elsewhere, pickled or copied. What Python cannot overwrite (short-lived copies inside
a signature) is at least dropped at once, and `forbid_core_dumps` keeps it off the disk.
"""

import ctypes
import os
import resource
import stat
from pathlib import Path
from typing import NoReturn

from coincurve import PrivateKey

from contracts.wire import entry as wire_entry
from contracts.wire import journal, typed_data
from contracts.wire.errors import Broken
from contracts.wire.passcode import StaticCode
from contracts.wire.signature import address_of, is_private_key, sign
from contracts.wire.typed_data import Domain
from contracts.wire.units import Address, Hash, Timestamp, from_hex, to_hex
from terminal.core.effects import Commit
from terminal.core.line import Line

_KEY_FILE_BYTES_MAX = 67  # 0x, 64 digits, a line end
_PR_SET_DUMPABLE = 4  # prctl(2)


class _Unshowable:
    """Shows its address at most; refuses every way of being copied out of the process."""

    __slots__ = ("_address",)
    _address: Address | None

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._address.hex() if self._address else 'empty'}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a key is not to be copied or pickled")


class TerminalSigner(_Unshowable):
    """The terminal's key: signs its journal, its requests to the gateway, and once whose terminal it is."""

    __slots__ = ("_key", "domain")

    def __init__(self, key: PrivateKey, domain: Domain) -> None:
        self._key = key
        self._address = address_of(key)
        self.domain = domain

    @classmethod
    def load(cls, path: Path, domain: Domain) -> "TerminalSigner":
        """The key in the file: `0x` and 64 hex digits, readable by its owner alone, who must be this user.

        Raises Broken, with what to do, for anything else.
        """
        key = _read_key(path)
        if key is None:
            raise Broken(f"{path} holds no key: put back the right file, or provision this terminal as a new one")
        return cls(key, domain)

    @property
    def address(self) -> Address:
        """The terminal, as the contract knows it."""
        assert self._address is not None  # noqa: S101 -- set above, never taken away
        return self._address

    def sign_journal(self, sequence: int, head: Hash) -> bytes:
        """The 64 bytes that vouch for the journal up to this sequence and head."""
        return sign(self._key, typed_data.journal(self.domain, self.address, sequence, head))

    def sign_registration(self, shop: int) -> bytes:
        """The 64 bytes by which it agrees to be bound to this shop on the contract, for good. They are no secret."""
        return sign(self._key, typed_data.registration(self.domain, self.address, shop))

    def sign_request(self, method: str, target: str, body: bytes, time: Timestamp) -> bytes:
        """The 64 bytes that show the gateway who asks: method, path with query, body and time."""
        return sign(self._key, typed_data.request(self.domain, self.address, method, target, body, time))


class PassSigner(_Unshowable):
    """The key of the pass on the counter, from its scan until the sale ends."""

    __slots__ = ("_key",)

    def __init__(self) -> None:
        self._key = bytearray()
        self._address = None

    @property
    def address(self) -> Address | None:
        """Whose key is held; None when none is."""
        return self._address

    def hold(self, code: StaticCode) -> Address:
        """Take the code's key, wipe the code, and say whose key it is. A key held before is dropped.

        Raises Refused(SCAN_DAMAGED) when the code gives no key; then none is held.
        """
        self.forget()
        try:
            self._key = bytearray(code.private_key())
        finally:
            code.wipe()
        self._address = address_of(PrivateKey(bytes(self._key)))
        return self._address

    def sign(self, digest: Hash) -> bytes:
        """The held pass's 64 bytes over the digest. Raises Broken when none is held."""
        if self._address is None:
            raise Broken("a payment was to be signed with no pass on the counter")
        return sign(PrivateKey(bytes(self._key)), digest)

    def forget(self) -> None:
        """Overwrite the key and drop it. Nothing happens when none is held."""
        self._key[:] = bytes(len(self._key))
        self._key = bytearray()
        self._address = None


def sign_entry(terminal: TerminalSigner, passes: PassSigner, head: Hash, commit: Commit) -> Line:
    """The journal line that the core asked for, with the pass's and the terminal's signature.

    `head` is the journal's before it. The pass's key is dropped whatever happens. Both signatures are recovered from
    the finished bytes first, so that a flipped bit in memory never becomes an approved payment that is rejected.
    Raises Broken when another pass is held than the core named, or when a signature does not come out.
    """
    try:
        if passes.address != commit.pass_address:
            raise Broken("the pass on the counter is not the one that the sale is for")
        digest = commit.payment.digest(terminal.domain, terminal.address, commit.sequence)
        entry = commit.payment.pack(passes.sign(digest))
    finally:
        passes.forget()
    new_head = journal.advance(head, entry)
    line = Line(commit.sequence, entry, new_head, terminal.sign_journal(commit.sequence, new_head))
    _require_sound(terminal, commit, line)
    return line


def _require_sound(terminal: TerminalSigner, commit: Commit, line: Line) -> None:
    signed = wire_entry.unpack(line.entry)
    if signed is None or signed.payment != commit.payment:
        raise Broken("the entry does not say what was approved: this machine computes wrongly")
    if signed.signer(terminal.domain, terminal.address, line.sequence) != commit.pass_address:
        raise Broken("the pass's signature does not come out: this machine computes wrongly")
    if not journal.is_signed(terminal.domain, terminal.address, line.sequence, line.head, line.signature):
        raise Broken("the terminal's signature does not come out: this machine computes wrongly")


def make_key(path: Path) -> Address:
    """Write a new terminal key to a file that does not exist yet, readable by this user alone; its address.

    Raises Broken when something is there already: a key is never overwritten.
    """
    key = PrivateKey()
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        raise Broken(f"{path} is there already and stays as it is: name another file for a new key") from None
    except OSError as error:
        raise Broken(f"{path} cannot be made ({error.strerror}): check its folder") from error
    try:
        os.fchmod(descriptor, 0o600)
        _write(descriptor, to_hex(key.secret) + "\n")
        _sync_folder(path.parent)
    except OSError as error:
        path.unlink()
        raise Broken(f"{path} cannot be written ({error.strerror}): free space on the disk") from None
    finally:
        os.close(descriptor)
    return address_of(key)


def forbid_core_dumps() -> None:
    """Keep this process's memory, keys and all, from being written to disk when it crashes (Linux, prctl(2))."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) != 0:
        raise Broken(f"the kernel does not forbid core dumps: {os.strerror(ctypes.get_errno())}")


def _read_key(path: Path) -> PrivateKey | None:
    """The key in the file, None when its content is none. No text of the file is left in a frame that can raise."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise Broken(f"the terminal's key {path} cannot be opened ({error.strerror}): {_advice(path)}") from error
    with os.fdopen(descriptor, "rb") as file:
        _require_private(path, os.fstat(descriptor))
        return _parse_key(file.read(_KEY_FILE_BYTES_MAX + 1))


def _advice(path: Path) -> str:
    if path.is_symlink():
        return "it is a symbolic link; name the file itself"
    return "check `key_file` in the configuration, or provision this terminal"


def _require_private(path: Path, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise Broken(f"{path} is not a file: check `key_file` in the configuration")
    if status.st_uid != os.geteuid():
        raise Broken(f"{path} belongs to user {status.st_uid}, and this is user {os.geteuid()}: chown the key file")
    if stat.S_IMODE(status.st_mode) & ~0o600:
        raise Broken(f"{path} can be read by others: run `chmod 600 {path}`, and consider a new key")


def _parse_key(content: bytes) -> PrivateKey | None:
    try:
        secret = from_hex(content.decode("ascii").removesuffix("\n"))
    except ValueError:
        return None
    return PrivateKey(secret) if is_private_key(secret) else None


def _write(descriptor: int, text: str) -> None:
    rest = text.encode("ascii")
    while rest:
        rest = rest[os.write(descriptor, rest) :]
    os.fsync(descriptor)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
