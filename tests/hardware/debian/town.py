"""The municipality on the host: chain, gateway, a shop, and the desk that lets the new terminal in.

The machine reaches the gateway and the chain's endpoint at two addresses of qemu's own network, and nothing else.
"""

import json
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from contracts.wire.enrolment import SECRET_BYTES, EnrolmentCode
from contracts.wire.enrolment_sheet import CODE_HASH_BYTES, EnrolmentSheet
from contracts.wire.units import Address, Cents
from provisioning import fleet
from provisioning.enrolling import GatewayDesk, admissible
from tests.chain.processes import ROOT, command
from tests.end_to_end.street import SLICE, Street, opened
from tests.hardware.tools import PATH, Lacking

GATEWAY, ENDPOINT = "10.0.2.100:8080", "10.0.2.101:8545"
"""As the machine knows them."""
SHOP = "Winkel 1"
"""As the counter shows it."""
CODE_SECONDS = 3600


class Town:
    """What a test has to do with of the municipality."""

    def __init__(self, street: Street) -> None:
        self.street = street
        words = (
            "gateway",
            "admin",
            "add",
            "desk",
            "--role",
            "enrol",
            "--data",
            str(street.folder / "gateway"),
            "--json",
        )
        added = subprocess.run(command(*words), cwd=ROOT, capture_output=True, text=True, check=True)
        self._desk = GatewayDesk(street.till.gateway_url, json.loads(added.stdout)["token"], None)
        deployment = street.deployment
        self._code = EnrolmentCode.make(
            deployment.domain, deployment.network, street.shop, secrets.token_bytes(SECRET_BYTES)
        )
        self._desk.offer(self._code, CODE_SECONDS)

    @property
    def doors(self) -> tuple[str, ...]:
        """What qemu has to be told."""
        busybox = shutil.which("busybox", path=PATH)
        if busybox is None:
            raise Lacking("this needs busybox: sudo apt install busybox-static")
        inside = {GATEWAY: self.street.till.gateway_url, ENDPOINT: self.street.rpc_url}
        forwards = (
            f",guestfwd=tcp:{door}-cmd:{busybox} nc 127.0.0.1 {url.rsplit(':', 1)[1]}" for door, url in inside.items()
        )
        card = "virtio-net-pci,netdev=net,romfile=,addr=0x10"
        return "-netdev", f"user,id=net,restrict=on{''.join(forwards)}", "-device", card

    def sheet(self) -> str:
        """What the QR says on the sheet that the shop was sent."""
        code_hash = self.street.deployment.code_hash[:CODE_HASH_BYTES]
        endpoints = (f"http://{ENDPOINT}",)
        return EnrolmentSheet(self._code, code_hash, SHOP, "14 0594", f"http://{GATEWAY}", endpoints).text()

    def admit(self) -> Address:
        """Let the terminal in that used the sheet. Raises AssertionError when none has."""
        found = admissible(self.street.deployment, self._code, self._desk.used(self._code))
        assert found is not None, "no terminal has used the sheet's code"
        raised = [fleet.Raise(self.street.programme, Cents(SLICE))]
        fleet.register(self.street.town, found.terminal, self._code.shop, found.consent, raised)
        return found.terminal


@contextmanager
def town(folder: Path) -> Iterator[Town]:
    """Opened, and closed again."""
    with opened(folder) as street:
        yield Town(street)
