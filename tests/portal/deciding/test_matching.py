from provisioning.portal.deciding.matching import Candidate, Here, Kind, KnownChild, Outcome, outcomes
from provisioning.portal.deciding.social_list import Fault, Row


def one(
    line: int, number: str = "1", child: str = "a", born: str = "2018-01-01", worth: int | str = 100, name: str = "f"
):
    row = Row(line, number, name, "Street 1", "9801AB", child, born)
    return Candidate(row, number.encode(), f"{child} {born}".encode(), worth)


def known(child: str = "a", born: str = "2018-01-01", household: int = 7, budget: bool = False):
    return KnownChild(household, f"{child} {born}".encode(), born, budget)


def match(*lines: Candidate | Fault, children: tuple[KnownChild, ...] = (), **here):
    return list(outcomes(lines, Here(households={b"1": 7}, children=children, **here)))


def test_new_and_known_children_get_what_the_rules_give():
    found = match(one(2), one(3, "9", "b"), children=(known(),))
    assert found == [Outcome(2, Kind.KNOWN, cents=100), Outcome(3, Kind.NEW, cents=100)]


def test_nobody_gets_twice():
    assert match(one(2), children=(known(budget=True),)) == [Outcome(2, Kind.DUPLICATE, "budget", 7)]
    assert match(one(2), one(3, "9"))[1] == Outcome(3, Kind.DUPLICATE, "twice", 2)
    assert match(one(2), children=(known(household=8),)) == [Outcome(2, Kind.DUPLICATE, "elsewhere", 8)]
    assert match(one(2), applications={b"a 2018-01-01": 5}) == [Outcome(2, Kind.DUPLICATE, "applied", 5)]


def test_a_child_that_may_be_spelt_otherwise_is_left_for_a_person_and_twins_are_not():
    assert match(one(2, child="b"), children=(known("a"),)) == [Outcome(2, Kind.DUPLICATE, "alike", 7)]
    twins = match(one(2, child="a"), one(3, child="b"), children=(known("a"),))
    assert [each.kind for each in twins] == [Kind.KNOWN, Kind.NEW]
    assert match(one(2, child="b", born="2019-01-01"), children=(known("a"),))[0].kind is Kind.NEW
    assert match(one(2, "9", child="b"), children=(known("a"),))[0].kind is Kind.NEW


def test_faults_and_rules_are_told_apart():
    found = match(Fault(2, "born"), one(3, worth="old"), one(4, child="b", name="another"))
    assert found == [
        Outcome(2, Kind.FAULTY, "born"),
        Outcome(3, Kind.OUTSIDE, "old"),
        Outcome(4, Kind.FAULTY, "number_differs", 3),
    ]
