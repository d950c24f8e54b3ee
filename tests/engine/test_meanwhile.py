"""What is done meanwhile: told when it is asked for, its error too, and over at the end."""

import threading

import pytest

from engine.events import Changed
from engine.live.meanwhile import meanwhile
from faults import HostError


def test_it_is_done_while_others_go_on_and_told_once() -> None:
    go_on = threading.Event()

    def act() -> list[Changed]:
        go_on.wait(60)
        return [Changed("web1-1", "removed")]

    with meanwhile() as ending:
        ending.begin(act)  # returns although it cannot be over
        go_on.set()
        told = list(ending.told())
        again = list(ending.told())

    assert told == [Changed("web1-1", "removed")]
    assert again == []


def test_its_error_comes_when_it_is_told() -> None:
    def act() -> list[Changed]:
        raise HostError("Docker does not answer", fix="start it")

    with meanwhile() as ending:
        ending.begin(act)
        with pytest.raises(HostError, match="does not answer"):
            list(ending.told())


def test_it_is_over_at_the_end_of_a_block_that_an_error_ends() -> None:
    go_on, done = threading.Event(), list[str]()

    def act() -> list[Changed]:
        go_on.wait(60)
        done.append("removed")
        return []

    def fail() -> None:
        with meanwhile() as ending:
            ending.begin(act)
            go_on.set()
            raise HostError("the next one does not start", fix="mend it")

    with pytest.raises(HostError):
        fail()
    assert done == ["removed"]
