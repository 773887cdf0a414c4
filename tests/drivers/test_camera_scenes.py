"""Pass codes as a counter's camera sees them, by the decoder that a till has."""

import pytest

from drivers.camera.decoders import zxing_cpp
from tests.bench.scenes import SCENES, shots


@pytest.mark.parametrize("scene", SCENES)
def test_the_same_seed_gives_the_same_pictures_and_another_gives_others(scene):
    (first,), (again,), (other,) = (list(shots(scene, 1, seed)) for seed in (1, 1, 2))
    assert first == again
    assert first.code != other.code
    assert first.frame != other.frame


@pytest.mark.parametrize(
    ("scene", "at_least"),
    [
        ("printed", 10),
        ("turned any way", 10),
        ("small", 10),
        ("phone screen, glare and moire", 6),
        ("blurred", 4),
        ("low light", 6),
    ],
)
def test_a_pass_is_read_as_often_as_such_a_picture_allows_and_never_wrongly(scene, at_least):
    decode = zxing_cpp()
    found = [(decode(shot.frame), shot.code) for shot in shots(scene, 10)]
    assert {texts for texts, code in found} <= {(), *((code,) for _, code in found)}
    assert sum(texts == (code,) for texts, code in found) >= at_least
