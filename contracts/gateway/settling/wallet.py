"""An account that pays for settling: signs the same call at whatever price. Never asks a node."""

from dataclasses import dataclass

from eth_account.signers.local import LocalAccount

from contracts.chain import checksum
from contracts.gateway.settling.fees import Fees
from contracts.wire.typed_data import Domain
from contracts.wire.units import Address, Hash, from_hex


@dataclass(frozen=True, slots=True)
class Attempt:
    """A signed transaction, ready to be sent any number of times, and what it offers."""

    hash: Hash
    raw: bytes
    fees: Fees


class Wallet:
    """Signs calls to the contract of this domain with one account's key."""

    def __init__(self, account: LocalAccount, domain: Domain) -> None:
        self._account = account
        self._domain = domain
        self.address = Address(from_hex(str(account.address)))

    def sign(self, call: bytes, nonce: int, gas: int, fees: Fees) -> Attempt:
        """The call as a transaction with this nonce; `gas` is the most that it may use."""
        signed = self._account.sign_transaction(
            {
                "chainId": self._domain.chain_id,
                "nonce": nonce,
                "gas": gas,
                "maxFeePerGas": fees.most,
                "maxPriorityFeePerGas": fees.tip,
                "to": checksum(self._domain.contract),
                "value": 0,
                "data": call,
            }
        )
        return Attempt(Hash(bytes(signed.hash)), bytes(signed.raw_transaction), fees)
