"""Both decoders over the same pictures, side by side: public ones, where they are beside the repository, and ours."""

import statistics
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from PIL import Image

from drivers.base import DriverUnavailable
from drivers.camera.decoders import TABLE, Decoder, Frame
from tests.bench.scenes import SCENES, Shot, shots
from tests.bench.table import Figures

PUBLIC = Path(__file__).parents[2].parent / "shared" / "data" / "qr"
"""A part of ZXing's test pictures, each beside a text file with what stands in it; they are not of this repository."""
TITLE = "decoders: pictures read right, pictures with a wrong text, median milliseconds; rotated is by 90, 180 and 270"
A_SCENE = 40
TURNS = (90, 180, 270)
_TRANSPOSED = {
    90: Image.Transpose.ROTATE_90,
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_270,
}


def measure() -> tuple[dict[str, Figures], list[str]]:
    """Per set of pictures the figures of each decoder, and what could not be measured here."""
    decoders, notes = available()
    rows: dict[str, Figures] = {}
    for name, pictures in sets(notes):
        upright = list(pictures)
        rows[name] = figures(decoders, upright)
        rows[f"{name}, rotated"] = figures(decoders, [turned(shot, turn) for shot in upright for turn in TURNS])
    return rows, notes


def sets(notes: list[str]) -> Iterator[tuple[str, Iterable[Shot]]]:
    if PUBLIC.is_dir():
        yield "public pictures", public()
    else:
        notes.append("the public pictures are not beside the repository: skipped")
    for scene in SCENES:
        yield scene, shots(scene, A_SCENE)


def available() -> tuple[dict[str, Decoder], list[str]]:
    decoders: dict[str, Decoder] = {}
    notes: list[str] = []
    for name in sorted(TABLE, reverse=True):  # our default first
        try:
            decoders[name] = TABLE[name]()
        except DriverUnavailable as unavailable:
            notes.append(f"{unavailable.advice}: skipped")
    return decoders, notes


def figures(decoders: dict[str, Decoder], pictures: list[Shot]) -> Figures:
    found: Figures = {"pictures": len(pictures)}
    for name, decode in decoders.items():
        read = wrong = 0
        times = []
        for shot in pictures:
            began = time.perf_counter()
            texts = decode(shot.frame)
            times.append(time.perf_counter() - began)
            read += shot.code in texts
            wrong += bool(set(texts) - {shot.code})
        found |= {
            f"{name} read": read,
            f"{name} wrong": wrong,
            f"{name} ms": round(statistics.median(times) * 1000, 2),
        }
    return found


def public() -> Iterator[Shot]:
    for path in sorted(PUBLIC.glob("*/*.png")):
        yield Shot(path.with_suffix(".txt").read_bytes().decode(), on_white(path))


def on_white(path: Path) -> Frame:
    with Image.open(path) as picture:
        ink = picture.convert("RGBA")
    paper = Image.new("RGBA", ink.size, "white")
    paper.alpha_composite(ink)
    return Frame(paper.convert("L").tobytes(), *paper.size)


def turned(shot: Shot, degrees: int) -> Shot:
    picture = Image.frombytes("L", (shot.frame.width, shot.frame.height), shot.frame.pixels)
    turned = picture.transpose(_TRANSPOSED[degrees])
    return Shot(shot.code, Frame(turned.tobytes(), *turned.size))
