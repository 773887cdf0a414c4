"""Families that are known here."""

from provisioning.portal.people import sealing
from provisioning.portal.people.models import Child, ChildParticulars, Household, Particulars


def known(name="family-07", number="0007", children=(), **more):
    household = Household.of(Particulars(name, "Street 7", "9801AB", number=number), **more)
    household.save()
    for child, born in children:
        Child.of(household, ChildParticulars(child, born)).save()
    return household


def by_number(number):
    return Household.objects.get(by_number=sealing.fingerprint("number", number))
