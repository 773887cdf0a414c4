"""The golden vectors, as Python tests and contract tests both read them."""

import json
from typing import Any

from contracts.wire.typed_data import Domain
from contracts.wire.units import address, from_hex
from tests.wire.make_vectors import VECTORS

GOLDEN: dict[str, Any] = json.loads(VECTORS.read_text())
DOMAIN = Domain(GOLDEN["domain"]["chain_id"], address(from_hex(GOLDEN["domain"]["contract"])))
