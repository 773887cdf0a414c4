"""The contract with one thing broken, in each of these ways; every one of them must be noticed (mutants.py)."""

from tests.contract.broken.asking import ASKS, PHONES
from tests.contract.broken.judging import DAYS, PAYMENTS, SEGMENTS
from tests.contract.broken.money import OTHERS
from tests.contract.broken.mutant import Mutant
from tests.contract.broken.ordering import ORDERS
from tests.contract.broken.people import PASSES, PEOPLE
from tests.contract.broken.refunding import REFUNDS, RETIREMENTS

MUTANTS: tuple[Mutant, ...] = (
    *(SEGMENTS + PAYMENTS + DAYS + PHONES + ASKS),
    *(REFUNDS + RETIREMENTS + PASSES + PEOPLE + OTHERS + ORDERS),
)

__all__ = ["MUTANTS", "Mutant"]
