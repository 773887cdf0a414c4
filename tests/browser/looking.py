"""A look at each page of a story."""

from playwright.sync_api import Page

from tests.browser import checks
from tests.browser.conftest import PICTURES


class Looker:
    """Holds each page that a story opens to what every page must be, and keeps a picture of it."""

    def __init__(self, story: str) -> None:
        self._story = story
        self._wrong = dict[str, list[str]]()
        self._seen = set[str]()
        PICTURES.mkdir(parents=True, exist_ok=True)

    def __call__(self, page: Page, name: str) -> None:
        """Once for each name."""
        if name in self._seen:
            return
        self._seen.add(name)
        size = page.viewport_size or checks.WIDE
        if found := checks.all_of(page):
            self._wrong[name] = found
        page.set_viewport_size(size)  # type: ignore[arg-type]
        page.screenshot(path=PICTURES / f"{self._story}-{len(self._seen):02}-{name}.png", full_page=True)

    def require_right(self) -> None:
        """Nothing was wrong with any of them."""
        found = [f"{name}: {one}" for name, faults in self._wrong.items() for one in faults]
        assert not found, "\n".join(found)
