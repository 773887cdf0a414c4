from datetime import date

import pytest

from provisioning.portal.deciding import social_list
from provisioning.portal.deciding.social_list import Fault, Row, UnreadableError

TODAY = date(2026, 11, 27)
HEAD = "nummer;naam;adres;postcode;kind;geboren"


def read(*lines: str, head: str = HEAD):
    return list(social_list.read("\r\n".join([head, *lines]).encode(), TODAY))


def test_a_list_in_dutch_is_read_with_its_line_numbers():
    found = read(
        "0001;family-01;Street 1;9801ab;child-01;2018-03-04", "", "0002;family-02;Street 2;9801 AC;child-02;4-3-2019"
    )
    assert found == [
        Row(2, "0001", "family-01", "Street 1", "9801AB", "child-01", "2018-03-04"),
        Row(4, "0002", "family-02", "Street 2", "9801AC", "child-02", "2019-03-04"),
    ]
    assert "family-01" not in repr(found)


def test_columns_may_stand_in_any_order_in_english_beside_others_and_between_commas():
    head = "born,child,language,secret,postcode,address,name,number,phone"
    (row,) = read('2018-03-04,child-01,English,x,9801AB,"Street 1, back",family-01,0001,0501', head=head)
    assert row == Row(
        2, "0001", "family-01", "Street 1, back", "9801AB", "child-01", "2018-03-04", phone="0501", language="en"
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_a_spreadsheets_own_ways_of_writing_are_read(encoding):
    line = "0001;José;Street 1;9801AB;Zoë;04/03/2018"
    (row,) = social_list.read(f"{HEAD}\r\n{line}\r\n".encode(encoding), TODAY)
    assert isinstance(row, Row)
    assert (row.name, row.child) == ("José", "Zoë")


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (";family-01;Street 1;9801AB;child-01;2018-03-04", "no_number"),
        ("1;;Street 1;9801AB;child-01;2018-03-04", "no_name"),
        ("1;family-01;Street 1;9801AB;;2018-03-04", "no_child"),
        ("1;family-01;Street 1;9801AB;child-01", "no_born"),
        ("1;family-01;Street 1;0801AB;child-01;2018-03-04", "postcode"),
        ("1;family-01;Street 1;9801AB;child-01;2018-02-30", "born"),
        ("1;family-01;Street 1;9801AB;child-01;4 maart", "born"),
        ("1;family-01;Street 1;9801AB;child-01;2026-11-28", "born_when"),
        ("1;family-01;Street 1;9801AB;child-01;1980-11-28", "born_when"),
        (f"1;{'a' * 71};Street 1;9801AB;child-01;2018-03-04", "too_long"),
        ("1;family\x07;Street 1;9801AB;child-01;2018-03-04", "signs"),
        ("1;family-01;Street 1;9801AB;child-01;2018-03-04;more", "cells"),
    ],
)
def test_a_faulty_line_says_what_is_wrong_and_hinders_no_other(line, code):
    good = "2;family-02;Street 2;9801AB;child-02;2026-11-27"
    fault, row = read(line, good)
    assert fault == Fault(2, code)
    assert isinstance(row, Row)


@pytest.mark.parametrize(
    ("content", "code", "about"),
    [
        (b"", "no_column", "number"),
        (b"nummer;naam;adres;postcode;kind\r\n", "no_column", "born"),
        (f"{HEAD};number\r\n".encode(), "column_twice", "number"),
        (f"{HEAD}\r\n".encode(), "empty", ""),
        (f'{HEAD}\r\n1;"open'.encode(), "no_csv", ""),
        (b"%PDF-1.7\x81\x8d", "no_text", ""),
        (b"a" * (social_list.BYTES_MAX + 1), "too_large", ""),
        ((HEAD + "\n1" * (social_list.ROWS_MAX + 1)).encode(), "too_many", ""),
    ],
)
def test_what_is_no_such_list_is_refused_whole(content, code, about):
    with pytest.raises(UnreadableError) as refusal:
        social_list.read(content, TODAY)
    assert (refusal.value.code, refusal.value.about) == (code, about)
