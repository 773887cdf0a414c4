"""A network printer on loopback, as good or as bad as a test wants it."""

import select
import socket
import threading
from contextlib import suppress
from typing import Self

from tests.drivers.pty_rig import PATIENCE

ASK_PAPER = b"\x10\x04\x04"
PAPER, NO_PAPER = 0x12, 0x72


class PaperPrinter:
    """Keeps what it was sent, a page a connection. `mood` is changed while it runs:

    good, mute (takes pages, tells nothing), empty (no paper), hangs (connects and reads nothing), rude (hangs up at
    once), torn (hangs up in the middle of a page).
    """

    def __init__(self, mood: str = "good") -> None:
        self.mood = mood
        self.pages: list[bytes] = []
        self.asked = 0
        self._changed = threading.Condition()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._wake, self._woken = socket.socketpair()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.switch_off()
        self._woken.close()

    def switch_off(self) -> None:
        self._wake.close()
        self._thread.join(PATIENCE)

    def wait_for(self, question, seconds: float = PATIENCE) -> None:
        """Until the question is answered by yes."""
        with self._changed:
            assert self._changed.wait_for(question, seconds), (self.mood, self.pages, self.asked)

    def _serve(self) -> None:
        with self._listener:
            while True:
                ready, _, _ = select.select([self._listener, self._woken], [], [])
                if self._woken in ready:
                    return
                line, _ = self._listener.accept()
                with line, suppress(OSError):
                    self._attend(line)

    def _attend(self, line: socket.socket) -> None:
        mood, page = self.mood, b""
        if mood == "rude":
            return
        if mood == "hangs":
            self._note(b"", asked=True)
            select.select([self._woken], [], [], 30)
            return
        while True:
            ready, _, _ = select.select([line, self._woken], [], [])
            data = line.recv(4096) if line in ready else b""
            if not data:
                break
            if ASK_PAPER in data and mood != "mute":
                line.sendall(bytes([NO_PAPER if mood == "empty" else PAPER]))
            page += data.replace(ASK_PAPER, b"")
            if ASK_PAPER in data:
                self._note(b"", asked=True)
            if mood == "torn" and page:
                return
        self._note(page)

    def _note(self, page: bytes, *, asked: bool = False) -> None:
        with self._changed:
            self.asked += asked
            if page:
                self.pages.append(page)
            self._changed.notify_all()
