"""Releases for tests: signed as real ones are, with parts that a test makes up."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from Crypto.PublicKey.ECC import EccKey
from Crypto.Signature import eddsa

from provisioning.release import bootstrap, making

KEY = eddsa.import_private_key(b"the key of tests' own releases..")
PUBLIC = KEY.public_key().export_key(format="PEM").encode()
OTHER = eddsa.import_private_key(b"a key that no terminal believes.")

EMPTY: Mapping[str, bytes] = MappingProxyType({})


def made(out: Path, version: str = "0.2.0", key: EccKey = KEY, parts: Mapping[str, bytes] = EMPTY) -> Path:
    """A release whose only parts are these and a small one, beside the bootstrap."""
    contents: dict[str, Path | bytes] = {
        "__main__.py": Path(bootstrap.__file__),
        "lock.txt": b"",
        "wheels/small.whl": b"small",
        **parts,
    }
    return making.write(key, version, contents, out)


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def sign(content: bytes) -> bytes:
    return eddsa.new(KEY, "rfc8032").sign(content)
