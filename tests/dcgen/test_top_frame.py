"""What is drawn on a terminal, without one."""

import pytest

from dcgen.top.braille import Window, ceiling, graph
from dcgen.top.frame import frame
from dcgen.top.history import History
from dcgen.top.keyboard import keys
from dcgen.top.rows import SORTS, Sort, columns, rows
from dcgen.top.view import View
from engine.top.groups import group
from engine.top.samples import Group, Mark, Member, Sample, Traffic

HOSTS = ("tcp://node1:2375", "tcp://node2:2375")


def _traffic(per_s: float, status: str = "UP") -> Traffic:
    return Traffic(status, "L4OK", "192.0.2.7:80", latency_ms=100, per_s=per_s)


def _rng(*statuses: str, host: str = "") -> Group:
    replicas = [
        Member(host, "rng", f"rng{n}", "replica", traffic=_traffic(10 * n, status), cpu_percent=1)
        for n, status in enumerate(statuses, 1)
    ]
    return group("rng", [Member(host, "rng", "rng-1", "balancer"), *replicas], 0, 10.0)


WORKER = group("worker", [Member("", "worker", "worker-1", units_per_s=7.5)], None, None)
HASHER = group("hasher", [Member("", "hasher", "hasher-1", cpu_percent=3)], None, None)


def _sample(at_s: float = 1000.0, *groups: Group, hosts: tuple[str, ...] = ("",)) -> Sample:
    return Sample(at_s, "generated.yml", hosts, groups or (_rng("UP", "DOWN"), WORKER, HASHER))


def _drawn(history: History, view: View | None = None, size: tuple[int, int] = (60, 30)) -> str:
    return "\n".join(line.plain for line in frame(history, view or View(), size))


def _history(*samples: Sample) -> History:
    history = History()
    for sample in samples or (_sample(),):
        history.add(sample)
    return history


@pytest.mark.parametrize("size", [(60, 24), (80, 24), (200, 60), (24, 8), (10, 3), (1, 1)])
@pytest.mark.parametrize("mode", ["table", "filter", "help"])
def test_a_frame_fills_the_terminal_and_no_more(size: tuple[int, int], mode: str) -> None:
    history = _history(*(_sample(1000.0 + n) for n in range(9)))
    view = View(mode=mode)  # type: ignore[arg-type]  # the literals come from the line above
    lines = frame(history, view, size)

    assert len(lines) == size[1]
    assert [line.plain for line in lines if line.cell_len > size[0]] == []


def test_sixty_columns_show_what_a_balancer_counts() -> None:
    text = _drawn(_history())
    head = next(line for line in text.splitlines() if line.startswith("SERVICE"))

    assert head.split() == ["SERVICE", "HEALTH", "QUEUE", "REQ/S", "LATENCY", "UNITS/S"]
    assert ["rng2", "DOWN", "L4OK", "0", "20.0"] in [line.split()[:5] for line in text.splitlines()]
    assert ["worker", "running"] in [line.split()[:2] for line in text.splitlines()]


def test_the_graph_begins_with_counted_work_and_turns_to_others() -> None:
    history = _history()
    view = View()
    titles = []
    for _ in range(3):
        titles.append(_drawn(history, view).splitlines()[1])
        view.press("right")

    assert titles == ["worker  7.5 units/s", "rng  30.0 requests/s  limit 10.0 ┈┈", titles[0]]


def test_marks_are_said_below_the_graph_and_drawn_in_it() -> None:
    mark = Mark(1000.0, "rng", "scaled 1 → 3")
    sample = Sample(1000.0, "generated.yml", ("",), (_rng("UP"),), (mark,))
    text = _drawn(_history(_sample(990.0, _rng("UP")), sample, _sample(1040.0, _rng("UP"))))

    assert "rng scaled 1 → 3" in text
    assert _drawn(_history(_sample(990.0), _sample(1300.0))).count("▲") == 0


def test_what_is_wrong_is_red_and_said() -> None:
    lines = frame(_history(), View(), (60, 30))
    red = [line.plain for line in lines if any(str(span.style) == "red" for span in line.spans)]

    assert [line.split()[0] for line in red] == ["rng", "rng2"]


@pytest.mark.parametrize(
    ("sort", "names"),
    [
        ("file", ["rng", "rng-1", "rng1", "rng2", "worker", "hasher"]),
        ("name", ["hasher", "rng", "rng-1", "rng1", "rng2", "worker"]),
        ("requests", ["rng", "rng2", "rng1", "rng-1", "hasher", "worker"]),
        ("CPU", ["hasher", "rng", "rng1", "rng2", "rng-1", "worker"]),
    ],
)
def test_rows_are_sorted_within_their_service(sort: Sort, names: list[str]) -> None:
    found = rows(_sample(), sort=sort)

    assert sort in SORTS
    assert [row.member.name if row.member else row.group.name for row in found] == names


@pytest.mark.parametrize(
    ("words", "names"),
    [
        pytest.param("rng2", ["rng", "rng2"], id="a replica, with its service"),
        pytest.param("rng", ["rng", "rng-1", "rng1", "rng2"], id="a service, with its replicas"),
        pytest.param("x", [], id="none"),
    ],
)
def test_a_filter_looks_at_names(words: str, names: list[str]) -> None:
    found = rows(_sample(), words=words)

    assert [row.member.name if row.member else row.group.name for row in found] == names


def test_hosts_are_told_apart_where_there_are_several() -> None:
    text = _drawn(_history(_sample(1000.0, _rng("UP", host=HOSTS[1]), hosts=HOSTS)))

    assert "2 hosts" in text
    assert ["rng1", "node2", "UP"] in [line.split()[:3] for line in text.splitlines()]
    assert [column.title for column in columns(60, HOSTS)][:3] == ["SERVICE", "HOST", "HEALTH"]


def test_scrolling_ends_at_the_last_row() -> None:
    view = View()
    history = _history()
    for _ in range(50):
        view.press("down")
    last = _drawn(history, view, (60, 8)).splitlines()
    view.press("home")

    assert last[-2].startswith("hasher")
    assert view.first == 0


def test_a_steady_speed_is_one_straight_line() -> None:
    lines = graph([(n, 5.0) for n in range(11)], (5, 2), Window(0, 10, 10))

    assert lines == [[("⣀⣀⣀⣀⣀", "line")], [("     ", "")]]


def test_a_gap_is_not_drawn_over() -> None:
    (line,) = graph([(0, 0.0), (2, 0.0), (4, None), (8, 0.0), (9, 0.0)], (5, 1), Window(0, 9, 1))

    assert line == [("⣀⡀", "line"), ("  ", ""), ("⣀", "line")]


def test_the_limit_is_dotted_from_its_moment_on() -> None:
    (line,) = graph([], (4, 1), Window(0, 7, 1), limits=[(2, 0.0)])

    assert line == [(" ", ""), ("⢀", "limit"), (" ", ""), ("⡀", "limit")]


@pytest.mark.parametrize(
    ("largest", "top"), [(0, 1), (0.03, 0.03), (1, 1), (9.1, 10), (11, 15), (29.8, 30), (31, 40)]
)
def test_an_axis_ends_with_a_round_number(largest: float, top: float) -> None:
    assert ceiling(largest) == pytest.approx(top)


@pytest.mark.parametrize(
    ("sent", "found"),
    [
        pytest.param("q", ["q"], id="a letter"),
        pytest.param("\x1b[A\x1bOB", ["up", "down"], id="arrows in both modes"),
        pytest.param("\x1b[5~\x1b[6~", ["page up", "page down"], id="pages"),
        pytest.param("\x1b", ["escape"], id="Esc alone"),
        pytest.param("\x1b[1;5Cx", ["x"], id="what nobody knows is left out"),
        pytest.param("\x1b[", [], id="half of it"),
        pytest.param("ä\r\x7f", ["ä", "enter", "backspace"], id="typing"),
        pytest.param("\x00\x01", [], id="control characters"),
    ],
)
def test_keys_are_read(sent: str, found: list[str]) -> None:
    assert keys(sent) == found
