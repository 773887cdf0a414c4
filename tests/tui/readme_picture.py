"""Draws the README's picture: `python -m tests.tui.readme_picture`."""

import asyncio
from pathlib import Path

from tests.tui.moments import MOMENTS
from tests.tui.still import still

PICTURE = Path(__file__).parent.parent.parent / "docs" / "pictures" / "counter-approved.svg"


async def draw() -> str:
    """An approved payment, as SVG."""
    app = still(MOMENTS["approved"], "en")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        return app.export_screenshot()


if __name__ == "__main__":
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_text(asyncio.run(draw()))
