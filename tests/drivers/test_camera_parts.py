"""The parts of the camera's process by themselves: its lines, its memory of what lies there, its decoders."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from drivers.base import Changed, DriverUnavailable, Oversized, Scan, Status
from drivers.camera.decoders import TABLE, Decoder, Frame
from drivers.camera.messages import DETAIL_MAX, LINE_MAX, Beat, decode, encode, of_code
from drivers.camera.process import Appearances
from drivers.decode import LIMIT
from tests.drivers.pictures_rig import draw

CODE = "KP1-EEN-CODE-VOOR-DE-TEST"

texts = st.text(min_size=1, max_size=LIMIT)
messages = (
    st.just(Beat())
    | st.just(Oversized())
    | texts.map(Scan)
    | st.builds(Changed, st.sampled_from(Status), st.text(min_size=1, max_size=DETAIL_MAX))
)


@given(messages)
@settings(max_examples=200, deadline=None)
def test_every_message_comes_back_from_one_bounded_line(message):
    line = encode(message)
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert decode(line) == message


def test_the_longest_code_fits_a_line():
    message = Scan("\N{FACE WITH TEARS OF JOY}" * LIMIT)
    assert len(encode(message)) <= LINE_MAX
    assert decode(encode(message)) == message


@given(
    st.binary(max_size=200)
    | st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=9),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["beat", "scan", "status"]), inner),
        max_leaves=6,
    ).map(lambda value: repr(value).replace("'", '"').replace("True", "true").encode())
)
@settings(max_examples=300, deadline=None)
def test_f22_any_line_is_a_message_or_a_value_error(line):
    try:
        message = decode(line)
    except ValueError as error:
        assert str(error).startswith("a line of the camera's process is no")  # noqa: PT017 - either way is right
    else:
        assert decode(encode(message)) == message


@pytest.mark.parametrize(
    "line",
    [
        b'{"scan": ""}',
        b'{"scan": "1", "beat": true}',
        b'{"beat": 1, "more": 2}',
        b'{"beat": false}',
        b'{"scan": "' + b"7" * (LIMIT + 1) + b'"}',
        b'{"status": "ready", "detail": ""}',
        b'{"status": "ready", "detail": "' + b"x" * (DETAIL_MAX + 1) + b'"}',
        b'{"status": ["ready"], "detail": "x"}',
        b"[" * 20_000,
    ],
)
def test_a_line_with_more_or_less_than_a_message_is_refused(line):
    with pytest.raises(ValueError, match="a line of the camera's process"):
        decode(line)


def test_a_decoded_text_is_a_scan_without_its_line_end_or_too_long_or_nothing():
    assert of_code("KP1\r\n") == Scan("KP1")
    assert of_code("7" * LIMIT) == Scan("7" * LIMIT)
    assert of_code("7" * (LIMIT + 1)) == Oversized()
    assert of_code("\r\n") is None


def test_f23_a_code_is_new_once_for_each_time_it_lies_there():
    lens = Appearances(frames_to_go=2)
    assert lens.new(["a", "a", "b"]) == ["a", "b"]
    assert lens.new(["a"]) == []
    assert lens.new([]) == []
    assert lens.new(["a"]) == []
    assert lens.new(["b"]) == ["b"]  # b was away for three frames
    for _ in range(3):
        assert lens.new([]) == []
    assert lens.new(["a"]) == ["a"]
    assert len(lens._unseen) == 1


@pytest.fixture(params=sorted(TABLE))
def decoder(request) -> Decoder:
    try:
        return TABLE[request.param]()
    except DriverUnavailable as unavailable:
        pytest.skip(unavailable.advice)


def frame(picture: Image.Image) -> Frame:
    grey = picture.convert("L")
    return Frame(grey.tobytes(), *grey.size)


@pytest.mark.parametrize("degrees", [0, 30, 90, 180, 270])
def test_a_code_is_read_however_it_lies(decoder, degrees, tmp_path):
    draw(CODE, tmp_path / "code.png")
    with Image.open(tmp_path / "code.png") as picture:
        turned = picture.convert("L").rotate(degrees, expand=True, fillcolor=255)
    assert decoder(frame(turned)) == (CODE,)


def test_where_there_is_no_code_none_is_made_up(decoder):
    noise = Image.effect_noise((320, 240), 90)
    assert decoder(frame(noise)) == ()
    assert decoder(Frame(b"\0", 1, 1)) == ()
    assert decoder(Frame(b"\xff" * 9000, 9000, 1)) == ()


def test_a_products_stripes_are_nobodys_scan(decoder, tmp_path):
    zxingcpp = pytest.importorskip("zxingcpp")
    stripes = zxingcpp.create_barcode("8712345678906", zxingcpp.BarcodeFormat.EAN13)
    picture = Image.fromarray(zxingcpp.write_barcode_to_image(stripes, scale=3))
    assert zxingcpp.read_barcode(picture) is not None
    assert decoder(frame(picture)) == ()
