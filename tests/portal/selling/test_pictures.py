"""What becomes of a picture that is sent."""

from io import BytesIO

import pytest
from PIL import Image

from provisioning.portal.selling import pictures
from provisioning.portal.selling.models import Picture, Product
from tests.portal.selling.conftest import photo
from tests.portal.selling.test_products import NEW


def kept(content):
    return Image.open(BytesIO(pictures.made(content.read())))


def test_a_picture_keeps_its_shape_and_nothing_that_a_camera_wrote():
    exif = Image.Exif()
    exif[0x0112], exif[0x010F], exif[0x8825] = 6, "camera of family-01", {1: "N", 2: (53.0, 13.0, 0.0)}
    sent = photo(size=(1000, 500), exif=exif, comment=b"a word of family-01", icc_profile=b"profile-of-family-01")
    made = pictures.made(sent.read())
    assert b"family-01" not in made
    assert b"Exif" not in made
    with Image.open(BytesIO(made)) as one:
        assert one.size == (400, 800)  # as it was held


def test_what_is_clear_in_a_picture_is_white():
    with kept(photo("PNG", mode="RGBA", size=(4, 4))) as one:
        assert (one.format, one.mode) == ("JPEG", "RGB")
    out = BytesIO()
    Image.new("RGBA", (4, 4), (0, 0, 0, 0)).save(out, "PNG")
    out.seek(0)
    with kept(out) as one:
        assert one.getpixel((1, 1)) == (255, 255, 255)


def large():
    return photo("PNG", mode="1", size=(5_001, 5_000))


def heavy():
    return BytesIO(photo().read() + bytes(pictures.SIZE_MAX))


def cut_off():
    return BytesIO(photo(size=(400, 300)).read()[:-200])


def miswritten():
    """What a camera wrote beside it is of another kind than it says: text where a number belongs."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "x"
    sent = photo(exif=exif).read()
    assert sent.count(b"\x02\x01\x0f\x00\x02") == 1
    return BytesIO(sent.replace(b"\x02\x01\x0f\x00\x02", b"\x02\x01\x00\x00\x02"))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (lambda: BytesIO(b"<svg xmlns='http://www.w3.org/2000/svg'/>"), "not a photo"),
        (lambda: BytesIO(b"%PDF-1.7"), "not a photo"),
        (lambda: photo("GIF"), "not a photo"),
        (lambda: photo("BMP"), "not a photo"),
        (cut_off, "not a photo"),
        (miswritten, "not a photo"),
        (large, "too large"),
        (heavy, "too large"),
    ],
)
def test_anything_but_a_photo_of_a_usual_size_is_refused_in_words(browser, content, said):
    sent = content()
    sent.name = "photo.jpg"
    answer = browser.post("/shop/products/new", {**NEW, "picture": sent}, headers={"accept-language": "en"})
    assert said in answer.content.decode()
    assert not Product.objects.exists()
    assert not Picture.objects.exists()
