"""Several hosts are looked at together, and one that hangs hides no other."""

import threading
from contextlib import ExitStack

import pytest

from engine.top.looking import Looking
from engine.top.samples import Seen
from faults import HostError


class Steady:
    """A host that answers, or fails as it is told, once it may."""

    def __init__(self, host: str, error: BaseException | None = None) -> None:
        self.host, self.error, self.looks = host, error, 0
        self.may = threading.Event()
        self.may.set()

    def look(self) -> Seen:
        self.looks += 1
        self.may.wait()
        if self.error:
            raise self.error
        return Seen(self.host, float(self.looks), ())

    def close(self) -> None:
        self.may.set()


def test_every_host_answers_for_itself() -> None:
    away = HostError("no Docker daemon answers", fix="start it")
    found = Looking([Steady("a"), Steady("b", away), Steady("c")]).look()

    assert [source.host for source, _ in found] == ["a", "b", "c"]
    assert [answer for _, answer in found] == [Seen("a", 1.0, ()), away, Seen("c", 1.0, ())]


def test_a_host_that_hangs_is_said_and_not_asked_twice(cleanup: ExitStack) -> None:
    quick, slow = Steady("quick"), Steady("slow")
    cleanup.callback(slow.close)
    slow.may.clear()
    looking = Looking([quick, slow], within_s=0.2)
    late = [looking.look()[1][1] for _ in range(2)]
    slow.may.set()
    patient = Looking([quick, slow])
    answer = patient.look()[1][1]

    assert [str(one) for one in late if isinstance(one, HostError)] == [str(late[0])] * 2
    assert "no answer within 0.2 s" in str(late[0])
    assert (quick.looks, slow.looks) == (3, 2)
    assert isinstance(answer, Seen)


def test_a_fault_of_ours_is_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError):
        Looking([Steady("a", ZeroDivisionError())]).look()
