"""Events become lines: what processes say on stdout, every other word on stderr."""

import sys
from collections.abc import Callable
from contextlib import ExitStack

import click
import pytest
from click.testing import CliRunner, Result

from dcgen.progress import Progress, summary_text
from engine.events import (
    AllReady,
    Counted,
    Event,
    Exited,
    Failed,
    Line,
    Published,
    Ready,
    Restarting,
    Silent,
    Started,
    Stopped,
    Stopping,
    Summary,
)
from engine.hosts import DEFAULT_HOST, Host
from engine.streams import HostDone, HostLine
from engine.underway import Underway
from tests.engine.terminal import Terminal


@pytest.fixture
def shown() -> Callable[..., Result]:
    def show(*events: Event, quiet: bool = False, logs: bool = True, hosts: bool = False) -> Result:
        @click.command()
        def command() -> None:
            progress = Progress(quiet=quiet, logs=logs, verb="started")
            for event in events:
                progress.show(event)
            if hosts:
                progress.count_hosts()

        return CliRunner().invoke(command)

    return show


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        pytest.param(Started("rng", 7), "", id="a start is no news"),
        pytest.param(Ready("rng", 0.1), "", id="one that is ready is no news"),
        pytest.param(AllReady(3, 0.84, 3), "3 processes are ready after 0.8 s\n", id="all ready"),
        pytest.param(AllReady(2, 1, 3), "2 of 3 processes are ready after 1.0 s\n", id="not all"),
        pytest.param(
            Silent("rng-1", "127.0.0.1:80", 20.1),
            "rng-1: nothing listens on 127.0.0.1:80 after 20 s: does it read HOST and PORT?\n",
            id="silent",
        ),
        pytest.param(
            Stopped(2, 0.1, (), {"rng-1": 137}),
            "2 processes stopped in 0.1 s; exited before: rng-1 with code 137\n",
            id="some had ended",
        ),
        pytest.param(
            Published("web", 80, "127.0.0.1:81", "http://127.0.0.1:81"),
            "web: http://127.0.0.1:81 (port 80)\n",
            id="a published port is a URL",
        ),
        pytest.param(
            Published("web", 80, "0.0.0.0:81", "http://127.0.0.1:81"),
            "web: http://127.0.0.1:81 (port 80, listening on 0.0.0.0:81)\n",
            id="one that others reach says so",
        ),
        pytest.param(Exited("rng-1", 137), "rng-1 exited with code 137\n", id="killed"),
        pytest.param(Restarting("rng", 2, 0.2), "rng: restart 2, in 0.2 s\n", id="restart"),
        pytest.param(Stopping("interrupted"), "stopping: interrupted\n", id="stopping"),
        pytest.param(Stopped(3, 0.21), "3 processes stopped in 0.2 s\n", id="stopped"),
        pytest.param(
            Stopped(3, 1.5, ("a", "b")), "3 processes stopped in 1.5 s; killed: a, b\n", id="killed"
        ),
        pytest.param(Counted(80, 9.96), "80 done, 10.0/s\n", id="speed"),
        pytest.param(Underway(DEFAULT_HOST, "web Pulling"), "web Pulling\n", id="a pull"),
        pytest.param(Underway(DEFAULT_HOST, "c6a8 1MB", lasting=False), "", id="a part of a pull"),
        pytest.param(Underway(DEFAULT_HOST, ""), "", id="the end of a pull"),
        pytest.param(
            Underway(Host("tcp://node1:1"), "web Pulling"),
            "tcp://node1:1: web Pulling\n",
            id="a pull there",
        ),
    ],
)
def test_an_event_is_one_line_on_stderr(
    event: Event, expected: str, shown: Callable[..., Result]
) -> None:
    result = shown(event)

    assert (result.stdout, result.stderr) == ("", expected)


def test_lines_stand_in_one_column_on_stdout(shown: Callable[..., Result]) -> None:
    result = shown(Line("worker-10", "x"), Line("rng", "y"))

    assert (result.stdout, result.stderr) == ("worker-10 | x\nrng       | y\n", "")


def test_lines_can_be_left_out(shown: Callable[..., Result]) -> None:
    assert shown(Line("rng", "y"), logs=False).output == ""


def test_quiet_says_failures_only(shown: Callable[..., Result]) -> None:
    result = shown(AllReady(3, 1, 3), Counted(1, 1), Stopping("x"), Failed("rng", "it"), quiet=True)

    assert result.stderr == "rng: it\n"


def test_quiet_says_nothing_of_a_pull(shown: Callable[..., Result]) -> None:
    assert shown(Underway(DEFAULT_HOST, "web Pulling"), quiet=True).stderr == ""


_SHOWING = """
from dcgen.progress import Progress
from engine.events import Changed
from engine.hosts import DEFAULT_HOST
from engine.underway import Underway
progress = Progress(quiet=QUIET)
for text in ("web Pulling", "c6a83fedfae6 " + 100 * "=", ""):
    progress.show(Underway(DEFAULT_HOST, text, lasting=False))
progress.show(Underway(DEFAULT_HOST, "#7 RUN pip"))
progress.show(Changed("web-1", "healthy"))
"""


def test_on_a_terminal_one_line_says_what_goes_on_and_is_cleared() -> None:
    with ExitStack() as cleanup:
        program = _SHOWING.replace("QUIET", "False")
        terminal = Terminal.start(sys.executable, "-c", program, cleanup=cleanup)
        terminal.end()

    line = "\r\x1b[K"
    assert terminal.said.split(line) == [
        "",
        "web Pulling",
        f"c6a83fedfae6 {46 * '='}",  # one column less than the terminal has
        "",
        "#7 RUN pip",
        "web-1: healthy\r\n",
    ]


def test_on_a_terminal_quiet_says_nothing() -> None:
    with ExitStack() as cleanup:
        program = _SHOWING.replace("QUIET", "True") + "print('end')"
        terminal = Terminal.start(sys.executable, "-c", program, cleanup=cleanup)
        terminal.end()

    assert terminal.said == "end\r\n"


def test_in_a_pipe_the_speed_is_said_every_fifth_time(shown: Callable[..., Result]) -> None:
    result = shown(*(Counted(n, 1) for n in range(11)))

    assert result.stderr == "0 done, 1.0/s\n5 done, 1.0/s\n10 done, 1.0/s\n"


def test_the_last_line_counts_hosts(shown: Callable[..., Result]) -> None:
    one, two = Host("one"), Host("two")
    result = shown(
        HostLine(one, "x"), HostDone(one, 0, 1), HostDone(two, 7, 1), quiet=True, hosts=True
    )

    assert result.stdout == "one | x\n"
    assert result.stderr.splitlines() == [
        "two: failed with exit code 7",
        "1 started, 1 failed on two",
    ]


def test_a_summary_says_units_restarts_and_shares() -> None:
    summary = Summary(
        seconds=20,
        processes=17,
        restarts={"rng1": 2},
        requests={"rng": {"rng1": 1, "rng2": 3}},
        units=580,
        units_per_s=29.04,
        window_s=17,
    )

    assert summary_text(summary).splitlines() == [
        "20.0 s, 17 processes, 2 restarts",
        "  rng1: restarted 2 times",
        "units: 580, 29.0/s over the last 17.0 s",
        "rng: rng1 1 (25.0%), rng2 3 (75.0%)",
    ]
