"""What the services of a run by `dcgen up` say: shown, kept, followed and forgotten."""

import os
import pty
import re
import signal
import subprocess
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path
from urllib.request import urlopen

import pytest

from .commands import DCGEN, Up, alive, dcgen

Build = Callable[..., Path]
pytestmark = pytest.mark.usefixtures("home", "haproxy")


def test_logs_shows_what_one_service_said_also_after_the_end(up: Up) -> None:
    url = up.wait_for("http://").split()[1]
    up.wait_for("ready")
    for _ in range(2):
        urlopen(f"{url}/seen", timeout=60).close()
    up.end(signal.SIGINT)
    shown = dcgen("logs", "web1", "-f", str(up.file), "--engine", "process").stdout

    assert shown == "web1-1 | served /seen\n"


@pytest.mark.parametrize("follow", ["--follow", "-f"])
def test_logs_can_be_followed_until_the_end(up: Up, cleanup: ExitStack, follow: str) -> None:
    url = up.wait_for("http://").split()[1]
    up.wait_for("ready")
    command = [*DCGEN, "logs", "-f", str(up.file), follow, "web1"]
    follower = cleanup.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
    cleanup.callback(follower.kill)
    urlopen(f"{url}/seen", timeout=60).close()
    assert follower.stdout
    first = follower.stdout.readline()
    up.end(signal.SIGINT)

    assert "served /seen" in first
    assert follower.wait(timeout=60) == 0


def test_down_forgets_the_log(up: Up) -> None:
    up.wait_for("ready")
    removed = dcgen("down", "-f", str(up.file))
    shown = dcgen("logs", "-f", str(up.file), "--engine", "process")

    assert removed.returncode == 0
    assert (shown.returncode, "there is no log" in shown.stderr) == (3, True)


def test_lines_carry_the_name_and_in_a_pipe_no_colour(up: Up) -> None:
    url = up.wait_for("http://").split()[1]
    up.wait_for("ready")
    for _ in range(2):
        urlopen(f"{url}/seen", timeout=60).close()
    up.end(signal.SIGINT)

    assert {"web1-1 | served /seen", "web2-1 | served /seen"} <= set(up.said)
    assert "\x1b" not in "".join(up.said)


@pytest.mark.parametrize(
    ("no_color", "escapes"),
    [pytest.param("", 2, id="one colour each"), pytest.param("1", 0, id="NO_COLOR")],
)
def test_on_a_terminal_names_have_colours_unless_unwanted(
    no_color: str, escapes: int, file: Path, build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", no_color)
    build("says", "print('hello')", port=None)
    file.write_text("services:\n  one: {build: says}\n  two: {build: says}\n")
    ours, theirs = pty.openpty()
    command = [*DCGEN, "up", "-f", str(file), "--engine", "process"]
    subprocess.run(command, stdout=theirs, stderr=subprocess.DEVNULL, check=True, timeout=60)
    os.close(theirs)
    with os.fdopen(ours, "rb", buffering=0) as terminal:
        shown = terminal.read(4096).decode()

    assert len(set(re.findall(r"\x1b\[3\dm", shown))) == escapes


def test_nobody_reading_the_logs_ends_the_run_in_order(file: Path, cleanup: ExitStack) -> None:
    up = Up.start(file, cleanup=cleanup)
    assert up.popen.stdout
    up.popen.stdout.close()
    url = up.wait_for("http://").split()[1]
    up.wait_for("ready")
    pids = up.pids()
    # What the service logs of it ends the run, on a busy machine before the answer is there.
    with suppress(OSError):
        urlopen(url, timeout=60).close()
    up.wait_for("stdout was closed")

    assert up.popen.wait(timeout=60) == 0
    assert alive(pids) == []
