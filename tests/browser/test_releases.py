"""A phone that meets a new release: its page and its scripts are of one version, with a network and without."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

import provisioning.portal.family

pytestmark = [pytest.mark.xdist_group("browser"), pytest.mark.timeout(120)]
WORKER = Path(provisioning.portal.family.__file__).parent / "static" / "family" / "worker.js"
PAGE = '<!doctype html><html data-page="{0}"><script type="module" src="/pass/static/{0}/page.js"></script>'
SCRIPTS = {
    "page.js": 'import { version } from "./part.js"; document.documentElement.dataset.script = "{0} with " + version;',
    "part.js": 'export const version = "{0}";',
}
PAGES = {"/pass/", "/pass/shared"}
KEPT = "caches.keys().then(names => names.sort())"


class Portal(ThreadingHTTPServer):
    """Serves a page as small as can be, of the version that it has now, with the family's own worker."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.version, self.missing = "one", ""
        self.pages: str | None = None  # another version, while a release goes on
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def version_of(self, path: str) -> str:
        """What the answer says of itself."""
        return self.pages if path in PAGES and self.pages else self.version

    def content(self, path: str) -> tuple[str, str] | None:
        """What is there, and what it is."""
        root = f"/pass/static/{self.version}/"
        if path in PAGES:
            return PAGE.format(self.version_of(path)), "text/html"
        if path == "/pass/worker.js":
            told = {"VERSION": self.version, "FILES": [root + name for name in SCRIPTS]}
            lines = [f"const {name} = {json.dumps(value)};" for name, value in told.items()]
            return "\n".join([*lines, WORKER.read_text()]), "text/javascript"
        name = path.removeprefix(root)
        if path.startswith(root) and name in SCRIPTS and name != self.missing:
            return SCRIPTS[name].replace("{0}", self.version), "text/javascript"
        return None


class Answer(BaseHTTPRequestHandler):
    """One of its answers."""

    server: Portal

    def do_GET(self) -> None:
        """What is there."""
        found = self.server.content(self.path)
        content, kind = found or ("", "text/plain")
        self.send_response(200 if found else 404)
        headers = {"Content-Type": kind, "Content-Length": str(len(content)), "Cache-Control": "no-store"}
        for name, value in {**headers, "X-Shell": self.server.version_of(self.path)}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content.encode())

    def log_message(self, *_: object) -> None:
        """Nothing is said."""


@pytest.fixture
def portal() -> Iterator[Portal]:
    with Portal() as made:
        yield made
        made.shutdown()


@pytest.fixture
def page(chromium: Browser, portal: Portal) -> Iterator[Page]:
    """A phone on which the first version is kept."""
    context = chromium.new_context(base_url=portal.url)
    page = context.new_page()
    is_whole(page, "one")
    register(page)
    page.evaluate("navigator.serviceWorker.ready.then(() => undefined)")
    yield page
    context.close()


def register(page: Page) -> None:
    """As the page itself does at each visit, until what comes of it is decided."""
    page.evaluate("""async () => {
        const found = await navigator.serviceWorker.register("/pass/worker.js", { scope: "/pass/" });
        await found.update().catch(() => {});
        const made = found.installing;
        if (made) await new Promise(done => made.addEventListener("statechange",
            () => ["activated", "redundant"].includes(made.state) && done()));
    }""")


def is_whole(page: Page, version: str) -> None:
    """Open it: the page, its script and what that imports are of this version."""
    page.goto("/pass/")
    expect(page.locator("html")).to_have_attribute("data-script", f"{version} with {version}")
    expect(page.locator("html")).to_have_attribute("data-page", version)


def test_a_new_release_is_whole_at_once_and_the_old_one_without_a_network_until_it_is_kept(page, portal):
    portal.version = "two"
    is_whole(page, "two")  # the worker is still that of the first one
    page.context.set_offline(True)
    is_whole(page, "one")
    page.context.set_offline(False)
    is_whole(page, "two")
    register(page)
    page.context.set_offline(True)
    is_whole(page, "two")
    page.context.set_offline(False)
    portal.version = "three"
    is_whole(page, "three")
    register(page)
    assert page.evaluate(KEPT) == ["pass three", "pass two"]


def test_a_release_of_which_a_part_is_missing_is_not_kept(page, portal):
    portal.version, portal.missing = "two", "part.js"
    register(page)
    page.context.set_offline(True)
    is_whole(page, "one")
    page.context.set_offline(False)
    portal.missing = ""
    register(page)
    page.context.set_offline(True)
    is_whole(page, "two")


def test_pages_of_the_next_release_are_not_kept_beside_the_scripts_of_this_one(page, portal):
    """The second one's worker is there, and its pages are of the third by the time it asks for them."""
    portal.version, portal.pages = "two", "three"
    register(page)
    page.context.set_offline(True)
    is_whole(page, "one")
