"""How much is done at a time: what more comes waits a while for its turn, and then is asked to come again.

So a store that is busy, or gone, costs neither memory nor threads without end, and everybody has an answer in time.
"""

import asyncio
from collections import Counter
from typing import Annotated

from fastapi import Depends, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from contracts.gateway.http import answers
from contracts.gateway.http.rates import place_of
from contracts.wire.errors import TryAgain

RUNNING_MAX = 16
WAITING_MAX = 2_048
WAIT_SECONDS = 15.0
ANSWER_SECONDS = 20.0
"""So long a terminal waits for any answer."""
UNREAD_BYTES_MAX = 256 * 2**20
"""Of all large answers that somebody still reads, and a quarter of it of those to one address."""
LARGE_BYTES = 64 * 1024
"""What is smaller is always answered: it goes into the system's own buffers."""

_ALWAYS = frozenset({"/v1/health/live"})
_TURN = "kindpakket.turn"


class Turns:
    """So many at a time, in the order in which they came."""

    def __init__(self) -> None:
        self._free = asyncio.Semaphore(RUNNING_MAX)
        self._waiting = 0

    async def take(self) -> "Turn":
        """Wait for a turn. Raises TryAgain when it does not come in time, or too many wait for theirs."""
        if self._waiting >= WAITING_MAX:
            raise TryAgain("too many requests wait already")
        self._waiting += 1
        try:
            await asyncio.wait_for(self._free.acquire(), WAIT_SECONDS)
        except TimeoutError:
            raise TryAgain("the store is busy") from None
        finally:
            self._waiting -= 1
        return Turn(self._free)


class Turn:
    """One request's, until it is given back."""

    def __init__(self, free: asyncio.Semaphore) -> None:
        self._free = free
        self._held = True

    def give_back(self) -> None:
        """Whoever has waited longest is next. A request that goes on to wait for something else does this early."""
        if self._held:
            self._held = False
            self._free.release()


class Gate:
    """Gives each request its turn, keeps its answer until the turn is given back, and answers 503 when none comes.

    So whoever reads slowly holds nothing up. A request that takes longer than anybody waits goes on, but is answered.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._turns = Turns()
        self._running: set[asyncio.Task[None]] = set()
        self._unread: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI 3.0."""
        if scope["type"] != "http" or scope["path"] in _ALWAYS:
            await self._app(scope, receive, send)
            return
        answer: list[Message] = []
        work = asyncio.create_task(self._work(scope, receive, answer))
        self._running.add(work)
        work.add_done_callback(self._running.discard)
        done, _ = await asyncio.wait({work}, timeout=ANSWER_SECONDS)
        try:
            if not done:
                raise TryAgain("the store does not answer")  # noqa: TRY301  # as the work itself may
            work.result()
        except TryAgain as error:
            await answers.later(503, str(error))(scope, receive, send)
            return
        place, size = place_of(scope), sum(len(message.get("body", b"")) for message in answer)
        if size <= LARGE_BYTES:
            for message in answer:
                await send(message)
        elif self._has_room(place, size):
            await self._send_large(answer, size, place, send)
        else:
            await answers.later(503, "too many large answers are still being read")(scope, receive, send)

    async def _send_large(self, answer: list[Message], size: int, place: str, send: Send) -> None:
        """Return when it has been read: the server takes all that it is sent, and waits for the reader before more."""
        self._unread[place] += size
        try:
            for message in answer:
                await send({**message, "more_body": True} if message["type"] == "http.response.body" else message)
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            self._unread[place] -= size
            if not self._unread[place]:
                del self._unread[place]

    def _has_room(self, place: str, size: int) -> bool:
        """Whoever reads slowly holds no turn, and no more memory than this either."""
        here, all_ = self._unread[place] + size, self._unread.total() + size
        return here <= UNREAD_BYTES_MAX // 4 and all_ <= UNREAD_BYTES_MAX

    async def _work(self, scope: Scope, receive: Receive, answer: list[Message]) -> None:
        async def keep(message: Message) -> None:
            answer.append(message)

        scope[_TURN] = turn = await self._turns.take()
        try:
            await self._app(scope, receive, keep)
        finally:
            turn.give_back()


async def _turn(request: Request) -> Turn:
    found = request.scope[_TURN]
    assert isinstance(found, Turn)  # noqa: S101  # all but the question whether it lives come through the gate
    return found


OwnTurn = Annotated[Turn, Depends(_turn)]
