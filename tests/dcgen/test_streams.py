"""Closed and full streams, a deleted folder and an early Ctrl-C: one line each, no traceback."""

import os
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.engine.commands import DCGEN

WEB = "services:\n  web: {image: nginx, ports: ['80:80']}\n"


def run(folder: Path, *words: str, first: Callable[[], None] = lambda: None, **streams: int) -> str:
    """Return the exit code and the messages of ``dcgen WORDS`` as one text."""
    (folder / "compose.yml").write_text(WEB)
    ended = subprocess.run(
        [*DCGEN, *words],
        cwd=folder,
        check=False,
        text=True,
        timeout=60,
        preexec_fn=first,
        **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **streams},
    )
    return f"{ended.returncode} {ended.stderr or ''}"


def test_a_closed_stdout_is_an_error_if_something_is_printed(tmp_path: Path) -> None:
    said = run(tmp_path, "scale", "web", "2", "-o", "-", "-q", first=lambda: os.close(1))

    assert said == (
        "3 cannot write to standard output: Bad file descriptor\n"
        "  fix: leave standard input and output open\n"
    )


def test_a_closed_stdout_does_not_matter_if_nothing_is_printed(tmp_path: Path) -> None:
    said = run(tmp_path, "scale", "web", "2", "-q", first=lambda: os.close(1))

    assert said == "0 "
    assert "web2" in (tmp_path / "generated.yml").read_text()


def test_a_closed_stdin_is_an_error_if_it_is_read(tmp_path: Path) -> None:
    said = run(tmp_path, "scale", "web", "2", "-f", "-", first=lambda: os.close(0))

    assert said.startswith("3 <stdin>: cannot read the file: Bad file descriptor\n  fix: ")
    assert said.endswith("fix: give a file with `-f FILE`\n")


@pytest.mark.parametrize("name", ["stdout", "stderr"])
def test_no_file_gets_the_number_of_a_closed_stream(name: str, tmp_path: Path) -> None:
    number = ("stdin", "stdout", "stderr").index(name)
    run(tmp_path, "scale", "web", "2", first=lambda: os.close(number))
    expected = (tmp_path / "generated.yml").read_text()
    run(tmp_path, "scale", "web", "2")

    assert (tmp_path / "generated.yml").read_text() == expected


@pytest.mark.parametrize("words", [("--version",), ("scale", "web", "2", "-o", "-", "-q")])
def test_a_full_disk_behind_stdout_is_one_line(words: tuple[str, ...], tmp_path: Path) -> None:
    with open("/dev/full", "w") as full:  # noqa: PTH123 - a device
        said = run(tmp_path, *words, stdout=full.fileno())

    assert said == (
        "3 cannot write to standard output: No space left on device\n"
        "  fix: free space on that disk, or use another one\n"
    )


def test_messages_that_cannot_be_said_keep_nothing_from_being_done(tmp_path: Path) -> None:
    with open("/dev/full", "w") as full:  # noqa: PTH123 - a device
        said = run(tmp_path, "scale", "web", "2", stderr=full.fileno())

    assert said == "0 "
    assert "web2" in (tmp_path / "generated.yml").read_text()


def test_a_deleted_folder_is_said(tmp_path: Path) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    said = run(folder, "scale", "web", "2", first=lambda: shutil.rmtree(folder))

    assert said == (
        "3 the folder in which dcgen runs was deleted\n  fix: change to another one: cd\n"
    )


def test_an_early_ctrl_c_ends_it_without_a_word_of_ours() -> None:
    source = (
        "import os, signal, sys\n"
        "class Finder:\n"
        "    def find_spec(name, *rest):\n"
        "        if name == 'click':\n"
        "            os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.meta_path.insert(0, Finder)\n"
        "import dcgen.start\n"
        "dcgen.start.main()\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", source], capture_output=True, timeout=60, check=False
    )

    assert (ended.returncode, ended.stderr) == (-signal.SIGINT, b"")


def test_a_ctrl_c_that_the_caller_ignores_is_ignored() -> None:
    def first() -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)

    source = "import os, signal; from dcgen.start import main; os.kill(os.getpid(), 2); main()"
    ended = subprocess.run(
        [sys.executable, "-c", source, "--version"], preexec_fn=first, timeout=60, check=False
    )

    assert ended.returncode == 0


@pytest.fixture
def talks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a file whose one service prints a line again and again."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    source = "import time\nwhile True:\n    print('word' * 100, flush=True)\n    time.sleep(0.02)\n"
    (tmp_path / "talks").mkdir()
    (tmp_path / "talks/main.py").write_text(source)
    (tmp_path / "talks/Dockerfile").write_text('FROM python\nCMD ["python", "main.py"]\n')
    file = tmp_path / "talks.yml"
    file.write_text("services:\n  talks: {build: talks}\n")
    return file


def test_a_run_goes_on_where_the_disk_of_its_log_is_full(talks: Path) -> None:
    limit = 2000

    def first() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    words = ("up", "-f", talks.name, "--engine", "process", "--for", "4", "--no-logs")
    said = run(talks.parent, *words, first=first)

    assert said.startswith("0 ")
    assert said.count("the log of this run is not whole: File too large: '") == 1
    assert "stopping: 4 s are over" in said


def test_a_run_goes_on_where_its_logs_cannot_be_shown(talks: Path) -> None:
    words = ("up", "-f", talks.name, "--engine", "process", "--for", "4")
    with open("/dev/full", "w") as full:  # noqa: PTH123 - a device
        said = run(talks.parent, *words, stdout=full.fileno())

    assert said.startswith("3 ")
    assert said.count("the logs are no longer shown, the run continues: No space left") == 1
    assert "stopping: 4 s are over" in said
