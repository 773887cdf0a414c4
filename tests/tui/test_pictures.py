"""Pictures of each stage. When one changes on purpose: look at it, then `pytest tests/tui --snapshot-update`."""

import pytest
from pytest_textual_snapshot import normalize_svg  # type: ignore[import-untyped]

from tests.tui.moments import MOMENTS
from tests.tui.readme_picture import PICTURE, draw
from tests.tui.still import still

SMALL, MIDDLE, LARGE = (80, 24), (120, 33), (240, 67)
SIZES = {"80x24": SMALL, "120x33": MIDDLE, "240x67": LARGE}

ASKED = ("asking", "ask-paid", "pin-typed", "refund-scan", "refund-choose", "refund-amount", "void", "refunded")

PICTURES = [
    *(("80x24", "nl", name) for name in MOMENTS),
    *(("80x24", "en", name) for name in ("ready", "choose", "amount-left", "approved", "refused", "offline", "gone")),
    *(("120x33", "nl", name) for name in ("amount", "approved", "refused")),
    *(("240x67", "nl", name) for name in ("amount-left", "approved-rest", "refused", "offline", "locked")),
    ("240x67", "en", "approved"),
    *(("80x24", "en", name) for name in ("menu", "learn-scan", "keep", "help", "trouble")),
    ("240x67", "nl", "learn-scan"),
    ("240x67", "nl", "help"),
    *(("80x24", "en", name) for name in ("order", "order-more", *ASKED)),
    *(("240x67", "nl", name) for name in ("order", *ASKED, "refund-many", "every-kind")),
]


@pytest.mark.parametrize(("size", "language", "name"), PICTURES)
def test_picture(size, language, name, snap_compare):
    assert snap_compare(still(MOMENTS[name], language), terminal_size=SIZES[size])


async def test_the_picture_in_the_readme_is_what_the_screen_shows():
    assert normalize_svg(PICTURE.read_text()) == normalize_svg(await draw())
