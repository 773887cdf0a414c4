"""Bodies are bounded before anything reads them: in bytes, and in time."""

import asyncio
import json

from contracts.gateway.http import limits
from contracts.gateway.http.limits import BODY_BYTES_MAX, BoundedBodies
from contracts.wire.reasons import Reason

SCOPE = {"type": "http", "method": "POST", "path": "/", "headers": []}


async def answer(receive) -> tuple[int, bytes, bool]:
    """Status, body, and whether the application behind it saw the request. The application echoes."""
    sent, seen = [], []

    async def app(_scope, receive, send):
        seen.append(True)
        body = (await receive())["body"]
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": body})

    async def send(message):
        sent.append(message)

    await BoundedBodies(app)(SCOPE, receive, send)
    return sent[0]["status"], sent[1]["body"], bool(seen)


def in_parts(*parts: bytes):
    messages = [{"type": "http.request", "body": part, "more_body": True} for part in parts]
    messages.append({"type": "http.request", "body": b"", "more_body": False})

    async def receive():
        return messages.pop(0)

    return receive


async def test_a_body_in_parts_arrives_whole():
    assert await answer(in_parts(b"ab", b"cd")) == (200, b"abcd", True)
    assert await answer(in_parts(b"x" * BODY_BYTES_MAX)) == (200, b"x" * BODY_BYTES_MAX, True)


async def test_f35_a_body_that_is_too_long_is_not_read_on():
    status, body, seen = await answer(in_parts(b"x" * BODY_BYTES_MAX, b"x"))
    assert (status, json.loads(body)["reason"], seen) == (413, Reason.REQUEST_TOO_LARGE, False)


async def test_f35_a_body_that_does_not_come_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(limits, "BODY_SECONDS_MAX", 0.01)
    status, body, seen = await answer(asyncio.Event().wait)
    assert (status, seen) == (408, False)
    assert "reason" not in json.loads(body), "no refusal: the terminal tries again"
