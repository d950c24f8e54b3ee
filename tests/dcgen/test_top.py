"""The words of `dcgen top`: others choose the names that it shows."""

import pytest

from dcgen.top import plain, wording
from engine.top.groups import group
from engine.top.samples import Mark, Member, Problem, Sample, Traffic

EVIL = "rng\x1b]0;gone\x07\n\u202e"


def test_names_cannot_steer_the_terminal() -> None:
    traffic = Traffic(EVIL, EVIL, EVIL)
    members = [
        Member(EVIL, EVIL, EVIL, role, EVIL, EVIL, traffic=traffic) for role in ("", "upstream")
    ]
    sample = Sample(
        at_s=0,
        file=EVIL,
        hosts=(EVIL, "other"),
        groups=(group(EVIL, members, None, None), group("x", [], None, None)),
        marks=(Mark(0, EVIL, EVIL, EVIL),),
        problems=(Problem(EVIL, EVIL),),
    )
    shown = [
        *plain.lines(sample, quiet=False),
        *(cell for row in plain.table(sample) for cell in row),
    ]

    assert [text for text in shown if not text.isprintable()] == []
    assert any("\\x1b" in text for text in shown)


@pytest.mark.parametrize(
    ("mark", "said"),
    [
        pytest.param(Mark(0, "rng", "scaled 1 → 3"), "rng scaled 1 → 3", id="a service"),
        pytest.param(Mark(0, "rng", "rng2 drained"), "rng2 drained", id="a replica"),
        pytest.param(
            Mark(0, "rng", "rng2 down", "tcp://node2:2375"), "node2: rng2 down", id="on a host"
        ),
        pytest.param(
            Mark(0, "", "does not answer", "tcp://node2:2375"), "node2 does not answer", id="a host"
        ),
    ],
)
def test_a_mark_is_a_sentence(mark: Mark, said: str) -> None:
    assert wording.mark(mark, ("tcp://node1:2375", "tcp://node2:2375")) == said


@pytest.mark.parametrize(
    ("number", "text"), [(None, "-"), (0, "0.0 B"), (1536, "1.5 KiB"), (3 * 2**30, "3.0 GiB")]
)
def test_memory_has_a_unit(number: int | None, text: str) -> None:
    assert wording.memory(number) == text
