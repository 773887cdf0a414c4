"""The town hall beside the demo's shops: its portal on the same contract, and somebody who looks at its pages."""

import asyncio
import re
import urllib.error
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar
from pathlib import Path

from contracts.wire.errors import Broken
from contracts.wire.units import to_hex
from provisioning import desk
from provisioning.demo.founding import people
from provisioning.enrolling import TOKEN_VARIABLE
from provisioning.portal.running import serve, setup
from provisioning.processes import Program, command

CLERK = "clerk-02"
_SECONDS = 30
_CSRF = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')
_ACCOUNT = re.compile(r"^ +(\S+) +(\S+) +[a-z, ]+$")


class Hall:
    """The portal in a folder of its own. `record` is where the contract stands, `counter` a simulated scanner."""

    def __init__(self, folder: Path, record: Path, counter: Path) -> None:
        self._folder, self._record, self._counter = folder, record, counter
        self._pages: Program | None = None
        self._worker: Program | None = None
        self.url = ""
        self.passwords: dict[str, str] = {}

    async def open(self, rpc: str, gateway: str, token: str) -> list[str]:
        """Make it, start it, and give the lines that say how to sign in."""
        where = f'record = "{self._record}"\ngateway = "{gateway}"\ncounter = "{self._counter}"\n'
        setup.make(self._folder, setup.EMBEDDED + where)
        place = ["--folder", str(self._folder)]
        said = await command("portal", "setup", *place, "--rpc", rpc, environment={}, kept_back=serve.SECRETS)
        self._pages = self._program("serve", [*place, "--port", "0"])
        self.url = (await self._pages.start()).split()[1]
        secrets = {desk.KEY_VARIABLE: to_hex(people().sponsor.key), TOKEN_VARIABLE: token}
        self._worker = self._program("work", [*place, "--rpc", rpc], secrets)
        await self._worker.start()
        lines = said.splitlines()
        self.passwords = {found[1]: found[2] for line in lines if (found := _ACCOUNT.match(line))}
        return [*lines, f"The town hall's desk is at {self.url}"]

    def page(self, code: str) -> str:
        """Where a family's letter leads to, with the code of its pass, which no browser sends."""
        return f"{self.url}/pass/#{code}"

    async def close(self) -> None:
        """End both."""
        for each in (self._worker, self._pages):
            if each:
                await each.stop()

    async def code(self, name: str) -> str:
        """The six digits that this person's phone shows."""
        return await command("portal", "code", name, "--folder", str(self._folder), environment={})

    async def visit(self, *paths: str) -> list[str]:
        """Sign in as somebody who may see money, and give these pages. Raises Broken when one is refused."""
        browser = Browser(self.url)
        await asyncio.to_thread(browser.send, "/sign-in", username=CLERK, password=self.passwords[CLERK])
        await asyncio.to_thread(browser.send, "/sign-in/code", code=await self.code(CLERK))
        return [await asyncio.to_thread(browser.get, path) for path in paths]

    def _program(self, name: str, options: list[str], secrets: dict[str, str] | None = None) -> Program:
        log = self._folder / f"{name}.log"
        return Program(f"portal {name}", ["portal", name, *options], log, secrets, serve.SECRETS)


class Browser:
    """One that keeps its cookies, and fills forms in."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        self._opener.addheaders = [("Accept-Language", "en")]

    def get(self, path: str, form: bytes | None = None) -> str:
        """The page, wherever it leads to. Raises Broken."""
        try:
            with self._opener.open(self._url + path, form, timeout=_SECONDS) as answer:
                content: bytes = answer.read()
        except urllib.error.URLError as error:
            raise Broken(f"the portal does not answer {path}: {error}") from error
        return content.decode()

    def send(self, path: str, **fields: str) -> str:
        """Fill the form on this page in, and give the page that follows. Raises Broken."""
        found = _CSRF.search(self.get(path))
        if found is None:
            raise Broken(f"{path} has no form")
        return self.get(path, urllib.parse.urlencode({**fields, "csrfmiddlewaretoken": found[1]}).encode())
