"""An approval goes before a snapshot's next chunk, however quickly that one comes back."""

import threading

import pytest

from terminal.store.turns import Turns

ROUNDS = 200


def test_who_is_urgent_goes_first_each_time():
    turns, order, holding = Turns(), [], threading.Barrier(2, timeout=20)

    def patient():
        for _ in range(ROUNDS):
            with turns.patient():
                holding.wait()
                while not turns._urgent:  # until the other one has asked for its turn
                    pass
            with turns.patient():
                order.append("patient")

    thread = threading.Thread(target=patient)
    thread.start()
    for _ in range(ROUNDS):
        holding.wait()
        with turns.urgent():
            order.append("urgent")
    thread.join(20)
    assert order == ["urgent", "patient"] * ROUNDS


def test_a_turn_that_fails_is_given_back():
    turns = Turns()
    for turn in (turns.urgent, turns.patient):
        with pytest.raises(ZeroDivisionError), turn():
            _ = 1 // 0
    with turns.patient():
        assert turns._urgent == 0


def test_all_who_are_patient_go_on_after_an_urgent_turn():
    """A snapshot's page and a day that is being closed wait side by side."""
    turns, asleep, done = Turns(), threading.Semaphore(0), threading.Semaphore(0)
    wait_for = turns._free.wait_for

    def watched(predicate):
        asleep.release()
        return wait_for(predicate)

    turns._free.wait_for = watched  # type: ignore[assignment, method-assign]

    def patient():
        with turns.patient():
            done.release()

    turns._urgent += 1  # somebody is about to take the next turn
    threads = [threading.Thread(target=patient, daemon=True) for _ in range(2)]
    for thread in threads:
        thread.start()
    for _ in threads:
        assert asleep.acquire(timeout=20)
    turns._urgent -= 1
    with turns.urgent():
        pass
    assert all(done.acquire(timeout=20) for _ in threads)
