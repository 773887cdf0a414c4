"""A pass is in its QR and nowhere else."""

from pathlib import Path

import pytest
import segno

from contracts.wire.errors import Broken
from contracts.wire.signature import address_of
from contracts.wire.units import to_hex
from provisioning import passes
from tests.provisioning.town import done, files, pass_key, refused, run


def test_a_pass_has_the_address_of_its_code():
    made = passes.new_pass(7)
    assert address_of(pass_key(made, 7)) == made.address
    assert passes.new_pass(7).address != made.address
    assert made.code not in repr(made)


def test_pictures_and_addresses_are_their_owners_alone(tmp_path: Path, record: Path):
    folder = tmp_path / "passes"
    answer = done("provision", "pass", "make", "--record", str(record), "--count", "2", "--folder", str(folder))
    assert folder.stat().st_mode & 0o777 == 0o700
    found = dict(files(folder))
    assert set(found.values()) == {0o600}
    assert sorted(Path(name).suffix for name in found) == [".png", ".png", ".svg", ".svg", ".txt"]
    assert (folder / "addresses.txt").read_text().split() == answer["passes"]


def test_a_picture_is_the_code(tmp_path: Path):
    made = passes.new_pass(7)
    for kind, first in (("png", b"\x89PNG"), ("svg", b"<?xml")):
        passes.draw(made, tmp_path / f"pass.{kind}")
        assert (tmp_path / f"pass.{kind}").read_bytes().startswith(first)
    assert segno.make(made.code, error="q", micro=False).version == 3


def test_a_picture_is_never_overwritten(tmp_path: Path):
    (tmp_path / "pass.svg").write_text("mine")
    with pytest.raises(Broken, match="stays as it is"):
        passes.draw(passes.new_pass(7), tmp_path / "pass.svg")
    assert (tmp_path / "pass.svg").read_text() == "mine"


def test_a_folder_that_is_there_is_refused(tmp_path: Path, record: Path):
    words = ("provision", "pass", "make", "--record", str(record), "--folder", str(tmp_path))
    assert "name a new one" in refused(*words)


def test_what_is_printed_is_never_the_secret(tmp_path: Path, record: Path, monkeypatch):
    made: list[passes.NewPass] = []
    new_pass = passes.new_pass

    def kept(network):
        made.append(new_pass(network))
        return made[-1]

    monkeypatch.setattr(passes, "new_pass", kept)
    words = ("provision", "pass", "make", "--record", str(record), "--count", "2")
    ended = run(*words, "--show")
    assert "█" in ended.out
    said = ended.out + ended.err + run(*words, "--folder", str(tmp_path / "new"), "--json").out
    for one in made:
        assert to_hex(one.address) in said
        assert one.code not in said


def test_a_pass_that_nobody_would_see_is_refused(record: Path):
    words = ("provision", "pass", "make", "--record", str(record))
    assert "--folder" in refused(*words)
    assert "give one of them" in refused(*words, "--show", "--json")
