"""Draws what is plugged into what on a counter: shapes and words in millimetres, no picture of anybody's product."""

from dataclasses import dataclass

WIDTH, HEIGHT = 180, 112
_STYLE = "text{font:4px sans-serif;fill:#1c2b36}.h{font-weight:bold}.s{font-size:3.2px;fill:#44586a}"
_GREY, _BLUE, _BLACK = "#e4eaef", "#2f6fb3", "#333333"


@dataclass(frozen=True, slots=True)
class Part:
    """A device beside the board: where its box stands, what it is, and how its cable runs to the socket."""

    x: int
    y: int
    name: str
    about: str
    cable: str
    colour: str = _BLACK


BOX = (48, 20)
BOARD = (62, 36, 56, 40)
PARTS = (
    Part(4, 6, "scanner", "reads the pass", "M 52 16 H 123 V 42 H 121"),
    Part(128, 6, "keypad", "digits, Enter", "M 128 16 H 125 V 46 H 121"),
    Part(128, 34, "stick for the data", "stays in, for years", "M 128 44 H 125 V 56 H 121", _BLUE),
    Part(128, 62, "network", "cable to the router", "M 128 72 H 125 V 68 H 121"),
    Part(4, 86, "power", "the Pi's own adapter", "M 28 86 V 83 H 68 V 78"),
    Part(68, 86, "screen", "micro-HDMI, next to power", "M 92 86 V 83 H 78 V 78"),
    Part(4, 44, "card", "below, at the short side", "M 52 54 H 56 V 56 H 60"),
)
SOCKETS = (
    (112, 39, 9, 10, "USB", _GREY), (112, 51, 9, 10, "USB", _BLUE), (112, 63, 9, 10, "net", _GREY),
    (65, 73, 7, 5, "USB-C", _GREY), (75, 73, 7, 5, "HDMI", _GREY), (60, 51, 5, 10, "", _GREY),
)  # fmt: skip


def draw() -> str:
    """The whole picture, as SVG."""
    board = f'<rect x="{BOARD[0]}" y="{BOARD[1]}" width="{BOARD[2]}" height="{BOARD[3]}" rx="3" fill="#d9efe0"/>'
    words = _words(72, 50, "start", "Raspberry Pi", "4 or 5, from above")
    shapes = [shape for part in PARTS for shape in _part(part)]
    body = [board, words, *(_socket(*socket) for socket in SOCKETS), *shapes]
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="900" role="img">'
    title = "<title>Scanner and keypad in the USB sockets, the stick in a blue one, network, screen and power</title>"
    paper = f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>'
    return "\n".join([head, title, f"<style>{_STYLE}</style>", paper, *body, "</svg>", ""])


def _socket(x: int, y: int, width: int, height: int, name: str, colour: str) -> str:
    line = f'stroke="{_BLACK}" stroke-width=".3"'
    box = f'<rect x="{x}" y="{y}" width="{width}" height="{height}" fill="{colour}" {line}/>'
    place = (x - 1, y + height / 2 + 1, "end") if x > 100 else (x + width / 2, y - 1, "middle")
    return f'{box}<text class="s" x="{place[0]}" y="{place[1]}" text-anchor="{place[2]}">{name}</text>'


def _part(part: Part) -> tuple[str, ...]:
    line = f'<path d="{part.cable}" fill="none" stroke="{part.colour}" stroke-width=".8"/>'
    frame = f'fill="#f6f8fa" stroke="{part.colour}" stroke-width=".5"'
    box = f'<rect x="{part.x}" y="{part.y}" width="{BOX[0]}" height="{BOX[1]}" rx="2" {frame}/>'
    return line, box, _words(part.x + BOX[0] // 2, part.y + 9, "middle", part.name, part.about)


def _words(x: int, y: int, anchor: str, name: str, about: str) -> str:
    first = f'<text class="h" x="{x}" y="{y}" text-anchor="{anchor}">{name}</text>'
    return f'{first}<text class="s" x="{x}" y="{y + 6}" text-anchor="{anchor}">{about}</text>'
