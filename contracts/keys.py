"""The key with which somebody acts on the chain: from the environment, or from a keystore file and its password."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from eth_account import Account
from eth_account.signers.local import LocalAccount

from contracts.wire.errors import Broken

_KEYSTORE_BYTES_MAX = 64 * 1024


@dataclass(frozen=True, slots=True)
class KeySource:
    """The environment variables in which the key, or the keystore's password, is looked for."""

    key: str
    password: str

    def account(self, keystore: Path | None, environment: Mapping[str, str], ask: Callable[[], str]) -> LocalAccount:
        """The account of the keystore (Web3 Secret Storage, version 3), or else of the key in the environment.

        `ask` is called for the password when the environment has none. Raises Broken when there is no key or it
        cannot be read; the text never holds the key or the password.
        """
        if keystore is not None:
            password = environment[self.password] if self.password in environment else ask()
            return _open(keystore, password)
        return self._account(self._key(environment))

    def accounts(
        self, keystores: Sequence[Path], environment: Mapping[str, str], ask: Callable[[], str]
    ) -> list[LocalAccount]:
        """As `account`, for several: of these keystores, or of the keys in the environment with commas between them."""
        if keystores:
            found = [self.account(keystore, environment, ask) for keystore in keystores]
        else:
            found = [self._account(key.strip()) for key in self._key(environment).split(",")]
        if len({account.address for account in found}) < len(found):
            raise Broken("the same account is given twice")
        return found

    def _key(self, environment: Mapping[str, str]) -> str:
        if self.key not in environment:
            raise Broken(f"no key to sign with: set {self.key} to 0x and 32 bytes in hex, or give --keystore FILE")
        return environment[self.key]

    def _account(self, key: str) -> LocalAccount:
        try:
            account: LocalAccount = Account.from_key(key)
        except (ValueError, TypeError):
            raise Broken(f"{self.key} is no private key: expected 0x and 32 bytes in hex") from None
        return account


def _open(path: Path, password: str) -> LocalAccount:
    try:
        with path.open("rb") as file:
            content = json.loads(file.read(_KEYSTORE_BYTES_MAX))
        account: LocalAccount = Account.from_key(Account.decrypt(content, password))
    except OSError as error:
        raise Broken(f"the keystore {path} cannot be read ({error.strerror})") from error
    except (ValueError, TypeError, KeyError):
        raise Broken(f"the keystore {path} does not open with this password") from None
    return account
