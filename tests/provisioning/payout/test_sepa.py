"""What a European bank takes: each rule beside what breaks it, and beside whatever Hypothesis thinks of."""

import re
from datetime import date
from pathlib import Path

import pytest
import xmlschema
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.wire.errors import Broken
from provisioning.payout import sepa
from provisioning.payout.accounts import Account, read_accounts
from provisioning.payout.message import Line, Message, document
from provisioning.payout.rules import faults, require_rules
from tests.provisioning.payout.accounts import ACCOUNTS, PAYER, WRONG_DIGITS

SCHEMA = Path(__file__).parents[3].parent / "shared/data/iso20022/pain.001.001.09.xsd"
MARK = "2026-11.ABCDEF"


def message(*lines: Line) -> Message:
    return Message(MARK, 1_795_000_000, date(2026, 12, 1), Account.read(*PAYER), lines)


def line(shop: int = 3, cents: int = 1_250, holder: str = "shop-03", text: str = "programma 1 winkel 3") -> Line:
    return Line(f"{MARK}-1-{shop}", Account.read(holder, ACCOUNTS[0][1]), cents, text)


def rendered(*lines: Line) -> str:
    return document(message(*lines)).decode()


def test_the_file_is_the_same_each_time():
    assert rendered(line(), line(4)) == rendered(line(), line(4))


def test_the_schema_as_it_is_published_takes_the_file_and_no_other():
    if not SCHEMA.exists():
        pytest.skip("the ISO 20022 schemas are not beside this tree")
    schema = xmlschema.XMLSchema(str(SCHEMA))
    good = rendered(line(), line(4))
    schema.validate(good)
    assert not schema.is_valid(good.replace("<ChrgBr>SLEV</ChrgBr>", "<ChrgBr>FREE</ChrgBr>"))
    assert not schema.is_valid(good.replace("<PmtMtd>TRF</PmtMtd>", ""))


def test_rules_take_what_is_made():
    assert [*faults(rendered(line(), line(4)).encode())] == []


@pytest.mark.parametrize(
    ("was", "becomes", "says"),
    [
        ('Ccy="EUR"', 'Ccy="USD"', "not in euro"),
        (">12.50</InstdAmt>", ">12.505</InstdAmt>", "two decimals"),
        (">12.50</InstdAmt>", ">12.5</InstdAmt>", "two decimals"),
        (">12.50</InstdAmt>", ">0.00</InstdAmt>", "two decimals"),
        (">12.50</InstdAmt>", ">1000000000.00</InstdAmt>", "two decimals"),
        (">12.50</InstdAmt>", ">-12.50</InstdAmt>", "two decimals"),
        (">12.50</InstdAmt>", ">12.51</InstdAmt>", "control sum"),
        ("<CtrlSum>25.00</CtrlSum><InitgPty>", "<CtrlSum>25.01</CtrlSum><InitgPty>", "control sum"),
        ("<NbOfTxs>2</NbOfTxs><CtrlSum>25.00</CtrlSum><PmtTpInf>", "<NbOfTxs>3</NbOfTxs><PmtTpInf>", "number of pay"),
        ("<Nm>shop-03</Nm>", f"<Nm>{'x' * 71}</Nm>", "Nm is not"),
        ("<Nm>shop-03</Nm>", "<Nm></Nm>", "Nm is not"),
        ("<Nm>shop-03</Nm>", "<Nm>shöp</Nm>", "Nm is not"),
        ("<Nm>Gemeente Voorbeeld</Nm>", "<Nm>Gemeente_Voorbeeld</Nm>", "Nm is not"),
        ("NL02ABNA0123456789", "NL03ABNA0123456789", "IBAN is not"),
        ("NL02ABNA0123456789", "NL02 ABNA 0123 4567 89", "IBAN is not"),
        ("NL91ABNA0417164300", WRONG_DIGITS, "IBAN is not"),
        ("-1-4<", "-1-3<", "one end-to-end id"),
        ("-1-4<", f"-1-{'4' * 30}<", "EndToEndId is not"),
        ("-1-4<", "-1//4<", "EndToEndId is not"),
        ("-1-4<", "-1-4/<", "EndToEndId is not"),
        ("<MsgId>", "<MsgId>/", "MsgId is not"),
        ("programma 1 winkel 3", "x" * 141, "Ustrd is not"),
        ("programma 1 winkel 3", "", "Ustrd is not"),
        ("programma 1 winkel 3", "één", "Ustrd is not"),
        ("<Dt>2026-12-01</Dt>", "<Dt>2026-13-01</Dt>", "Dt is not"),
        ("<Dt>2026-12-01</Dt>", "", "Dt is not"),
        ("<ChrgBr>SLEV</ChrgBr>", "<ChrgBr>DEBT</ChrgBr>", "ChrgBr is not"),
        ("<Cd>SEPA</Cd>", "<Cd>URGP</Cd>", "Cd is not"),
        ("<Othr><Id>NOTPROVIDED</Id></Othr>", "", "Id is not"),
    ],
)
def test_each_rule_sees_what_breaks_it_and_tells_no_account(was, becomes, says):
    good = rendered(line(), line(4))
    assert was in good
    broken = good.replace(was, becomes, 1).encode()
    with pytest.raises(Broken, match=re.escape(says)) as refusal:
        require_rules(broken)
    assert "ABNA" not in str(refusal.value)
    assert "shop-03" not in str(refusal.value)


def test_a_file_without_payments_is_refused():
    with pytest.raises(Broken, match="no payment"):
        document(message())
    emptied = re.sub("<CdtTrfTxInf>.*</CdtTrfTxInf>", "", rendered(line()))
    assert "no payment" in [*faults(emptied.encode())]


@pytest.mark.parametrize("iban", [PAYER[1], *(iban for _, iban in ACCOUNTS), "nl91abna0417164300"])
def test_well_known_accounts_are_taken(iban):
    assert sepa.iban(iban) == iban.replace(" ", "").upper()


@pytest.mark.parametrize(
    ("iban", "says"),
    [
        (WRONG_DIGITS, "check digits"),
        ("NL91ABNA041716430", "has 18 signs"),
        ("NL91ABNA04171643000", "has 18 signs"),
        ("GB29NWBK60161331926819", "outside the EEA"),
        ("US00123456789", "outside the EEA"),
        ("", "no IBAN"),
        ("0417164300", "no IBAN"),
        ("NL91ABNA04171643O0", "check digits"),
        ("NL91-ABNA-0417-1643-00", "no IBAN"),
        ("NL\u0669\u0661ABNA0417164300", "no IBAN"),
    ],
)
def test_what_is_no_account_is_refused_without_saying_it(iban, says):
    with pytest.raises(ValueError, match=says) as refusal:
        sepa.iban(iban)
    assert "ABNA" not in str(refusal.value)


@given(st.integers(2, 17), st.integers(0, 9))
def test_every_mistyped_digit_of_an_account_is_seen(place, digit):
    good = "NL91ABNA0417164300"
    wrong = good[:place] + str(digit) + good[place + 1 :]
    if good[place].isdigit() and wrong != good:
        with pytest.raises(ValueError):
            sepa.iban(wrong)


@given(st.integers(8, 16))
def test_two_digits_that_changed_places_are_seen(place):
    good = "NL91ABNA0417164300"
    wrong = good[:place] + good[place + 1] + good[place] + good[place + 2 :]
    if wrong != good:
        with pytest.raises(ValueError):
            sepa.iban(wrong)


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("Winkel Eén & Zn.", "Winkel Een + Zn."),
        ("Müller Straße", "Muller Strasse"),
        ("D’Été_Çà", "D'Ete-Ca"),  # noqa: RUF001 -- as people type it
        ("Łódź Ørsted Æ", "Lodz Orsted AE"),
        ("  two   spaces ", "two spaces"),
        ("e\u0301e\u0301n", "een"),
    ],
)
def test_names_are_written_in_letters_that_banks_take(written, plain):
    assert sepa.name(written) == plain


@pytest.mark.parametrize("name", ["", "  ", "x" * 71, "Ж", "店", "a\nb", "a@b", "<b>", "a\x00b", "☃", "a\u202eb"])
def test_other_names_are_refused_and_never_cut(name):
    with pytest.raises(ValueError) as refusal:
        sepa.name(name)
    assert not name.strip() or name not in str(refusal.value)


@given(st.text(max_size=90))
def test_a_name_is_taken_whole_or_refused(name):
    try:
        found = sepa.name(name)
    except ValueError:
        return
    assert sepa.is_taken(found)
    assert 1 <= len(found) <= sepa.NAME_MAX
    assert sepa.name(found) == found


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.integers(1, sepa.CENTS_MAX), min_size=1, max_size=8),
    st.text(alphabet=st.characters(categories=["Lu", "Ll", "Nd"], max_codepoint=0x17F), min_size=1, max_size=40),
)
def test_whatever_the_amounts_and_names_the_file_holds(amounts, holder):
    try:
        sepa.name(holder)
    except ValueError:
        holder = "shop-03"
    lines = [line(shop, cents, holder) for shop, cents in enumerate(amounts, start=1)]
    content = rendered(*lines)
    assert [*faults(content.encode())] == []
    written = [int(each.replace(".", "")) for each in re.findall(r'<InstdAmt Ccy="EUR">([0-9.]+)<', content)]
    assert written == amounts


# The list


def read(folder: Path, text: str | bytes) -> dict[int, Account]:
    path = folder / "accounts.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return dict(read_accounts(path))


@pytest.mark.parametrize(
    "text",
    [
        "shop,holder,iban\n3,shop-03,NL02ABNA0123456789\n",
        "winkel;rekeninghouder;IBAN;e-mail\r\n3;shop-03;nl02 abna 0123 4567 89;x@example.org\r\n\r\n",
        "\ufeffiban\tnaam\tshop\nNL02ABNA0123456789\tshop-03\t3\n",
    ],
)
def test_a_list_is_what_a_spreadsheet_saves(tmp_path, text):
    assert read(tmp_path, text) == {3: Account("shop-03", "NL02ABNA0123456789")}


def test_a_list_of_western_europe_keeps_its_letters(tmp_path):
    found = read(tmp_path, "shop;holder;iban\n3;Eén Café;NL02ABNA0123456789".encode("cp1252"))
    assert found[3].holder == "Een Cafe"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "names the columns"),
        ("shop;iban\n", "names the columns"),
        ("shop;winkel;holder;iban\n", "names the columns"),
        ("shop;holder;iban\nx;shop-03;NL02ABNA0123456789", "line 2: no shop's number"),
        ("shop;holder;iban\n0;shop-03;NL02ABNA0123456789", "line 2: no shop's number"),
        ("shop;holder;iban\n3;shop-03", "line 2: shop 3: no IBAN"),
        ("shop;holder;iban\n3;;NL02ABNA0123456789", "line 2: shop 3: no name"),
        ("shop;holder;iban\n3;shop-03;NL03ABNA0123456789", "line 2: shop 3: the IBAN's check digits"),
        ("shop;holder;iban\n3;a;NL02ABNA0123456789\n3;b;NL02ABNA0123456789", "line 3: shop 3: it stands in line 2"),
        ('shop;holder;iban\n3;"shop-03;NL02ABNA0123456789', "no CSV near line"),
        ("shop;holder;iban\n3;a;NL02ABNA0123456789;more", "more cells"),
        (b"shop;holder;iban\n3;\x81;NL02ABNA0123456789", "save it as CSV UTF-8"),
    ],
)
def test_every_wrong_line_is_named_and_never_shown(tmp_path, text, says):
    with pytest.raises(Broken, match=says) as refusal:
        read(tmp_path, text)
    assert "0123456789" not in str(refusal.value)
    assert "shop-03" not in str(refusal.value)


def test_neither_name_nor_number_is_in_a_repr():
    assert repr(Account.read(*PAYER)) == "Account()"
    assert "ABNA" not in repr(message(line()))
