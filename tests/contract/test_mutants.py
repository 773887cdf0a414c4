"""The mutants are what they say: their texts still stand in the sources, and the suite kills a known one."""

import pytest

from tests.contract.mutants import MUTANTS, Mutant, killers


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_mutant_breaks_a_text_that_stands_once(mutant, tmp_path):
    mutant.write(tmp_path)


def test_a_text_that_is_gone_is_noticed(tmp_path):
    with pytest.raises(ValueError, match="stands 0 times"):
        Mutant("gone", "no such line").write(tmp_path)


def test_the_suite_tells_a_broken_contract_from_a_whole_one():
    whole = Mutant("nothing is broken", "@title Kindpakket\n", "@title Kindpakket\n")
    broken = next(mutant for mutant in MUTANTS if mutant.name == "a slice does not shrink")
    test = "test_judging.py::test_f15_a_short_budget_pays_what_it_has_and_the_slice_the_rest"
    assert dict(killers([whole, broken], [f"tests/contract/{test}"])) == {whole: "", broken: test}
