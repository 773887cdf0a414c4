"""What lets the page stay on a phone: the manifest, the worker, and the page of a shared code."""

import json
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from provisioning.portal.family import phone_views


def told(client: Client, name: str) -> object:
    """A constant that the portal writes above the worker."""
    (found,) = re.findall(rf"^const {name} = (.*);$", client.get("/pass/worker.js").content.decode(), re.MULTILINE)
    return json.loads(found)


def test_the_worker_keeps_every_file_of_the_page_and_each_is_there(client):
    files = told(client, "FILES")
    assert isinstance(files, list)
    assert {"/static/family/page.js", "/static/family/vendor/curves.js", "/static/family/phone.css"} <= set(files)
    assert [path for path in files if finders.find(path.removeprefix("/static/")) is None] == []
    assert not any(path.endswith(("worker.js", ".LICENSE")) for path in files)
    answer = client.get("/pass/worker.js")
    assert answer["Content-Type"] == "text/javascript; charset=utf-8"
    assert answer["Cache-Control"] == "no-store"


def test_every_script_that_another_one_needs_is_kept(client):
    files = told(client, "FILES")
    assert isinstance(files, list)
    scripts = [path for path in files if path.endswith(".js") and "/vendor/" not in path]
    for path in scripts:
        found = finders.find(path.removeprefix("/static/"))
        assert isinstance(found, str)
        for name in re.findall(r"""from "\./([^"]+)";""", Path(found).read_text()):
            assert f"/static/family/{name}" in files, f"{path} needs {name}"


def test_another_byte_is_another_version(client, tmp_path, monkeypatch):
    before = told(client, "VERSION")
    worker = tmp_path / "worker.js"
    worker.write_text(phone_views._WORKER.read_text() + "\n")
    monkeypatch.setattr(phone_views, "_WORKER", worker)
    phone_views._worker.cache_clear()
    try:
        assert told(client, "VERSION") != before
    finally:
        phone_views._worker.cache_clear()


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
