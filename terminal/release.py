"""A release as one file: what it says of itself, by whose key, and its parts once they are proven to be what it says.

The file is a zip application. `release.json` names every part with its hash, and `release.sig` is an Ed25519 signature
(RFC 8032) over its bytes, so nothing of the file has to be run or believed before both are checked.
"""

import hashlib
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, BinaryIO, Literal

from Crypto.PublicKey import ECC
from Crypto.Signature import eddsa
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from contracts.wire.errors import Broken

ENDING = ".pyz"
MANIFEST, SIGNATURE, PUBLIC_KEY = "release.json", "release.sig", "release.pub"
FOLDER = "release"
"""Where an installed release keeps these three."""

MANIFEST_BYTES_MAX = 2**18
PART_BYTES_MAX = 2**26
FILE_BYTES_MAX = 2**29
PARTS_MAX = 512
SIGNATURE_BYTES = 64
_CHUNK_BYTES = 2**16

PartName = Annotated[str, StringConstraints(pattern=r"^(wheels/)?[A-Za-z0-9_][A-Za-z0-9_.+-]{0,127}$")]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Number = Annotated[str, StringConstraints(pattern=r"^(0|[1-9]\d{0,3})(\.(0|[1-9]\d{0,3})){2}$")]


class Manifest(BaseModel):
    """What a release says of itself: the journals that it writes, and the oldest version whose programs read those."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, populate_by_name=True)
    kind: Literal["kindpakket release"] = "kindpakket release"
    version: Number
    journal_schema: Annotated[int, Field(alias="schema", ge=1, le=2**16)]
    readable_from: Annotated[int, Field(ge=1, le=2**16)]
    files: Annotated[dict[PartName, Sha256], Field(max_length=PARTS_MAX)]

    @property
    def order(self) -> tuple[int, ...]:
        """By which versions compare."""
        return tuple(map(int, self.version.split(".")))


def parse(content: bytes, where: Path) -> Manifest:
    """The manifest in these bytes. Raises Broken."""
    try:
        return Manifest.model_validate_json(content)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        part = ".".join(map(str, fault["loc"]))[:64]
        raise Broken(f"{where} is no release that this program knows ({part}: {fault['msg']}): get it anew") from None


def require_signed(content: bytes, signature: bytes, key: bytes, where: Path) -> None:
    """Raise Broken unless the owner of this public key (PEM) has signed the manifest's bytes."""
    try:
        eddsa.new(ECC.import_key(key), "rfc8032").verify(content, signature)
    except ValueError:
        raise Broken(
            f"{where} is not signed by the key {fingerprint(key)}, whose releases this terminal takes: get it from "
            "whoever supplies this terminal, and run nothing of it"
        ) from None


def fingerprint(key: bytes) -> str:
    """By which people compare public keys: 16 hex digits of the SHA-256 of the raw 32 bytes. Raises Broken."""
    try:
        raw = ECC.import_key(key).export_key(format="raw")
    except ValueError:
        raise Broken("this is no public key of releases: it is PEM, and begins with BEGIN PUBLIC KEY") from None
    digits = hashlib.sha256(raw).hexdigest()[:16]
    return "-".join(digits[at : at + 4] for at in range(0, len(digits), 4))


class Release:
    """A release's file that is open; `content` and `signature` as they stand in it."""

    def __init__(self, path: Path, archive: zipfile.ZipFile) -> None:
        self._path, self._archive = path, archive
        self.content = self._read(MANIFEST, MANIFEST_BYTES_MAX)
        self.signature = self._read(SIGNATURE, SIGNATURE_BYTES)
        self.manifest = parse(self.content, path)
        names = archive.namelist()
        if sorted(names) != sorted([*self.manifest.files, MANIFEST, SIGNATURE]):
            raise Broken(f"{path} holds other parts than it says: get it anew")

    def proven_by(self) -> bytes:
        """The public key (PEM) that lies in it and has signed it, after every part was checked. Raises Broken.

        It proves that the file is whole, not that its signer is to be trusted.
        """
        for name, digest in self.manifest.files.items():
            self._check(name, digest, None)
        key = self._read(PUBLIC_KEY, MANIFEST_BYTES_MAX)
        require_signed(self.content, self.signature, key, self._path)
        return key

    def unpack(self, into: Path) -> None:
        """Write every part below the folder, each as the manifest says. Raises Broken at the first that is not."""
        (into / "wheels").mkdir(parents=True)
        for name, digest in self.manifest.files.items():
            with (into / name).open("wb") as file:
                self._check(name, digest, file)
        (into / MANIFEST).write_bytes(self.content)
        (into / SIGNATURE).write_bytes(self.signature)

    def _check(self, name: str, digest: str, to: BinaryIO | None) -> None:
        """Copy the part while it is read, and raise Broken when it was another than was signed."""
        found, left = hashlib.sha256(), PART_BYTES_MAX
        with self._archive.open(name) as part:
            while left > 0 and (chunk := part.read(min(_CHUNK_BYTES, left))):
                left -= len(chunk)
                found.update(chunk)
                if to is not None:
                    to.write(chunk)
        if found.hexdigest() != digest:
            raise Broken(f"{self._path}: {name} is damaged: copy the file anew, perhaps to another stick")

    def _read(self, name: str, most: int) -> bytes:
        with self._archive.open(name) as part:
            return part.read(most)


@contextmanager
def opened(path: Path) -> Iterator[Release]:
    """The release in this file, whose parts and signer are not looked at yet. Raises Broken."""
    try:
        if path.stat().st_size > FILE_BYTES_MAX:
            raise Broken(f"{path} is larger than any release: get it anew")
        with zipfile.ZipFile(path) as archive:
            if any(part.compress_type != zipfile.ZIP_STORED for part in archive.infolist()):
                raise Broken(f"{path} is packed, and a release is not: get it anew")
            yield Release(path, archive)
    except (zipfile.BadZipFile, UnicodeDecodeError, KeyError, EOFError, NotImplementedError, RuntimeError) as error:
        raise Broken(f"{path} is no whole release ({type(error).__name__}): copy it anew") from error
    except OSError as error:
        raise Broken(f"{path} cannot be read ({error.strerror or error}): copy it anew, or free space") from error
