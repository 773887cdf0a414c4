"""Where pictures come from: the kernel's formats by hand, and both cameras' libraries played by stand-ins.

The stand-ins hold the calls that are made to what picamera2's manual and linuxpy's source say of them, no more.
"""

import sys
from types import ModuleType, SimpleNamespace

import pytest

from drivers import registry
from drivers.base import Changed, DriverUnavailable, Status
from drivers.camera import library, looking
from drivers.camera.decoders import TABLE, Frame
from drivers.camera.driver import camera
from drivers.camera.sources import HEIGHT, WIDTH, Picamera, SourceGone, Unreadable, grey, opener

PADDING = 64


class Plane:
    """Enough of an array for its slice and its bytes: lines of WIDTH grey pixels and padding behind them."""

    def __getitem__(self, part):
        assert part == (slice(None, HEIGHT), slice(None, WIDTH))
        return SimpleNamespace(tobytes=lambda: b"\x80" * (WIDTH * HEIGHT))


class Picamera2:
    """The calls of the Picamera2 manual, sections 4 and 6."""

    def __init__(self):
        self.calls = []
        self.camera_controls = {"AfMode": (0, 2, 0)}
        self.camera_properties = {"Model": "imx708"}

    def create_video_configuration(self, **streams):
        return streams

    def __getattr__(self, name):
        return lambda *arguments: self.calls.append((name, *arguments))

    def capture_array(self, name):
        assert name == "lores"
        return Plane()


@pytest.fixture
def picamera2(monkeypatch):
    module = ModuleType("picamera2")
    monkeypatch.setattr(module, "Picamera2", Picamera2, raising=False)
    monkeypatch.setitem(sys.modules, "picamera2", module)
    return module


def test_the_pis_camera_gives_its_low_resolution_stream_at_the_budgets_rate(picamera2):
    with Picamera(8) as source:
        assert source.detail == "the Pi's camera, imx708"
        assert source.frame() == Frame(b"\x80" * (WIDTH * HEIGHT), WIDTH, HEIGHT)
        size = {"size": (WIDTH, HEIGHT)}
        streams = {"main": size, "lores": {**size, "format": "YUV420"}, "controls": {"FrameRate": 8}}
        calls = source._camera.calls
        assert calls == [("configure", streams), ("set_controls", {"AfMode": 2}), ("start",)]
    assert calls[-1] == ("close",)


def test_a_pi_without_a_camera_is_told_what_to_look_at(picamera2, monkeypatch):
    def none():
        raise IndexError("list index out of range")

    monkeypatch.setattr(picamera2, "Picamera2", none)
    with pytest.raises(SourceGone, match="ribbon cable"):
        opener("picamera2", 8)()


def test_without_picamera2_it_is_said_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "picamera2", None)
    with pytest.raises(DriverUnavailable, match="apt install python3-picamera2"):
        opener("picamera2", 8)()


class Video:
    """The calls of linuxpy.video.device 0.25 that are used, with one camera behind them, which has one format."""

    def __init__(self, offered, bytes_per_line):
        self.offered = offered
        self.shape = SimpleNamespace(pixel_format=offered, height=HEIGHT, bytes_per_line=bytes_per_line)
        self.data = bytes([0x80, 0x10]) * (bytes_per_line * HEIGHT // 2)
        self.closed: list[str] = []
        self.PixelFormat = {name: name for name in ("GREY", "YUYV", "NV12", "YUV420", "MJPEG")}
        self.info = SimpleNamespace(card="A Webcam")
        self.buffer = SimpleNamespace(raw_read=self.raw_read)
        self.gone = False

    def Device(self, path, *, blocking):  # noqa: N802 - as it is called there
        assert (path, blocking) == ("/dev/video0", True)
        return SimpleNamespace(open=self.look, close=lambda: self.closed.append("device"), info=self.info)

    def VideoCapture(self, device, *, size):  # noqa: N802
        return self

    def look(self):
        if self.gone:
            raise OSError(16, "Device or resource busy")

    def set_format(self, width, height, wanted):
        assert (width, height) == (WIDTH, HEIGHT)
        if wanted != self.offered == "YUYV":
            raise OSError(22, "Invalid argument")  # as some do, where others leave the format as it is

    def set_fps(self, rate):
        raise OSError(25, "Inappropriate ioctl for device")

    def get_format(self):
        if self.offered == "unknown":
            raise ValueError("no such PixelFormat")
        return self.shape

    def open(self):
        pass

    def close(self):
        self.closed.append("capture")

    def raw_read(self):
        self.look()
        return SimpleNamespace(data=self.data)


def plugged(monkeypatch, video):
    for name in ("linuxpy", "linuxpy.video"):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    monkeypatch.setitem(sys.modules, "linuxpy.video.device", video)
    return opener("v4l2:/dev/video0", 8)


@pytest.mark.parametrize(("offered", "bytes_per_line"), [("YUYV", 2 * WIDTH), ("GREY", WIDTH), ("NV12", WIDTH)])
def test_a_cameras_grey_is_taken_from_each_format(monkeypatch, offered, bytes_per_line):
    video = Video(offered, bytes_per_line)
    with plugged(monkeypatch, video)() as source:
        assert source.detail == "A Webcam on /dev/video0"
        frame = source.frame()
        assert (frame.width, frame.height) == (WIDTH, HEIGHT)
        assert set(frame.pixels) == ({0x80} if offered == "YUYV" else {0x80, 0x10})
        video.gone = True
        with pytest.raises(SourceGone, match="is gone"):
            source.frame()
    assert video.closed == ["capture", "device"]


@pytest.mark.parametrize("offered", ["MJPEG", "unknown"])
def test_a_camera_without_grey_is_refused_by_name_and_freed(monkeypatch, offered):
    video = Video(offered, 0)
    with pytest.raises(SourceGone, match="in none of the formats GREY, YUYV, NV12, YUV420"):
        plugged(monkeypatch, video)()
    assert video.closed == ["capture", "device"]


def test_a_camera_in_use_is_named(monkeypatch):
    video = Video("GREY", WIDTH)
    video.gone = True
    with pytest.raises(SourceGone, match="/dev/video0 cannot be used: Device or resource busy"):
        plugged(monkeypatch, video)()


def test_a_device_that_is_no_camera_is_named_and_so_is_the_package_where_it_is_missing():
    expected: tuple[type[Exception], str] = (DriverUnavailable, r"kindpakket\[v4l2\]")
    if library.is_installed("linuxpy"):
        expected = SourceGone, "/dev/null cannot be used"
    with pytest.raises(expected[0], match=expected[1]):
        opener("v4l2:/dev/null", 8)()


def test_padding_stays_in_the_picture_and_half_a_picture_is_refused():
    wide = WIDTH + PADDING
    assert grey("GREY", bytes(wide * 4), wide, 4) == Frame(bytes(wide * 4), wide, 4)
    assert grey("YUYV", bytes(2 * wide * 4), 2 * wide, 4) == Frame(bytes(wide * 4), wide, 4)
    with pytest.raises(Unreadable, match="sent 7 bytes of 8"):
        grey("GREY", bytes(7), 4, 2)


def test_a_frame_is_as_large_as_it_says():
    for pixels, width, height in ((b"", 0, 0), (b"123", 2, 2), (b"1234", -2, -2)):
        with pytest.raises(ValueError, match="no picture of"):
            Frame(pixels, width, height)


def look(source, decoder="zxing-cpp"):
    return camera(source, decoder, frames_per_second=8, socket="").look()


def test_a_camera_is_looked_for_without_being_opened(tmp_path, monkeypatch):
    monkeypatch.setattr(looking, "is_installed", lambda package: package != "pyzbar")
    assert look(f"pictures:{tmp_path}") == Changed(Status.READY, f"{tmp_path} is there")
    gone = look("v4l2:/dev/video99")
    assert gone.status is Status.NO_DEVICE
    assert "plug the camera in" in gone.detail
    assert look("picamera2").status is Status.READY
    missing = look("picamera2", "pyzbar")
    assert missing.status is Status.NO_DEPENDENCY
    assert "libzbar0" in missing.detail


def test_a_camera_that_may_not_be_read_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(looking, "is_installed", lambda _: True)
    monkeypatch.setattr("os.access", lambda path, how: False)
    assert "group video" in look(f"v4l2:{tmp_path}").detail


def test_the_cameras_that_are_here_are_offered_by_names_that_stay(tmp_path, monkeypatch):
    for name in ("usb-A_Webcam-video-index0", "usb-A_Webcam-video-index1"):
        (tmp_path / name).touch()
    monkeypatch.setattr(looking, "BY_ID", tmp_path)
    monkeypatch.setattr(looking, "is_installed", lambda package: package == "linuxpy")
    (webcam,) = looking.candidates()
    assert webcam.options == {"source": f"v4l2:{tmp_path}/usb-A_Webcam-video-index0"}
    registry.make(webcam.driver, webcam.options, allow_simulators=False)
    monkeypatch.setattr(looking, "is_installed", lambda package: package == "picamera2")
    assert [each.options for each in looking.candidates()] == [{"source": "picamera2"}]


def test_what_every_source_and_decoder_needs_is_known():
    assert set(looking._PACKAGES.values()) == set(library.INSTALL)
    assert set(TABLE) < set(looking._PACKAGES)
