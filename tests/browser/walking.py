"""One town with all of its programs, for whoever walks through it, and browsers of its people."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser import checks, steps
from tests.browser.town import Town, opened

Somebody = Callable[..., Page]


@pytest.fixture(scope="package")
def town(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Chain, gateway, desk and tills."""
    with opened(tmp_path_factory.mktemp("town")) as made:
        yield made


@pytest.fixture
def somebody(chromium: Browser, town: Town) -> Iterator[Somebody]:
    """A browser of nobody, or of somebody who signs in; `more` is what kind of browser it is."""
    contexts = []

    def visiting(name: str | None = None, **more: object) -> Page:
        kind = {"base_url": town.url, "locale": "nl-NL", "viewport": checks.WIDE, **more}
        contexts.append(chromium.new_context(**kind))  # type: ignore[arg-type]
        page = contexts[-1].new_page()
        if name is not None:
            page.goto("/sign-in")
            steps.send(page, username=name, password=town.setting.hall.passwords[name])
            steps.send(page, code=town.code(name))
        return page

    yield visiting
    for context in contexts:
        context.close()
