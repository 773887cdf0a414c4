"""Pictures of pass codes as a counter's camera gets them, from a seed: the same seed gives the same pixels.

A code is drawn at twice the size of the frame, put there with a turn and a tilt, and made smaller, as a lens does; then
come blur, light and noise. Numbers are pixels of the frame and grey levels of 0 to 255.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import segno
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from contracts.wire import passcode
from drivers.camera.decoders import Frame
from drivers.camera.sources import HEIGHT, WIDTH

NETWORK = 7
INK, PAPER, COUNTER = 25.0, 225.0, 120.0
_SCALE = 2
_DRAWN = 8
"""Pixels of a module as drawn."""

Grey = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture, and what stands in it."""

    code: str
    frame: Frame


@dataclass(frozen=True, slots=True)
class Pose:
    """How a code lies under the lens."""

    module: tuple[float, float] = (4.0, 6.0)
    """Pixels of one module, at least and at most; a letter's code has 29 modules and 8 of margin."""
    turn: float = 8.0
    """Degrees, to either side."""
    tilt: float = 0.05
    """How far a corner is off, as a part of the side."""


def printed(chance: random.Random, code: str) -> Grey:
    """A letter under the shop's lamp."""
    return noise(chance, blur(lamp(chance, lay(chance, code, Pose())), 0.7), 4)


def rotated(chance: random.Random, code: str) -> Grey:
    """A letter laid down any way."""
    return noise(chance, blur(lamp(chance, lay(chance, code, Pose(turn=180))), 0.7), 4)


def small(chance: random.Random, code: str) -> Grey:
    """A letter held far away: some two pixels a module."""
    return noise(chance, blur(lamp(chance, lay(chance, code, Pose(module=(1.7, 2.4)))), 0.5), 4)


def blurred(chance: random.Random, code: str) -> Grey:
    """A letter held out of focus."""
    return noise(chance, blur(lamp(chance, lay(chance, code, Pose())), chance.uniform(1.5, 3.0)), 4)


def low_light(chance: random.Random, code: str) -> Grey:
    """A letter with the lamp off: an eighth of the light, and the sensor's noise."""
    return noise(chance, 12 + blur(lay(chance, code, Pose()), 0.7) * chance.uniform(0.08, 0.16), 5)


def phone(chance: random.Random, code: str) -> Grey:
    """A phone's screen: its pixels beat with the sensor's (moire), and a lamp is mirrored in the glass (glare)."""
    screen = lay(chance, code, Pose(tilt=0.07)) * 1.1
    return noise(chance, blur(glare(chance, moire(chance, screen)), 0.8), 5)


SCENES: dict[str, Callable[[random.Random, str], Grey]] = {
    "printed": printed,
    "phone screen, glare and moire": phone,
    "turned any way": rotated,
    "small": small,
    "blurred": blurred,
    "low light": low_light,
}


def shots(scene: str, count: int, seed: int = 1) -> Iterator[Shot]:
    """So many pictures of one scene, each of another pass."""
    for number in range(count):
        chance = random.Random(f"{seed} {scene} {number}")
        code = passcode.make_static(NETWORK, chance.randbytes(passcode.SECRET_BYTES))
        pixels = np.clip(SCENES[scene](chance, code), 0, 255).astype(np.uint8)
        yield Shot(code, Frame(pixels.tobytes(), WIDTH, HEIGHT))


def lay(chance: random.Random, code: str, pose: Pose) -> Grey:
    """The code on its paper on the counter, in the pose."""
    drawn = draw(code)
    side = drawn.width / _DRAWN * chance.uniform(*pose.module) * _SCALE
    corners = chance_corners(chance, side, pose)
    mapping = perspective(corners, drawn.width)
    size = (WIDTH * _SCALE, HEIGHT * _SCALE)
    paper = drawn.transform(
        size, Image.Transform.PERSPECTIVE, mapping, Image.Resampling.BICUBIC, fillcolor=int(COUNTER)
    )
    return np.asarray(paper.reduce(_SCALE), dtype=np.float64)


def draw(code: str) -> Image.Image:
    """The code as the letter has it, with its margin."""
    modules = np.array([list(row) for row in segno.make(code, error="q", micro=False).matrix_iter(border=4)])
    return Image.fromarray(np.kron(np.where(modules > 0, INK, PAPER), np.ones((_DRAWN, _DRAWN))).astype(np.uint8))


def chance_corners(chance: random.Random, side: float, pose: Pose) -> Grey:
    """Where the four corners of the code come to lie, within the frame as far as its size allows."""
    angle = np.radians(chance.uniform(-pose.turn, pose.turn))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    square = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * side / 2
    jitter = np.array([[chance.uniform(-1, 1) for _ in range(2)] for _ in range(4)]) * side * pose.tilt / 2
    half = np.array([WIDTH, HEIGHT]) * _SCALE / 2
    room = np.maximum(half - side * 0.75, 0)
    centre = half + room * np.array([chance.uniform(-1, 1), chance.uniform(-1, 1)])
    corners: Grey = (square + jitter) @ turn.T + centre
    return corners


def perspective(corners: Grey, side: int) -> tuple[float, ...]:
    """The eight numbers of Pillow's perspective transform, from the frame's corners to those of a square drawing."""
    rows, wanted = [], []
    for (x, y), (u, v) in zip(corners, ((0, 0), (side, 0), (side, side), (0, side)), strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        wanted += [u, v]
    return tuple(np.linalg.solve(np.array(rows), np.array(wanted)))


def field() -> tuple[Grey, Grey]:
    """The x and y of every pixel."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float64)
    return x, y


def lamp(chance: random.Random, picture: Grey) -> Grey:
    """Light from one side: up to a half less on the other."""
    x, y = field()
    angle, fall = chance.uniform(0, 2 * np.pi), chance.uniform(0.1, 0.5)
    along = (np.cos(angle) * (x / WIDTH - 0.5) + np.sin(angle) * (y / HEIGHT - 0.5)) + 0.5
    light: Grey = 1 - fall * along
    return picture * light


def moire(chance: random.Random, picture: Grey) -> Grey:
    """Bands of some pixels' width, across each other, a tenth brighter and darker."""
    x, y = field()
    bands = np.zeros_like(picture)
    for _ in range(2):
        angle, width = chance.uniform(0, np.pi), chance.uniform(3, 9)
        bands += np.sin(2 * np.pi * (np.cos(angle) * x + np.sin(angle) * y) / width + chance.uniform(0, 6))
    return picture * (1 + 0.1 * bands)


def glare(chance: random.Random, picture: Grey) -> Grey:
    """A lamp in the glass, near the middle, in which nothing can be seen."""
    x, y = field()
    at_x, at_y = chance.uniform(0.25, 0.75) * WIDTH, chance.uniform(0.25, 0.75) * HEIGHT
    wide, high = chance.uniform(15, 45), chance.uniform(15, 45)
    light: Grey = 400 * np.exp(-(((x - at_x) / wide) ** 2) - ((y - at_y) / high) ** 2)
    return picture + light


def blur(picture: Grey, radius: float) -> Grey:
    """Out of focus by so many pixels (the deviation of a Gaussian)."""
    image = Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8))
    return np.asarray(image.filter(ImageFilter.GaussianBlur(radius)), dtype=np.float64)


def noise(chance: random.Random, picture: Grey, deviation: float) -> Grey:
    """What a sensor adds."""
    return picture + np.random.default_rng(chance.getrandbits(64)).normal(0, deviation, picture.shape)
