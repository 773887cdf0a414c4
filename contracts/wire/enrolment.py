"""The code by which a new terminal enrols: from whoever has the sponsor's record, to a till, past a gateway.

    KE1  Base32( shop u32 | deployment 10 bytes | secret 10 bytes | checksum u32 )      45 characters

The gateway between the two is only a letter box. It is told what the secret hashes to, never the secret: so it cannot
put a terminal of its own in the till's place, as whoever made the code asks for a proof that needs the secret. And it
cannot enrol the till for another contract or shop, as the code says what both hash to.
"""

from dataclasses import dataclass, field

from contracts.wire import base32
from contracts.wire.errors import Refused
from contracts.wire.hashing import keccak256
from contracts.wire.reasons import Reason
from contracts.wire.typed_data import Domain
from contracts.wire.units import Address, Hash

PREFIX = "KE1"
SECRET_BYTES = 10
_SHOP_BYTES, _DEPLOYMENT_BYTES = 4, 10
CODE_BYTES = _SHOP_BYTES + _DEPLOYMENT_BYTES + SECRET_BYTES
_GROUP = 5
_DEPLOYMENT, _IDENTITY, _PROOF = (b"Kindpakket enrolment " + name for name in (b"deployment 1", b"code 1", b"proof 1"))


@dataclass(frozen=True, slots=True)
class EnrolmentCode:
    """One shop's, for one terminal. The secret is known to whoever made it and to the till, and to nobody between."""

    shop: int
    deployment: bytes
    secret: bytes = field(repr=False)

    @classmethod
    def make(cls, domain: Domain, network: int, shop: int, secret: bytes) -> "EnrolmentCode":
        """A new one, of SECRET_BYTES random bytes."""
        return cls(shop, _fingerprint(domain, network), secret)

    @classmethod
    def parse(cls, text: str) -> "EnrolmentCode":
        """The code as it was printed; spaces and dashes do not count. Raises Refused(ENROL_CODE)."""
        plain = "".join(text.split()).replace("-", "").upper()
        try:
            body = base32.decode_checked(plain.removeprefix(PREFIX), CODE_BYTES)
        except ValueError:
            raise Refused(Reason.ENROL_CODE, "it is not written like one: check every character") from None
        return cls.unpack(body)

    @classmethod
    def unpack(cls, body: bytes) -> "EnrolmentCode":
        """The code in these CODE_BYTES bytes."""
        shop, rest = int.from_bytes(body[:_SHOP_BYTES]), body[_SHOP_BYTES:]
        return cls(shop, rest[:_DEPLOYMENT_BYTES], rest[_DEPLOYMENT_BYTES:])

    def pack(self) -> bytes:
        """The CODE_BYTES bytes that say it."""
        return self.shop.to_bytes(_SHOP_BYTES) + self.deployment + self.secret

    def text(self) -> str:
        """As it is printed: in groups, for eyes and fingers."""
        characters = base32.encode_checked(self.pack())
        groups = (characters[at : at + _GROUP] for at in range(0, len(characters), _GROUP))
        return "-".join((PREFIX, *groups))

    @property
    def identity(self) -> Hash:
        """What the gateway knows it by."""
        return keccak256(_IDENTITY, self.secret)

    def proof(self, terminal: Address, consent: bytes) -> Hash:
        """That this very terminal, with its consent, had the code: nobody without the secret can make it."""
        return keccak256(_PROOF, self.secret, terminal, consent)

    def is_for(self, domain: Domain, network: int) -> bool:
        """Whether it enrols for this contract."""
        return self.deployment == _fingerprint(domain, network)


def _fingerprint(domain: Domain, network: int) -> bytes:
    fields = domain.chain_id.to_bytes(32), domain.contract, network.to_bytes(2)
    return keccak256(_DEPLOYMENT, *fields)[:_DEPLOYMENT_BYTES]
