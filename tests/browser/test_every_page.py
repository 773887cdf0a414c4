"""Every page by its links, as somebody of each role finds it: for eyes, ears, thumbs and keyboards alike."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from django.urls import Resolver404, resolve
from playwright.sync_api import Page

from tests.browser import checks
from tests.browser.conftest import PICTURES

pytestmark = pytest.mark.xdist_group("browser")
PEOPLE = (None, "clerk-01", "clerk-02", "clerk-03", "auditor-01", "keeper-02")
"""Nobody, and the sample's people, who together have every role."""


@pytest.fixture(scope="module")
def looked_at() -> set[str]:
    """The names of the pages that somebody before has looked at already."""
    return set()


def name_of(url: str) -> str | None:
    """Which page of the portal this is; None for what is none, as files of its looks."""
    try:
        return resolve(urlsplit(url).path).view_name
    except Resolver404:
        return None


def links(page: Page) -> list[str]:
    """Where one can go from here, but to what is downloaded."""
    found = page.eval_on_selector_all("a[href]:not([download])", "all => all.map(one => one.href)")
    here = urlsplit(page.url).netloc
    return [url.split("#")[0] for url in found if urlsplit(url).netloc == here]


def pages(page: Page, start: str) -> Iterator[str]:
    """Opens a page of each name that can be reached, one after the other, and gives its name."""
    known, waiting = set[str](), [start]
    while waiting:
        url = waiting.pop(0)
        name = name_of(url)
        if name is None or name in known:
            continue
        known.add(name)
        answer = page.goto(url) if not _is_file(page, url) else None
        if answer is not None:
            assert answer.status == 200, f"{url}: {answer.status}"
            yield name
            waiting += links(page)


def _is_file(page: Page, url: str) -> bool:
    """Whether it is no page to look at, but a picture or something to keep."""
    headers = page.request.get(url).headers
    return "text/html" not in headers["content-type"] or "attachment" in headers.get("content-disposition", "")


@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", PEOPLE)
def test_every_page_can_be_used_by_everybody(name, visit, sign_in, portal, looked_at):
    page = visit() if name is None else sign_in(name)
    found, wrong = list[str](), list[str]()
    PICTURES.mkdir(parents=True, exist_ok=True)
    for each in pages(page, f"{portal.url}/" if name is None else f"{portal.url}/desk/"):
        found.append(each)
        if each not in looked_at:
            wrong += [f"{each} {page.url.removeprefix(portal.url)}: {one}" for one in checks.all_of(page)]
            page.set_viewport_size(checks.WIDE)
            page.screenshot(path=PICTURES / f"{each.replace(':', '-')}.png", full_page=True)
        looked_at.add(each)
    assert not wrong, "\n".join(wrong)
    assert len(found) > 4
