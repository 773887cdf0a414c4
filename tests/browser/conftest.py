"""A real browser before the portal as it is run: its pages, its worker, its chain, with rows of nobody."""

from tests.portal import ready  # noqa: F401 -- pages are named by their routes, which Django reads

# isort: split
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser import checks
from tests.browser.walking import somebody, town

__all__ = ["somebody", "town"]

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
PICTURES = Path(__file__).parents[2] / "build" / "browser"
READY_SECONDS = 120
expect.set_options(timeout=60_000)
"""Milliseconds: other processes and a loaded machine are behind what a page shows; five seconds is its own word."""


@dataclass(frozen=True, slots=True)
class Running:
    """A portal that answers at `url`, and what it said at its start."""

    url: str
    folder: Path
    said: str

    def command(self, *words: str) -> str:
        """What a command about this portal says."""
        argv = [sys.executable, "-m", "provisioning.cli", "portal", *words, "--folder", str(self.folder)]
        return subprocess.run(argv, check=True, capture_output=True, text=True, timeout=60).stdout

    def password(self, name: str) -> str:
        """The password of one of the people it was started with."""
        found = re.search(rf"^ +{name} +(\S+)", self.said, re.MULTILINE)
        assert found, self.said
        return found[1]


@pytest.fixture(scope="package")  # its loop runs in this thread, and would be in the way of others' tests
def chromium() -> Iterator[Browser]:
    """The system's own browser."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.skip("no Chromium: apt install chromium")
    if not checks.AXE.exists():
        pytest.skip("no axe-core: npm install --prefix build/node axe-core")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def portal(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """`kindpakket portal run`, as somebody who tries it does."""
    folder = tmp_path_factory.mktemp("portal") / "portal"
    argv = [sys.executable, "-m", "provisioning.cli", "portal", "run", "--folder", str(folder), "--port", "0"]
    with (folder.parent / "log").open("w") as log:
        process = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=log, text=True)
        said = ""
        assert process.stdout
        for line in process.stdout:
            said += line
            if line.startswith("ready"):
                break
        assert "ready" in said, said + (folder.parent / "log").read_text()
        yield Running(said.split()[-1], folder, said)
        process.send_signal(signal.SIGTERM)
        process.wait(READY_SECONDS)


@pytest.fixture
def visit(chromium: Browser, portal: Running) -> Iterator[Callable[[], Page]]:
    """Opens a browser that nobody has signed in with; each call another one, in Dutch."""
    contexts = []

    def opened() -> Page:
        context = chromium.new_context(base_url=portal.url, locale="nl-NL", viewport=checks.WIDE)  # type: ignore[arg-type]
        contexts.append(context)
        return context.new_page()

    yield opened
    for context in contexts:
        context.close()


def enter(page: Page, portal: Running, name: str) -> Page:
    """The page, in which one of the sample's people signed in, with password and code."""
    page.goto("/sign-in")
    page.fill("[name=username]", name)
    page.fill("[name=password]", portal.password(name))
    page.click("main form button")
    page.fill("[name=code]", portal.command("code", name).split()[-1])
    page.click("main form button")
    page.wait_for_url(re.compile("/(desk|shop)/"))
    return page


@pytest.fixture
def sign_in(visit: Callable[[], Page], portal: Running) -> Callable[[str], Page]:
    """Signs one of the sample's people in, in a browser of their own."""
    return lambda name: enter(visit(), portal, name)
