"""The accounts that hold money on the embedded chain. Their keys are known to everybody: worth nothing elsewhere."""

from eth_account.hdaccount import key_from_seed, seed_from_mnemonic

MNEMONIC = "test test test test test test test test test test test junk"
"""The words that development nodes (Hardhat, anvil) use, so that the same accounts work there."""

COUNT = 10
BALANCE = 10_000 * 10**18


def development_keys() -> list[bytes]:
    """The private keys, 32 bytes each, derived as BIP-44 says: m/44'/60'/0'/0/i."""
    seed = seed_from_mnemonic(MNEMONIC, "")
    return [bytes(key_from_seed(seed, f"m/44'/60'/0'/0/{index}")) for index in range(COUNT)]
