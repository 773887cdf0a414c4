"""Who signs: a terminal with its key, and the pass on the counter by its key or by what its phone signed."""

from pathlib import Path

from coincurve import PrivateKey

from contracts.wire import typed_data
from contracts.wire.entry import Ask, Payment, Sale
from contracts.wire.errors import Broken
from contracts.wire.passcode import PhoneCode, StaticCode
from contracts.wire.signature import address_of, sign
from contracts.wire.typed_data import Domain
from contracts.wire.units import Address, Hash, Timestamp
from terminal.signer import sealing
from terminal.signer.key_file import read_key, write_key
from terminal.signer.memory import Unshowable


class TerminalSigner(Unshowable):
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
        key = read_key(path)
        if key is None:
            raise Broken(f"{path} holds no key: put back the right file, or provision this terminal as a new one")
        return cls(key, domain)

    @classmethod
    def make(cls, domain: Domain) -> "TerminalSigner":
        """A new one, whose key is nowhere yet but here."""
        return cls(PrivateKey(), domain)

    @classmethod
    def unseal(cls, path: Path, name: str, domain: Domain) -> "TerminalSigner":
        """The key that was sealed under this name to this machine. Raises Broken."""
        key = sealing.unseal(path, name)
        if key is None:
            raise Broken(f"{path} holds no key: put back the right file, or enrol this terminal as a new one")
        return cls(key, domain)

    def seal(self, path: Path, name: str) -> None:
        """Write the key, sealed under this name to this machine, to a new file. Raises Broken."""
        sealing.seal(self._key, path, name)

    def save(self, path: Path) -> None:
        """Write the key in clear to a new file for this user alone. Raises Broken."""
        write_key(path, self._key)

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


class PassSigner(Unshowable):
    """What signs for the pass on the counter, from its scan until the sale ends: its key, or what its phone signed."""

    __slots__ = ("_key", "_phone")

    def __init__(self) -> None:
        self._key = bytearray()
        self._phone: PhoneCode | None = None
        self._address = None

    @property
    def address(self) -> Address | None:
        """For whom something is held; None when nothing is."""
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

    def hold_phone(self, code: PhoneCode, domain: Domain) -> Address:
        """Take what the phone signed, and say which pass did. What was held before is dropped.

        Raises Refused(SCAN_DAMAGED) when no pass signed it: then it is no pass, and what was held before stays.
        """
        pass_address = code.pass_address(domain)
        self.forget()
        self._address, self._phone = pass_address, code
        return pass_address

    def sign(self, content: Sale, terminal: TerminalSigner, sequence: int) -> bytes:
        """The held pass's 64 bytes for this content at this place of the terminal's journal.

        Raises Broken when none is held, or another delegation than the content's.
        """
        if self._address is None:
            raise Broken("a payment was to be signed with no pass on the counter")
        if isinstance(content, Payment | Ask):
            if not self._key:
                raise Broken("a phone's code was to sign what it does not know")
            return sign(PrivateKey(bytes(self._key)), content.digest(terminal.domain, terminal.address, sequence))
        if self._phone is None or self._phone.delegation != content.delegation:
            raise Broken("the phone's code on the counter is not the one that the sale is for")
        return self._phone.signature

    def forget(self) -> None:
        """Overwrite the key and drop it, or drop the phone's signature. Nothing happens when nothing is held."""
        self._key[:] = bytes(len(self._key))
        self._key = bytearray()
        self._phone = None
        self._address = None
