"""One HTTP request with bounds, for gateway and chain alike: nobody out there can make the terminal wait or swell.

Redirects are not followed and proxies of the environment not used: what the configuration names is what is asked.
"""

import asyncio
import ssl
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Self

import httpx
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from contracts.wire.errors import Broken, TryAgain

TOTAL_SECONDS = 20.0
"""For one request with its answer, however slowly the bytes drip in."""
CONNECT_SECONDS = 5.0
BURST = 3
"""Requests in a row before the durable schedule takes over."""


class Http:
    """The terminal's only way out. At the URLs in `trust`, it believes the certificates in that file and no others.

    Raises Broken when such a file holds none.
    """

    def __init__(self, total_seconds: float = TOTAL_SECONDS, trust: Mapping[str, Path] = MappingProxyType({})) -> None:
        self._total_seconds = total_seconds
        timeout = httpx.Timeout(total_seconds, connect=min(CONNECT_SECONDS, total_seconds))
        mounts = {_origin(url): httpx.AsyncHTTPTransport(verify=_trusting(path)) for url, path in trust.items()}
        self._client = httpx.AsyncClient(timeout=timeout, follow_redirects=False, trust_env=False, mounts=mounts)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def fetch(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes, limit: int
    ) -> tuple[int, bytes]:
        """Status and body, at most `limit` bytes. The same bytes go out up to three times, so they must bear that.

        Raises TryAgain when nobody answers in time, or answers with more than was allowed.
        """
        burst = AsyncRetrying(
            retry=retry_if_exception_type(TryAgain),
            stop=stop_after_attempt(BURST),
            wait=wait_random_exponential(multiplier=0.1, max=1),
            reraise=True,
        )
        async for attempt in burst:
            with attempt:
                return await self._once(method, url, headers, body, limit)
        raise AssertionError  # pragma: no cover - the last attempt returned or raised

    async def _once(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes, limit: int
    ) -> tuple[int, bytes]:
        plain = {"Accept-Encoding": "identity", **headers}
        try:
            async with asyncio.timeout(self._total_seconds):
                async with self._client.stream(method, url, headers=plain, content=body) as response:
                    return response.status_code, await _read(response, limit)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            raise TryAgain(f"{host(url)}: no answer ({type(error).__name__})") from error


def host(url: str) -> str:
    """Host and port: what logs call who answers there. The rest may hold an endpoint's key, or name a pass."""
    return url.partition("://")[2].partition("/")[0].rpartition("@")[2]


def _origin(url: str) -> str:
    """The part of a URL that says who answers, as httpx picks the way to it."""
    parsed = httpx.URL(url)
    return f"{parsed.scheme}://{parsed.netloc.decode('ascii')}"


def _trusting(path: Path) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=path)
    except OSError as error:  # ssl.SSLError is one
        raise Broken(f"{path} holds no certificates to trust ({error}): check `ca_file` in the configuration") from None


async def _read(response: httpx.Response, limit: int) -> bytes:
    """The bytes as they came: a few that are packed could unpack to more than there is memory for."""
    body = bytearray()
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) > limit:
            raise TryAgain(f"{host(str(response.url))}: an answer of more than {limit} bytes")
    return bytes(body)
