"""`dcgen top` on a terminal: what a key does, and a terminal that is as it was afterwards."""

import os
import signal
import sys
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest

from tests.engine.commands import DCGEN
from tests.engine.terminal import Terminal

ENTER_SCREEN, LEAVE_SCREEN, SHOW_CURSOR = "\x1b[?1049h", "\x1b[?1049l", "\x1b[?25h"
RAISES = "from dcgen.top.terminal import show\ndef bad():\n    yield 1 / 0\nshow(bad())"


@pytest.fixture
def start(cleanup: ExitStack) -> Callable[..., Terminal]:
    return partial(Terminal.start, cleanup=cleanup)


@pytest.fixture
def top(start: Callable[..., Terminal], tmp_path: Path) -> Terminal:
    """Show a variant that does not run, and return once the screen is there."""
    file = tmp_path / "compose.yml"
    file.write_text("services:\n  rng: {image: app}\n  hasher: {image: app}\n")
    words = ("top", "--engine", "process", "--interval", "0.5", "-f", str(file))
    terminal = start(*DCGEN, *words)
    terminal.wait_for(ENTER_SCREEN)
    terminal.wait_for("hasher")
    return terminal


def _is_restored(terminal: Terminal) -> bool:
    last = terminal.said
    return LEAVE_SCREEN in last and SHOW_CURSOR in last and terminal.modes == terminal.before


def test_q_ends_it(top: Terminal) -> None:
    assert top.modes != top.before
    top.press("q")

    assert top.end() == 0
    assert _is_restored(top)


def test_ctrl_c_ends_it(top: Terminal) -> None:
    top.press("\x03")

    assert top.end() == 130
    assert _is_restored(top)
    assert "Traceback" not in top.said


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it(top: Terminal, number: signal.Signals) -> None:
    top.popen.send_signal(number)

    assert top.end() == 130
    assert _is_restored(top)
    assert "Traceback" not in top.said


def test_a_fault_of_ours_is_seen_on_a_terminal_as_it_was(start: Callable[..., Terminal]) -> None:
    terminal = start(sys.executable, "-c", RAISES)

    assert terminal.end() == 1
    assert _is_restored(terminal)
    assert "ZeroDivisionError" in terminal.said.partition(LEAVE_SCREEN)[2]


def test_ctrl_z_gives_the_terminal_back_until_it_goes_on(top: Terminal) -> None:
    top.press("\x1a")
    top.wait_for(LEAVE_SCREEN)
    pid, status = os.waitpid(top.popen.pid, os.WUNTRACED)
    assert (pid, os.WIFSTOPPED(status)) == (top.popen.pid, True)
    assert top.modes == top.before
    top.popen.send_signal(signal.SIGCONT)
    top.wait_for(ENTER_SCREEN)
    top.wait_for("hasher")
    top.press("q")

    assert top.end() == 0


def test_keys_filter_and_help(top: Terminal) -> None:
    top.press("/rn")
    top.wait_for("/rn")
    top.press("\x7f\x7fzz")
    top.wait_for("no service is called like 'zz'")
    top.press("\x1b")
    top.wait_for("hasher")
    top.press("?")
    top.wait_for("this help")
    top.press("x")
    top.wait_for("hasher")
    top.press("s")
    top.wait_for("sort: name")
    top.press("q")

    assert top.end() == 0


def test_a_terminal_that_can_do_nothing_gets_lines(
    start: Callable[..., Terminal], tmp_path: Path
) -> None:
    file = tmp_path / "compose.yml"
    file.write_text("services:\n  rng: {image: app}\n")
    words = ("env", "TERM=dumb", *DCGEN, "top", "--engine", "process", "--interval", "0.5")
    terminal = start(*words, "-f", str(file))
    terminal.wait_for("rng 0/0")
    terminal.wait_for("rng 0/0")
    terminal.press("\x03")

    assert terminal.end() == 130
    assert "\x1b" not in terminal.said
