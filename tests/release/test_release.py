"""A release's file: made, shown, and refused wherever it is not what its signer made."""

import json
import random
import stat
import subprocess
import sys
import zipfile

import pytest

from contracts.wire.errors import Broken
from provisioning.release import bootstrap, commands, making
from terminal import places, release
from terminal.store.migrations import MIGRATIONS
from tests.release import releases


def rewritten(path, name, content):
    """The same file with one part replaced, or added, or (None) left out."""
    with zipfile.ZipFile(path) as archive:
        parts = {each: archive.read(each) for each in archive.namelist()}
    parts[name] = content
    with zipfile.ZipFile(path, "w") as archive:
        for each, part in parts.items():
            if part is not None:
                archive.writestr(each, part)
    return path


def unpack(path, into, key=releases.PUBLIC):
    with release.opened(path) as found:
        release.require_signed(found.content, found.signature, key, path)
        found.unpack(into)
    return found.manifest


def test_what_was_made_is_unpacked_as_it_was_made(tmp_path):
    manifest = unpack(releases.made(tmp_path), tmp_path / "there")
    assert (manifest.version, manifest.journal_schema) == ("0.2.0", len(MIGRATIONS))
    assert (tmp_path / "there/wheels/small.whl").read_bytes() == b"small"
    assert (tmp_path / "there/release.pub").read_bytes().strip() == releases.PUBLIC.strip()


def test_the_same_parts_make_the_same_file(tmp_path):
    assert releases.made(tmp_path / "a").read_bytes() == releases.made(tmp_path / "b").read_bytes()


def test_another_key_than_the_terminals_is_refused_before_anything_is_unpacked(tmp_path):
    with pytest.raises(Broken, match="run nothing of it"):
        unpack(releases.made(tmp_path, key=releases.OTHER), tmp_path / "there")
    assert not (tmp_path / "there").exists()


@pytest.mark.parametrize("name", ["__main__.py", "wheels/small.whl", "release.pub", "lock.txt"])
def test_a_part_that_was_changed_is_refused(tmp_path, name):
    with pytest.raises(Broken, match="is damaged"):
        unpack(rewritten(releases.made(tmp_path), name, b"other"), tmp_path / "there")


@pytest.mark.parametrize(("name", "content"), [("wheels/more.whl", b"more"), ("lock.txt", None), ("../x", b"x")])
def test_a_part_too_many_or_too_few_is_refused(tmp_path, name, content):
    with pytest.raises(Broken, match="other parts than it says"):
        unpack(rewritten(releases.made(tmp_path), name, content), tmp_path / "there")


def test_a_part_that_stands_there_twice_is_refused(tmp_path):
    path = releases.made(tmp_path)
    with pytest.warns(UserWarning, match="Duplicate name"), zipfile.ZipFile(path, "a") as archive:
        archive.writestr("__main__.py", b"other")
    with pytest.raises(Broken, match="other parts than it says"):
        unpack(path, tmp_path / "there")


@pytest.mark.parametrize("packed", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_nothing_that_is_packed_is_unpacked(tmp_path, packed):
    """A release packs nothing, so a small file can grow into no large one, and no packer's fault is met."""
    path = releases.made(tmp_path)
    with zipfile.ZipFile(path) as archive:
        parts = {each: archive.read(each) for each in archive.namelist()}
    with zipfile.ZipFile(path, "w", packed) as archive:
        for each, part in parts.items():
            archive.writestr(each, part)
    with pytest.raises(Broken, match="packed"):
        unpack(path, tmp_path / "there")


def test_a_name_that_is_no_text_is_refused(tmp_path):
    path = rewritten(releases.made(tmp_path), "\u00e9", b"")
    path.write_bytes(path.read_bytes().replace("\u00e9".encode(), b"\xff\xff"))
    with pytest.raises(Broken, match="no whole release"):
        unpack(path, tmp_path / "there")


def test_a_manifest_that_was_changed_is_refused(tmp_path):
    path = releases.made(tmp_path)
    with zipfile.ZipFile(path) as archive:
        said = json.loads(archive.read("release.json"))
    rewritten(path, "release.json", json.dumps(said | {"version": "9.9.9"}).encode())
    with pytest.raises(Broken, match="is not signed"):
        unpack(path, tmp_path / "there")


@pytest.mark.parametrize(
    "other",
    [
        {"version": "1"},
        {"version": "../1.2"},
        {"schema": 0},
        {"schema": "3"},
        {"files": {"../x": "0" * 64}},
        {"files": {"/x": "0" * 64}},
        {"files": {"wheels/": "0" * 64}},
        {"files": {"x": "0"}},
        {"kind": "another"},
        {"more": 1},
    ],
)
def test_a_manifest_beyond_the_form_is_refused_though_it_is_signed(tmp_path, other):
    path = releases.made(tmp_path)
    with zipfile.ZipFile(path) as archive:
        said = json.dumps(json.loads(archive.read("release.json")) | other).encode()
    rewritten(rewritten(path, "release.json", said), "release.sig", releases.sign(said))
    with pytest.raises(Broken, match="is no release that this program knows"):
        unpack(path, tmp_path / "there")


@pytest.mark.parametrize("spoil", [lambda whole: whole[: len(whole) // 2], lambda _: b"", lambda whole: whole[:-9]])
def test_half_a_file_is_refused(tmp_path, spoil):
    path = releases.made(tmp_path)
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(Broken, match="copy it anew"):
        unpack(path, tmp_path / "there")


def test_no_spoilt_byte_is_taken_for_what_was_signed(tmp_path):
    path = releases.made(tmp_path)
    whole, chance, refused = path.read_bytes(), random.Random(28), 0
    unpack(path, tmp_path / "whole")
    parts = {each: each.read_bytes() for each in (tmp_path / "whole").rglob("*.*")}
    for number in range(400):
        spoilt = bytearray(whole)
        for _ in range(chance.choice((1, 1, 4))):
            spoilt[chance.randrange(len(spoilt))] ^= 1 << chance.randrange(8)
        path.write_bytes(spoilt)
        into = tmp_path / str(number)
        try:
            unpack(path, into)
        except Broken:
            refused += 1
            continue
        assert {tmp_path / "whole" / each.relative_to(into): each.read_bytes() for each in into.rglob("*.*")} == parts
    assert refused > 300


def test_a_file_larger_than_any_release_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr(release, "FILE_BYTES_MAX", 1000)
    with pytest.raises(Broken, match="larger than any release"):
        unpack(releases.made(tmp_path), tmp_path / "there")


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(Broken, match=r"there\.pyz cannot be read"):
        unpack(tmp_path / "there.pyz", tmp_path / "into")


def test_the_key_is_for_its_owner_alone_and_never_said(tmp_path, capsys):
    path = tmp_path / "release.key"
    assert commands.main(["key", "--out", str(path)]) == 0
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    secret = "".join(path.read_text().splitlines()[1:-1])
    said = capsys.readouterr()
    assert secret not in said.out + said.err
    with pytest.raises(Broken, match="is there already"):
        commands.main(["key", "--out", str(path)])


@pytest.mark.parametrize(
    ("content", "mode", "why"),
    [
        (releases.PUBLIC, 0o600, "no private"),
        (b"nothing", 0o600, "holds no key"),
        (releases.KEY.export_key(format="PEM").encode(), 0o644, "can be read by others"),
    ],
)
def test_what_cannot_sign_is_refused(tmp_path, content, mode, why):
    path = tmp_path / "release.key"
    path.write_bytes(content)
    path.chmod(mode)
    with pytest.raises(Broken, match=why):
        making.load(path)


def test_show_says_what_is_in_it_and_by_whose_key(tmp_path, capsys):
    assert commands.main(["show", str(releases.made(tmp_path)), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["version"], said["key"]) == ("0.2.0", release.fingerprint(releases.PUBLIC))


def test_show_refuses_a_file_that_is_not_whole(tmp_path):
    path = rewritten(releases.made(tmp_path), "wheels/small.whl", b"other")
    with pytest.raises(Broken, match="is damaged"):
        commands.main(["show", str(path)])


def test_the_bootstrap_names_the_place_that_the_terminal_names():
    assert bootstrap.PROGRAM == places.PROGRAM_KEPT


def test_the_bootstrap_needs_nothing_but_python(tmp_path):
    command = [sys.executable, "-I", "-S", str(releases.made(tmp_path)), "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, "--dry-run" in done.stdout) == (0, True)


def test_the_bootstrap_refuses_a_part_that_was_spoilt(tmp_path):
    path = rewritten(releases.made(tmp_path), "wheels/small.whl", b"other")
    with pytest.raises(bootstrap.Stop, match=r"wheels/small\.whl in it is damaged"):
        bootstrap.put(path, tmp_path / "program")
    assert not (tmp_path / "program/releases/0.2.0").exists()


def test_the_bootstrap_leaves_another_release_of_the_same_version(tmp_path):
    there = tmp_path / "program/releases/0.2.0/release/release.json"
    there.parent.mkdir(parents=True)
    (there.parents[1] / "lib" / "python{}.{}".format(*sys.version_info)).mkdir(parents=True)
    there.write_text("{}")
    with pytest.raises(bootstrap.Stop, match="two releases never have one version"):
        bootstrap.put(releases.made(tmp_path), tmp_path / "program")
