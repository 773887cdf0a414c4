"""A pass is on its paper and nowhere else: no file has its secret or its code in clear."""

import base64
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from contracts.wire import passcode
from contracts.wire.signature import address_of
from contracts.wire.units import to_hex
from provisioning import handing_out, passes
from tests.chain.processes import ROOT, command
from tests.provisioning import pages
from tests.provisioning.conftest import PASSWORD
from tests.provisioning.town import done, files, listed, pass_key, refused, run

CONTACT = ("--contact", "Gemeente Voorbeeld, 14 0000")
MAKE = ("provision", "pass", "make", "--record")


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[passes.NewPass]:
    """Every pass that a command makes."""
    kept: list[passes.NewPass] = []
    new_pass = passes.new_pass

    def keep(network):
        kept.append(new_pass(network))
        return kept[-1]

    monkeypatch.setattr(passes, "new_pass", keep)
    return kept


def secrets(text: str) -> Iterator[bytes]:
    """What would give the pass away: its code, the secret in it, and its key, as bytes and as people write bytes."""
    code = passcode.parse(text, 7)
    assert isinstance(code, passcode.StaticCode)
    yield text.encode()
    for raw in (bytes(code.secret), bytes(code.private_key())):
        yield from (raw, raw.hex().encode(), raw.hex().upper().encode(), base64.b64encode(raw).rstrip(b"="))


def in_clear(folder: Path, code: str) -> list[str]:
    """The files below the folder that give the pass away: in their bytes, in what is packed there, on their pages."""
    found = ((path.name, path.read_bytes()) for path in sorted(folder.rglob("*")) if path.is_file())
    return [name for name, content in found if code in pages.readable(content) or _has(content, code)]


def _has(content: bytes, code: str) -> bool:
    return any(secret in pages.streams(content) for secret in secrets(code))


def test_a_pass_has_the_address_of_its_code():
    made = passes.new_pass(7)
    assert address_of(pass_key(made, 7)) == made.address
    assert passes.new_pass(7).address != made.address
    assert made.code not in repr(made)


@pytest.mark.parametrize("form", handing_out.FORMS)
def test_the_folder_has_paper_that_only_the_password_opens(tmp_path: Path, record, made, letters_password, form):
    folder = tmp_path / "passes"
    answer = done(*MAKE, str(record), "--count", "12", "--folder", str(folder), "--form", form, *CONTACT)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert dict(files(folder)) == {f"{form}.pdf": 0o600, "passes.csv": 0o600}
    assert listed(folder) == answer["passes"] == [to_hex(one.address) for one in made]
    paper = (folder / f"{form}.pdf").read_bytes()
    assert pages.codes(paper, PASSWORD) == sorted(one.code for one in made)
    for wrong in ("", "fiets-wolk-een-tafel"):
        with pytest.raises(pages.Locked):
            pages.codes(paper, wrong)


def test_letters_have_a_second_code_where_the_page_for_phones_is_named(tmp_path, record, made, letters_password):
    folder, page = tmp_path / "passes", "https://portal.voorbeeld.example/pass/"
    done(*MAKE, str(record), "--count", "2", "--folder", str(folder), "--page", page, *CONTACT)
    paper = (folder / "letters.pdf").read_bytes()
    assert pages.codes(paper, PASSWORD) == sorted(one.code for one in made)
    assert pages.links(paper, PASSWORD) == sorted(f"{page}#{one.code}" for one in made)


WRONG_PAGES = {
    "no page": ("--page", "portal.voorbeeld.example"),
    "another page": ("--page", "https://portal.voorbeeld.example/shop/"),
    "with a question": ("--page", "https://portal.voorbeeld.example/pass/?a=1"),
    "too long": ("--page", f"https://{'w' * 80}/pass/"),
    "on cards": ("--form", "cards", "--page", "https://portal.voorbeeld.example/pass/"),
}


@pytest.mark.parametrize("words", WRONG_PAGES.values(), ids=WRONG_PAGES)
def test_a_page_that_no_phone_opens_is_refused(tmp_path, record, letters_password, words):
    folder = tmp_path / "passes"
    assert "--page" in refused(*MAKE, str(record), "--folder", str(folder), *words, *CONTACT)
    assert not folder.exists()


@pytest.mark.parametrize("form", handing_out.FORMS)
def test_f36_no_file_has_a_pass_in_clear(tmp_path: Path, record: Path, form):
    """Wherever the program may leave something: its folder, where it stands, its home, and for temporary files."""
    home = tmp_path / "home"
    home.mkdir()
    places = {"HOME": str(home), "TMPDIR": str(home), "XDG_CACHE_HOME": str(home)}
    words = command(*MAKE, str(record), "--count", "2", "--folder", "new", "--form", form, *CONTACT)
    environment = {**os.environ, **places, handing_out.PASSWORD_VARIABLE: PASSWORD}
    subprocess.run(words, cwd=tmp_path, env=environment, check=True, timeout=60, stdout=subprocess.DEVNULL)
    codes = pages.codes((tmp_path / "new" / f"{form}.pdf").read_bytes(), PASSWORD)
    assert len(codes) == 2
    assert [in_clear(tmp_path, code) for code in codes] == [[], []]


def test_the_search_for_passes_in_clear_finds_them(tmp_path: Path):
    from provisioning import paper

    one = passes.new_pass(7)
    for name, document in (
        ("code", one.code.encode()),
        ("secret", list(secrets(one.code))[1]),
        ("letter", paper.letters([one], "14 0000", None)),
        ("cards", paper.cards([one], "14 0000", None)),
    ):
        (tmp_path / name).write_bytes(document)
    assert sorted(in_clear(tmp_path, one.code)) == ["cards", "code", "letter", "secret"]
    assert in_clear(tmp_path, passes.new_pass(7).code) == []


def test_a_folder_that_is_there_is_refused(tmp_path: Path, record: Path, letters_password):
    assert "name a new one" in refused(*MAKE, str(record), "--folder", str(tmp_path), *CONTACT)


def test_what_is_printed_is_never_the_secret(tmp_path: Path, record: Path, made, letters_password):
    ended = run(*MAKE, str(record), "--count", "2", "--show")
    assert "█" in ended.out
    said = ended.out + ended.err + run(*MAKE, str(record), "--folder", str(tmp_path / "new"), "--json", *CONTACT).out
    assert len(made) == 3
    for one in made:
        assert to_hex(one.address) in said
        assert one.code not in said


def test_a_pass_that_nobody_would_see_is_refused(record: Path):
    assert "--folder" in refused(*MAKE, str(record))
    assert "give one of them" in refused(*MAKE, str(record), "--show", "--json")


@pytest.mark.parametrize(
    "contact", [(), ("--contact", " "), ("--contact", "0" * 61), ("--contact", "☎ 14 0000"), ("--contact", "a\nb")]
)
def test_paper_says_whom_to_call(tmp_path: Path, record: Path, letters_password, contact):
    assert "whom" in refused(*MAKE, str(record), "--folder", str(tmp_path / "new"), *contact)
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(("password", "words"), [("", "set KINDPAKKET_LETTERS_PASSWORD"), ("elfletters1", "12 char")])
def test_without_a_password_that_is_one_nothing_is_made(tmp_path: Path, record, made, monkeypatch, password, words):
    monkeypatch.setenv(handing_out.PASSWORD_VARIABLE, password)
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    assert words in refused(*MAKE, str(record), "--folder", str(tmp_path / "new"), *CONTACT)
    assert not (tmp_path / "new").exists()
    assert made == []


@pytest.mark.parametrize(("again", "status"), [(PASSWORD, 0), (PASSWORD + ".", 1)])
def test_the_password_is_asked_for_twice(tmp_path: Path, record, made, monkeypatch, again, status):
    answers = iter((PASSWORD, again))
    monkeypatch.delenv(handing_out.PASSWORD_VARIABLE, raising=False)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("getpass.getpass", lambda _: next(answers))
    ended = run(*MAKE, str(record), "--folder", str(tmp_path / "new"), *CONTACT)
    assert (ended.status, len(made)) == (status, 1 - status)
    assert PASSWORD not in ended.out + ended.err


def piped(record: Path, folder: Path, **to):
    words = command(*MAKE, str(record), "--count", "2", "--folder", str(folder), "--stdout", *CONTACT)
    return subprocess.run(words, cwd=ROOT, stderr=subprocess.PIPE, check=False, timeout=60, **to)


def test_a_pipe_gets_the_letters_and_the_disk_only_the_list(tmp_path: Path, record: Path):
    ended = piped(record, tmp_path / "new", stdout=subprocess.PIPE)
    assert ended.returncode == 0, ended.stderr
    assert [passcode.parse(code, 7) is not None for code in pages.codes(ended.stdout)] == [True, True]
    assert ended.stdout.rstrip().endswith(b"%%EOF")
    assert [name for name, _ in files(tmp_path / "new")] == ["passes.csv"]
    assert b"before you grant" in ended.stderr
    assert len(listed(tmp_path / "new")) == 2


def test_a_file_does_not_get_them(tmp_path: Path, record: Path):
    with (tmp_path / "letters.pdf").open("wb") as file:
        ended = piped(record, tmp_path / "new", stdout=file)
    assert (ended.returncode, (tmp_path / "letters.pdf").read_bytes()) == (1, b"")
    assert b"to a program only" in ended.stderr
    assert not (tmp_path / "new").exists()


def test_a_file_does_not_get_drawings_either(tmp_path: Path, record: Path):
    with (tmp_path / "drawn.txt").open("wb") as file:
        words = command(*MAKE, str(record), "--show")
        ended = subprocess.run(words, cwd=ROOT, stdout=file, stderr=subprocess.PIPE, check=False, timeout=60)
    assert (ended.returncode, (tmp_path / "drawn.txt").read_bytes()) == (1, b"")
    assert b"stdout is a file" in ended.stderr


def test_a_program_that_does_not_take_them_leaves_no_list_to_grant(tmp_path: Path, record: Path):
    reading, writing = os.pipe()
    os.close(reading)
    try:
        ended = piped(record, tmp_path / "new", stdout=writing)
    finally:
        os.close(writing)
    assert ended.returncode == 1
    assert b"make new passes" in ended.stderr
    assert list(files(tmp_path / "new")) == []
