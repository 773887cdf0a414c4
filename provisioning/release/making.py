"""Makes a release: one file with the program, what it needs for every kind of terminal, and a signature over all."""

import hashlib
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from Crypto.PublicKey import ECC
from Crypto.Signature import eddsa

from contracts.wire.errors import Broken
from provisioning.release import bootstrap, wheels
from provisioning.release.wheels import Target
from terminal.private import new_file
from terminal.release import ENDING, MANIFEST, PUBLIC_KEY, SIGNATURE, Manifest
from terminal.store.migrations import MIGRATIONS
from terminal.store.schema import readable_from

TREE = Path(__file__).parent.parent.parent
LOCKS = Path(__file__).parent.parent / "lock"
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the same parts make the same file


def key(path: Path) -> bytes:
    """Make a key that signs releases in a new file for its owner alone; its public half (PEM). Raises Broken."""
    made = ECC.generate(curve="Ed25519")
    with new_file(path) as file:
        file.write(made.export_key(format="PEM").encode() + b"\n")
    return _public(made)


def load(path: Path) -> ECC.EccKey:
    """The key in this file. Raises Broken when there is none that can sign, or others can read it."""
    try:
        if path.stat().st_mode & 0o077:
            raise Broken(f"{path} can be read by others: chmod 600 {path}, and make a new key if others were about")
        found = ECC.import_key(path.read_bytes())
    except OSError as error:
        raise Broken(f"{path} cannot be read ({error.strerror}): name the file that `release key` made") from None
    except ValueError:
        raise Broken(f"{path} holds no key: name the file that `release key` made") from None
    if found.curve != "Ed25519" or not found.has_private():
        raise Broken(f"{path} holds no private Ed25519 key: name the file that `release key` made")
    return found


def _public(signing: ECC.EccKey) -> bytes:
    return signing.public_key().export_key(format="PEM").encode() + b"\n"


def make(signing: ECC.EccKey, out: Path, targets: Sequence[Target] = wheels.TARGETS) -> Path:
    """The release of this tree, in a new file in that folder. Raises Broken or TryAgain."""
    with tempfile.TemporaryDirectory() as folder:
        parts = gather(_wheel(Path(folder)), targets, Path(folder) / "wheels")
        version = next(name for name in parts if name.startswith("wheels/kindpakket-")).split("-")[1]
        return write(signing, version, parts, out)


def _wheel(into: Path) -> Path:
    if not (TREE / "pyproject.toml").is_file():
        raise Broken("a release is made from the project's tree: check it out, then `make release KEY=FILE`")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(into / "own")]
    done = subprocess.run(build, cwd=TREE, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Broken(f"the tree makes no wheel: {done.stderr.strip()[-600:]}")
    return next((into / "own").glob("kindpakket-*.whl"))


def gather(own: Path, targets: Sequence[Target], into: Path) -> dict[str, Path | bytes]:
    """The release's parts by their names: what is installed, what installs it, and the lock."""
    lock = wheels.collect(LOCKS / "terminal.txt", targets, into)
    wheels.collect(LOCKS / "pip.txt", targets[:1], into)
    digest = hashlib.sha256(own.read_bytes()).hexdigest()
    lock = f"{lock.rstrip()}\nkindpakket=={own.name.split('-')[1]} \\\n    --hash=sha256:{digest}\n"
    found: dict[str, Path | bytes] = {f"wheels/{wheel.name}": wheel for wheel in sorted([own, *into.glob("*.whl")])}
    return {"__main__.py": Path(bootstrap.__file__), "lock.txt": lock.encode(), **found}


def write(signing: ECC.EccKey, version: str, parts: Mapping[str, Path | bytes], out: Path) -> Path:
    """Sign the parts, and write them as one file."""
    contents = {name: part if isinstance(part, bytes) else part.read_bytes() for name, part in parts.items()}
    contents[PUBLIC_KEY] = _public(signing)
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    journals = len(MIGRATIONS)
    said = Manifest(version=version, journal_schema=journals, readable_from=readable_from(journals), files=digests)
    manifest = said.model_dump_json(by_alias=True, indent=1).encode()
    signed = {MANIFEST: manifest, SIGNATURE: eddsa.new(signing, "rfc8032").sign(manifest)}
    out.mkdir(parents=True, exist_ok=True)
    path = out / f"kindpakket-{version}{ENDING}"
    path.unlink(missing_ok=True)
    with new_file(path, 0o644) as file, zipfile.ZipFile(file, "w") as archive:
        for name, content in (signed | contents).items():
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), content)
    return path
