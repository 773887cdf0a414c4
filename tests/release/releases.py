"""Releases for tests: signed as real ones are, with parts that a test makes up."""

import hashlib
from pathlib import Path

from Crypto.PublicKey import ECC
from Crypto.Signature import eddsa

from provisioning.release import bootstrap, making

KEY = ECC.construct(curve="Ed25519", seed=b"the key of tests' own releases..")
PUBLIC = KEY.public_key().export_key(format="PEM").encode()
OTHER = ECC.construct(curve="Ed25519", seed=b"a key that no terminal believes.")


def made(out: Path, version: str = "0.2.0", key: ECC.EccKey = KEY, **parts: bytes) -> Path:
    """A release whose only parts are these and a small one, beside the bootstrap."""
    contents = {"__main__.py": Path(bootstrap.__file__), "lock.txt": b"", "wheels/small.whl": b"small", **parts}
    return making.write(key, version, contents, out)


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def sign(content: bytes) -> bytes:
    return eddsa.new(KEY, "rfc8032").sign(content)
