"""JSON-RPC over HTTP on loopback, and the heartbeat that lets the chain's time go on.

The chain has one thread, in which calls and blocks take turns; HTTP is read and answered beside it. `GET /health`
answers while a long call runs.
"""

import asyncio
import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import uvicorn
from coincurve import PrivateKey
from pydantic_core import from_json
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from contracts.embedded.accounts import BALANCE, development_keys
from contracts.embedded.methods import INTERNAL, INVALID_PARAMS, INVALID_REQUEST, Methods, RpcError
from contracts.embedded.node import TRANSACTION_BYTES_MAX, Node
from contracts.embedded.store import Store
from contracts.wire.errors import Broken
from contracts.wire.signature import address_of

LOOPBACK = "127.0.0.1"
BODY_BYTES_MAX = 2 * TRANSACTION_BYTES_MAX + 4096
BODY_SECONDS_MAX = 10
CONNECTIONS_MAX = 128
PARSE_ERROR = -32700

_T = TypeVar("_T")


class EmbeddedChain:
    """The chain behind its one thread."""

    def __init__(self, folder: Path | None, block_seconds: float) -> None:
        self._folder = folder
        self._block_seconds = block_seconds
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="chain")
        self._store: Store | None = None
        self._methods: Methods | None = None
        self._node: Node | None = None

    async def open(self) -> None:
        """Open the store and bring the chain's time up to now. Raises Broken."""
        await self._in_thread(self._open)

    def _open(self) -> None:
        self._store = Store(self._folder)
        balances = {bytes(address_of(PrivateKey(key))): BALANCE for key in development_keys()}
        self._node = Node(self._store, lambda: int(time.time()), balances)
        self._node.heartbeat()
        self._methods = Methods(self._node)

    async def close(self) -> None:
        """Finish what runs and let go of the file."""
        if self._store is not None:
            await self._in_thread(self._store.close)
        self._thread.shutdown()

    async def beat(self) -> None:
        """Make an empty block every so often, until cancelled."""
        while self._node is not None:
            await asyncio.sleep(self._block_seconds)
            await self._in_thread(self._node.heartbeat)

    async def answer(self, method: str, params: list[Any]) -> object:
        """The result of one JSON-RPC method. Raises RpcError."""
        if self._methods is None:
            raise RpcError(INTERNAL, "the chain is not open")
        methods = self._methods
        return await self._in_thread(lambda: methods.answer(method, params))

    async def _in_thread(self, work: Callable[[], _T]) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)


def application(chain: EmbeddedChain) -> Starlette:
    """The HTTP side of the chain."""

    async def call(request: Request) -> JSONResponse:
        return await _respond(chain, request)

    async def health(_: Request) -> JSONResponse:
        return JSONResponse({"live": True})

    async def fail(_: Request, __: Exception) -> JSONResponse:
        """A fault of ours: uvicorn logs it, and the chain goes on."""
        return _answer(None, status=500, error=_error(RpcError(INTERNAL, "internal error; see the chain's log")))

    routes = [Route("/", call, methods=["POST"]), Route("/health", health)]
    return Starlette(routes=routes, exception_handlers={Exception: fail})


async def _respond(chain: EmbeddedChain, request: Request) -> JSONResponse:
    """One request's answer."""
    asked: object = None
    try:
        asked = await _read(request)
        method, params = _parse(asked)
        result = await chain.answer(method, params)
    except RpcError as error:
        return _answer(asked, error=_error(error))
    except ClientDisconnect:
        return JSONResponse(None, status_code=400)  # nobody reads it
    return _answer(asked, result=result)


async def _read(request: Request) -> object:
    """The body as JSON. Raises RpcError for a body too long, too slow, or no JSON."""
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS_MAX):
            async for chunk in request.stream():
                body += chunk
                if len(body) > BODY_BYTES_MAX:
                    raise RpcError(INVALID_REQUEST, f"a request has at most {BODY_BYTES_MAX} bytes")
        return from_json(bytes(body), allow_inf_nan=False)  # bounds nesting; py-evm lifts Python's own bound
    except TimeoutError as error:
        raise RpcError(INVALID_REQUEST, f"the request took over {BODY_SECONDS_MAX} s to arrive") from error
    except ValueError as error:
        raise RpcError(PARSE_ERROR, "the request is not JSON") from error


def _parse(asked: object) -> tuple[str, list[Any]]:
    """Method and parameters. Raises RpcError."""
    if isinstance(asked, list):
        raise RpcError(INVALID_REQUEST, "batches are not served; send the calls one by one")
    if not isinstance(asked, dict) or asked.get("jsonrpc") != "2.0" or not isinstance(asked.get("method"), str):
        raise RpcError(INVALID_REQUEST, "not a JSON-RPC 2.0 request")
    params = asked.get("params", [])
    if not isinstance(params, list):
        raise RpcError(INVALID_PARAMS, "parameters are a list")
    return asked["method"], params


def _answer(asked: object, *, status: int = 200, **content: object) -> JSONResponse:
    identity = asked.get("id") if isinstance(asked, dict) else None
    known = identity if isinstance(identity, str | int | float) else None
    return JSONResponse({"jsonrpc": "2.0", "id": known, **content}, status_code=status)


def _error(error: RpcError) -> dict[str, object]:
    content: dict[str, object] = {"code": error.code, "message": str(error)}
    return content if error.data is None else {**content, "data": error.data}


def listen(port: int) -> socket.socket:
    """A listening socket on loopback; port 0 takes a free one. Raises Broken when the port is in use."""
    # The protocol is named because asyncio turns Nagle's algorithm off only then: 40 ms for each answer.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((LOOPBACK, port))
        listener.listen(CONNECTIONS_MAX)
    except OSError as error:
        listener.close()
        raise Broken(f"port {port} on {LOOPBACK} cannot be used ({error.strerror}); choose another --port") from error
    return listener


async def serve(listener: socket.socket, chain: EmbeddedChain, ready: Callable[[str], None]) -> None:
    """Serve the chain until a signal to stop. `ready` is told the address once calls are answered."""
    config = uvicorn.Config(
        application(chain),
        log_level="warning",
        access_log=False,
        limit_concurrency=CONNECTIONS_MAX,
        timeout_graceful_shutdown=2,
        lifespan="off",
    )
    await chain.open()
    try:
        await _serve(uvicorn.Server(config), listener, chain, ready)
    finally:
        await chain.close()


async def _serve(
    server: uvicorn.Server, listener: socket.socket, chain: EmbeddedChain, ready: Callable[[str], None]
) -> None:
    """Until the server stops, or until the heartbeat cannot go on: a chain that no longer writes must not pretend."""
    serving = asyncio.create_task(server.serve([listener]))
    beating = asyncio.create_task(chain.beat())
    ready(f"http://{LOOPBACK}:{listener.getsockname()[1]}")
    await asyncio.wait({serving, beating}, return_when=asyncio.FIRST_COMPLETED)
    server.should_exit = True
    beating.cancel()
    await serving
    failure = (await asyncio.gather(beating, return_exceptions=True))[0]
    if isinstance(failure, Exception):
        raise Broken(f"the chain cannot write a block ({failure}); is the disk full?") from failure
