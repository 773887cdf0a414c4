import pytest

from contracts.wire.errors import Broken
from provisioning.portal.people import sealing
from provisioning.portal.people.models import Household, Particulars


def test_what_is_sealed_opens_for_its_purpose_alone():
    sealed = sealing.seal("child", b"family-01")
    assert sealing.unseal("child", sealed) == b"family-01"
    assert b"family-01" not in sealed
    with pytest.raises(Broken, match="does not open"):
        sealing.unseal("household", sealed)
    with pytest.raises(Broken, match="does not open"):
        sealing.unseal("child", sealed[:-1] + bytes([sealed[-1] ^ 1]))


def test_a_fingerprint_finds_what_is_written_otherwise_and_tells_purposes_apart():
    assert sealing.fingerprint("name", "José  de Vries") == sealing.fingerprint("name", "jose DE-VRIES")
    assert sealing.fingerprint("name", "1") != sealing.fingerprint("number", "1")
    assert sealing.fingerprint("name", "family-01") != sealing.fingerprint("name", "family-02")


@pytest.mark.parametrize(("one", "other"), [("محمد", "فاطمة"), ("Ивана", "Петар"), ("明", "华")])
def test_names_in_any_script_are_told_apart(one, other):
    assert sealing.fingerprint("name", one) != sealing.fingerprint("name", other)
    assert sealing.fingerprint("name", f" {one}") == sealing.fingerprint("name", one)


@pytest.mark.django_db
def test_a_household_is_found_by_its_number_and_is_nowhere_readable():
    Household.of(Particulars("family-01", number="0001")).save()
    found = Household.objects.get(by_number=sealing.fingerprint("number", "0001"))
    assert found.who == Particulars("family-01", number="0001")
    assert "family-01" not in repr(found.who)
