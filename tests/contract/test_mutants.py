"""The mutants are what they say: their texts still stand in the sources, and the suite kills a known one."""

import pytest

from tests.contract.broken import MUTANTS, Mutant
from tests.contract.mutants import SUITE, killers


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_mutant_breaks_a_text_that_stands_once(mutant, tmp_path):
    mutant.write(tmp_path)
    assert mutant.first in SUITE


def test_there_are_many_of_them_and_each_is_another():
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS) >= 50
    assert len({(mutant.source, mutant.text, mutant.replacement) for mutant in MUTANTS}) == len(MUTANTS)


def test_a_text_that_is_gone_is_noticed(tmp_path):
    with pytest.raises(ValueError, match="stands 0 times"):
        Mutant("gone", "settlement", "no such line").write(tmp_path)


def test_the_suite_tells_a_broken_contract_from_a_whole_one():
    whole = Mutant("nothing is broken", "settlement", "@title Settlement\n", "@title Settlement\n", "halves")
    broken = next(mutant for mutant in MUTANTS if mutant.name == "a slice does not shrink")
    found = dict(killers([whole, broken], ["halves", "judging"]))
    assert found[whole] == ""
    assert found[broken].startswith("test_judging.py::test_f15")
