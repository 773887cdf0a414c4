"""What lets the page stay on a phone: the manifest, the worker, and the page of a shared code."""

import json
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from provisioning.portal.family import shell

KINDS = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".png": "image/png"}


def told(client: Client, name: str) -> object:
    """A constant that the portal writes above the worker."""
    (found,) = re.findall(rf"^const {name} = (.*);$", client.get("/pass/worker.js").content.decode(), re.MULTILINE)
    return json.loads(found)


@pytest.fixture
def files(client: Client) -> dict[str, str]:
    """The addresses that a phone keeps, by the files' names."""
    root = shell.current().root
    found = told(client, "FILES")
    assert isinstance(found, list)
    assert all(path.startswith(root) for path in found)
    return {path.removeprefix(root): path for path in found}


def test_the_worker_keeps_every_file_of_the_page_and_each_is_there(client, files):
    assert {"family/page.js", "family/vendor/curves.js", "family/phone.css", "portal/portal.css"} <= set(files)
    for name, path in files.items():
        answer = client.get(path)
        assert (answer.status_code, answer["X-Shell"]) == (200, told(client, "VERSION"))
        source = finders.find(name)
        assert isinstance(source, str)
        assert answer.content == Path(source).read_bytes()
        assert answer["Content-Type"].partition(";")[0] == KINDS[Path(name).suffix]
        assert "immutable" in answer["Cache-Control"]
    assert not any(path.endswith(("worker.js", ".LICENSE")) for path in files)
    answer = client.get("/pass/worker.js")
    assert answer["Content-Type"] == "text/javascript; charset=utf-8"
    assert answer["Cache-Control"] == "no-store"


def test_every_script_that_another_one_needs_is_kept(files):
    scripts = [name for name in files if name.endswith(".js") and "/vendor/" not in name]
    for script in scripts:
        found = finders.find(script)
        assert isinstance(found, str)
        for name in re.findall(r"""from "\./([^"]+)";""", Path(found).read_text()):
            assert f"family/{name}" in files, f"{script} needs {name}"


@pytest.mark.parametrize("page", ["/pass/", "/pass/shared"])
def test_a_page_names_its_files_by_its_version_and_all_of_them_are_kept(client, record, files, page):
    answer = client.get(page)
    named = re.findall(r"""(?:src|href)="(/[^"]*\.(?:js|css|svg|png))""", answer.content.decode())
    assert len(named) > 3
    assert set(named) <= set(files.values())
    assert answer["X-Shell"] == told(client, "VERSION")


def test_a_file_of_another_version_is_not_there_and_nothing_says_to_keep_that(client, files):
    path = files["family/page.js"].replace(shell.current().version, "0" * 16)
    for wrong in (path, f"{shell.current().root}family/nothing.js", f"{shell.current().root}../worker.js"):
        answer = client.get(wrong)
        assert (answer.status_code, answer["Cache-Control"]) == (404, "no-store")


@pytest.mark.parametrize("part", ["_WORKER", "_kept", "_around"])
def test_another_byte_is_another_version_from_the_next_start_on(client, tmp_path, monkeypatch, part):
    """In the worker, in a file of the page, in what the page is made from."""
    before, was = told(client, "VERSION"), getattr(shell, part)
    changed = tmp_path / "changed.js"
    changed.write_bytes(shell._WORKER.read_bytes() + b"\n")
    now = {"_kept": lambda: {**was(), "family/say.js": changed}, "_around": lambda: [*was(), changed]}
    monkeypatch.setattr(shell, part, now.get(part, changed))
    assert told(client, "VERSION") == before
    shell.current.cache_clear()
    try:
        assert told(client, "VERSION") != before
    finally:
        monkeypatch.undo()
        shell.current.cache_clear()


def test_what_the_page_is_made_from_is_known():
    """Every template that it includes, and the words in both languages."""
    around = {path.name for path in shell._around()}
    assert {"page.html", "shared.html", "base.html", "family_shop.html", "family_orders.html", "django.mo"} <= around


@pytest.mark.parametrize(("language", "name"), [("nl", "Pas Gemeente"), ("en", "Pass Gemeente")])
def test_what_a_phone_calls_it_says_nothing_of_what_it_is_for(client, language, name):
    answer = client.get("/pass/manifest.webmanifest", headers={"Accept-Language": language})
    assert answer["Content-Type"] == "application/manifest+json"
    manifest = json.loads(answer.content)
    assert manifest["name"] == name
    assert manifest["start_url"] == manifest["scope"] == "/pass/"
    assert [icon for icon in manifest["icons"] if finders.find(icon["src"].removeprefix("/static/")) is None] == []
    assert not re.search("kindpakket|budget|minima|arm", answer.content.decode(), re.IGNORECASE)


def test_no_page_of_a_phone_sets_a_cookie(client, record):
    for path in ("/pass/worker.js", "/pass/manifest.webmanifest", "/pass/shared"):
        answer = client.get(path)
        assert (answer.status_code, len(answer.cookies)) == (200, 0)


def test_the_page_of_a_shared_code_knows_whose_codes_it_draws(client, record):
    assert f'data-network="{record.network}"' in client.get("/pass/shared").content.decode()


def test_without_a_contract_there_is_none(client):
    assert client.get("/pass/shared").status_code == 404
