"""A list is what a spreadsheet saves: every wrong line is named, and then nothing of it counts."""

from pathlib import Path

import pytest

from contracts.wire.errors import Broken
from contracts.wire.units import Address, Cents
from provisioning.csv_text import FAULTS_SHOWN
from provisioning.grant_list import Line, read_list

A, B = "0x" + "0a" * 20, "0x" + "0b" * 20
LINES = [Line(Address(b"\x0a" * 20), Cents(300_00)), Line(Address(b"\x0b" * 20), Cents(12_50))]


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "list.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


@pytest.mark.parametrize(
    "text",
    [
        f"pass,amount\n{A},\n{B},12.50\n",
        f"pas;bedrag\r\n{A};300\r\n{B};12,50\r\n",
        f"\ufeffNaam;Pas;Bedrag\n\u00e9\u00e9n;{A};\n\n;;\ntwee;{B}; 12,50 \n",
        f'amount\tnote\tpass\n"300,00"\t"a\tb"\t{A}\n12,50\t\t{B}',
        f'number,pass,amount\n1,{A}\n2,{B},"12,50"\n',
    ],
)
def test_what_a_spreadsheet_saves_is_read(tmp_path: Path, text):
    assert read_list(written(tmp_path, text), Cents(300_00)).lines == LINES


def test_names_are_not_read_in_any_encoding(tmp_path: Path):
    found = read_list(written(tmp_path, f"Naam;pas\n\u00e9\u00e9n;{A}\n".encode("latin-1")), Cents(300_00))
    assert (found.lines, found.unread) == (LINES[:1], ["naam"])


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("0x12;1,00", "line 3"),
        (f"{B};1.5", "an amount is written as"),
        (f"{B};0", "more than nothing"),
        (f"{B};-5", "an amount is written as"),
        (f"{B};1.000,00", "an amount is written as"),
        (f"{B};1,00;2,00", "more cells"),
        (f"{B};", "no --amount"),
        (f"{B}", "no --amount"),
        (";1,00", "line 3"),
        (f"0x{'00' * 20};1,00", "zeros"),
        (f"{A};1,00", f"{A} stands in line 2 already"),
        (f"{A.upper().replace('X', 'x')};1,00", f"{A} stands in line 2 already"),
    ],
)
def test_a_wrong_line_is_named_and_nothing_is_granted(tmp_path: Path, line, why):
    path = written(tmp_path, f"pass;amount\n{A};1,00\n{line}\n")
    with pytest.raises(Broken, match=why) as refusal:
        read_list(path, None)
    assert "line 3" in str(refusal.value)
    assert str(refusal.value).endswith("nothing was granted")


def test_half_an_amount_is_not_taken_for_a_whole_one(tmp_path: Path):
    """Where commas part the columns, `12,50` without quotes is twelve, and fifty in the column behind it."""
    path = written(tmp_path, f"pass,amount,note\n{A},12,50\n")
    with pytest.raises(Broken, match="half an amount"):
        read_list(path, None)


def test_every_wrong_line_is_named_up_to_a_few(tmp_path: Path):
    path = written(tmp_path, "pass\n" + "x\n" * (FAULTS_SHOWN + 2))
    with pytest.raises(Broken) as refusal:
        read_list(path, Cents(1))
    assert str(refusal.value).count("line ") == FAULTS_SHOWN
    assert "and 2 more lines" in str(refusal.value)


@pytest.mark.parametrize("header", ["", "\n", f"{A}\n", "name;amount\n", "pass;pas\n", "pass;amount;bedrag\n"])
def test_columns_that_are_not_clear_are_refused(tmp_path: Path, header):
    with pytest.raises(Broken, match=r"no column|same"):
        read_list(written(tmp_path, f"{header}{A};1,00\n"), Cents(1))


def test_what_is_no_csv_is_refused(tmp_path: Path):
    with pytest.raises(Broken, match="no CSV"):
        read_list(written(tmp_path, f'pass\n"{A}" "\n'), Cents(1))


def test_a_missing_list_is_refused(tmp_path: Path):
    with pytest.raises(Broken, match="cannot be read"):
        read_list(tmp_path / "none", Cents(1))
