"""Things that happen at random to the contract and to the model beside it.

They are mostly valid: random bytes would mostly try the first check. The dice are a `random.Random`, or hypothesis in
its place.
"""

from tests.contract.chance.settling import Chance

__all__ = ["Chance"]
