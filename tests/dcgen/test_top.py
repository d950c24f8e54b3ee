"""The words of `dcgen top`: others choose the names that it shows."""

import pytest

from dcgen.top import plain, wording
from dcgen.top.content import news, snapshot
from dcgen.top.frame import frame
from dcgen.top.history import History
from dcgen.top.view import View
from engine.top.groups import group
from engine.top.samples import Mark, Member, Problem, Sample, Traffic

EVIL = "rng\x1b]0;gone\x07\n\u202e"


def _evil() -> Sample:
    traffic = Traffic(EVIL, EVIL, EVIL)
    members = [
        Member(EVIL, EVIL, EVIL, role, EVIL, EVIL, traffic=traffic) for role in ("", "upstream")
    ]
    return Sample(
        at_s=0,
        file=EVIL,
        hosts=(EVIL, "other"),
        groups=(group(EVIL, members, None, None), group("x", [], None, None)),
        marks=(Mark(0, EVIL, EVIL, EVIL),),
        problems=(Problem(EVIL, EVIL),),
    )


def test_names_cannot_steer_a_terminal() -> None:
    sample, history = _evil(), History()
    history.add(sample)
    lines = plain.lines(sample, quiet=False)
    cells = [cell for row in plain.table(sample) for cell in row]
    drawn = [line.plain for line in frame(history, View(words=EVIL), (200, 40))]
    drawn += [line.plain for line in frame(history, View(), (200, 40))]
    shown = [*lines, *cells, *drawn]

    assert [text for text in shown if not text.isprintable()] == []
    assert sum("\\x1b" in text for text in drawn) > 3


def test_names_reach_the_page_as_they_are_seen_on_a_terminal() -> None:
    history = History()
    history.add(_evil())
    texts: list[str] = []

    def collect(value: object) -> None:
        if isinstance(value, dict):
            texts.extend(value)
            value = list(value.values())
        for one in value if isinstance(value, list) else ():
            collect(one)
        texts.extend([value] if isinstance(value, str) else [])

    collect([snapshot(history), news(history)])

    assert any("\\x1b" in text for text in texts)
    assert [text for text in texts if not text.isprintable()] == []


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
