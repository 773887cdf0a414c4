"""The code that stands on a chain, held byte for byte against what the compiler made of the sources here.

A deployed contract is the compiled code with its immutables behind it, 32 bytes each, set once by the constructor. What
they must be follows from the chain and from the record alone, so nothing of them is taken on trust. The one that names
the office is followed: the code that stands there is this contract's other half, and is held to the same.
"""

from collections.abc import Callable, Iterator, Mapping

from contracts import compile as artifacts
from contracts.deployment import Deployment
from contracts.wire.errors import Broken
from contracts.wire.hashing import keccak256
from contracts.wire.typed_data import Domain
from contracts.wire.units import Address, Hash, from_hex, to_hex

WORD = 32
IMMUTABLES = {
    "kindpakket": ("domain.CHAIN_ID", "domain.HERE", "domain.SEPARATOR", "network", "office"),
    "office": ("domain.CHAIN_ID", "domain.HERE", "domain.SEPARATOR"),
}
"""In the order in which the compiler lays them out; a test asks the compiler."""

CodeOf = Callable[[Address], bytes]
"""The code at an address, empty when there is none."""


def hashed(code: bytes) -> Hash:
    """The hash under which a record knows the code."""
    return keccak256(code)


def require_ours(code_of: CodeOf, deployment: Deployment) -> None:
    """Raises Broken, with all that differs, unless the code is that of the contract here for this deployment."""
    found = list(differences(code_of, deployment))
    if found:
        raise Broken(f"what stands at {to_hex(deployment.contract)} is not this version's contract: {'; '.join(found)}")


def differences(code_of: CodeOf, deployment: Deployment) -> Iterator[str]:
    """Where the code of a deployment is not what it must be, in words; nothing when it is."""
    code = code_of(deployment.contract)
    office = _office(code)
    wanted = {"network": deployment.network.to_bytes(WORD), "office": _word(office)}
    yield from _of_one("kindpakket", code, _domain(deployment, deployment.contract) | wanted)
    if code:
        yield from _of_one("office", code_of(office), _domain(deployment, office))


def is_development_euro(code: bytes) -> bool:
    """Whether the code is that of the euro that anybody can mint."""
    return code == _compiled("development_euro")


def _office(code: bytes) -> Address:
    """Where the code says that its other half stands."""
    return Address(code[-WORD:].rjust(WORD, b"\0")[-20:])


def _domain(deployment: Deployment, contract: Address) -> dict[str, bytes]:
    """What binds signatures to a contract on the record's chain."""
    return {
        "domain.CHAIN_ID": deployment.chain_id.to_bytes(WORD),
        "domain.HERE": _word(contract),
        "domain.SEPARATOR": Domain(deployment.chain_id, contract).separator(),
    }


def _of_one(name: str, code: bytes, wanted: Mapping[str, bytes]) -> Iterator[str]:
    if not code:
        yield f"{name}: there is no code"
        return
    compiled, names = _compiled(name), IMMUTABLES[name]
    body = zip(code[: len(compiled)], compiled, strict=False)
    places = [at for at, (there, here) in enumerate(body) if there != here]
    if places:
        yield f"{name}: {len(places)} bytes of the code differ, the first at byte {places[0]}"
    length = len(compiled) + WORD * len(names)
    if len(code) != length:
        yield f"{name}: the code has {len(code)} bytes, and not {length}"
        return
    for place, immutable in enumerate(names):
        at = len(compiled) + WORD * place
        word = code[at : at + WORD]
        if word != wanted[immutable]:
            yield f"{name}: its {immutable} is {_shown(word)}, and not {_shown(wanted[immutable])}"


def _compiled(name: str) -> bytes:
    return from_hex(artifacts.load(name)["runtime_bytecode"])


def _word(address: Address) -> bytes:
    return address.rjust(WORD, b"\0")


def _shown(word: bytes) -> str:
    """A number where it is a small one, else hex."""
    number = int.from_bytes(word)
    return str(number) if number < 2**64 else to_hex(word)
