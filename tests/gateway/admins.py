"""Credentials of a gateway's admins, given at a shell."""

from itertools import count

from tests.gateway.process import GatewayProcess
from tests.provisioning.town import Ended, run

_numbers = count()


def admin(gateway: GatewayProcess, *words: str) -> Ended:
    verb, *rest = words
    return run("gateway", "admin", verb, *rest, "--data", str(gateway.folder / "gateway"), "--json")


def bearer(gateway: GatewayProcess, role: str) -> dict[str, str]:
    added = admin(gateway, "add", f"{role}-{next(_numbers)}", "--role", role)
    assert added.status == 0, added.err
    return {"Authorization": f"Bearer {added.data['token']}"}
