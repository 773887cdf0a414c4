"""The account that pays the gas: its key from the environment or a keystore file. It holds gas money, not budgets."""

import json
from collections.abc import Mapping
from pathlib import Path

from eth_account import Account
from eth_account.signers.local import LocalAccount

from contracts.wire.errors import Broken

KEY_VARIABLE = "KINDPAKKET_GATEWAY_KEY"
PASSWORD_VARIABLE = "KINDPAKKET_GATEWAY_PASSWORD"  # noqa: S105  # the variable's name
_KEYSTORE_BYTES_MAX = 64 * 1024


def load(keystore: Path | None, environment: Mapping[str, str]) -> LocalAccount:
    """The account of the keystore (Web3 Secret Storage, version 3), or of the key in the environment.

    Raises Broken when there is none, or it cannot be read; the text never holds the key or the password.
    """
    if keystore is not None:
        return _from_keystore(keystore, environment.get(PASSWORD_VARIABLE, ""))
    if KEY_VARIABLE not in environment:
        raise Broken(f"no key: set {KEY_VARIABLE} to 0x and 32 bytes in hex, or give --keystore FILE")
    try:
        account: LocalAccount = Account.from_key(environment[KEY_VARIABLE])
    except (ValueError, TypeError):
        raise Broken(f"{KEY_VARIABLE} is no private key: expected 0x and 32 bytes in hex") from None
    return account


def _from_keystore(path: Path, password: str) -> LocalAccount:
    try:
        with path.open("rb") as file:
            content = json.loads(file.read(_KEYSTORE_BYTES_MAX))
        account: LocalAccount = Account.from_key(Account.decrypt(content, password))
    except OSError as error:
        raise Broken(f"the keystore {path} cannot be read: {error.strerror}") from error
    except (ValueError, TypeError, KeyError):
        raise Broken(f"the keystore {path} does not open with {PASSWORD_VARIABLE}") from None
    return account
