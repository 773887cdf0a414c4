"""Questions to a chain's JSON-RPC endpoint, answered within bounds (https://ethereum.org/developers/docs/apis/json-rpc).

By hand, so that a terminal's commands need no chain library.
"""

import json
from typing import Any

from pydantic_core import from_json

from contracts.wire.errors import TryAgain
from contracts.wire.units import from_hex
from terminal.http import Http, host

ANSWER_BYTES_MAX = 64 * 2**20
_TEXT_MAX = 200
_NUMBER_LENGTH_MAX = 66  # 0x and 32 bytes


class Endpoint:
    """One endpoint. Raises TryAgain whenever it gives no well-formed answer."""

    def __init__(self, http: Http, url: str, limit: int = ANSWER_BYTES_MAX) -> None:
        self._http = http
        self._url = url
        self._limit = limit
        self.name = host(url)

    async def ask(self, method: str, *parameters: Any) -> Any:
        """The result of the method."""
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters}).encode()
        headers = {"Content-Type": "application/json"}
        status, answer = await self._http.fetch("POST", self._url, headers, body, self._limit)
        try:
            message = from_json(answer)
        except ValueError as error:
            raise TryAgain(f"{self.name} is no chain's endpoint (HTTP status {status}, not JSON)") from error
        if not isinstance(message, dict) or "result" not in message:
            raise TryAgain(f"{self.name} refuses {method}: {str(message)[:_TEXT_MAX]}")
        return message["result"]


def quantity(value: Any) -> int:
    """A JSON-RPC number: 0x and hex digits. Raises TryAgain for anything else."""
    try:
        if isinstance(value, str) and value.startswith("0x") and len(value) <= _NUMBER_LENGTH_MAX:
            return int(value, 16)
    except ValueError:
        pass  # said below
    raise TryAgain(f"the chain's endpoint answers {str(value)[:_TEXT_MAX]!r} where a number belongs")


def octets(value: Any) -> bytes:
    """JSON-RPC bytes: 0x and pairs of hex digits. Raises TryAgain for anything else."""
    try:
        return from_hex(value if isinstance(value, str) else "")
    except ValueError as error:
        raise TryAgain(f"the chain's endpoint answers {str(value)[:_TEXT_MAX]!r} where bytes belong") from error
