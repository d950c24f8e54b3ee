"""What a program says on standard error is shown and heard, on a terminal and elsewhere."""

import os
import pty
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from dcgen.attached import overheard
from tests.lab.waiting import until

CHECKOUT = Path(__file__).parents[2]
SAYS = "import sys; sys.stderr.write('one\\ntwo'); sys.exit(3)"
SIZE = "import os, sys; print(os.isatty(2), tuple(os.get_terminal_size(2)), file=sys.stderr)"
ON_A_TERMINAL = dedent(
    f"""
    import subprocess, sys
    from dcgen.attached import overheard
    heard = []
    with overheard(heard.append) as stderr:
        subprocess.run([sys.executable, "-c", {SIZE!r}], stderr=stderr, check=True)
    print(heard)
    """
)


def test_lines_are_shown_and_heard(capfd: pytest.CaptureFixture[str]) -> None:
    heard: list[str] = []
    with overheard(heard.append) as stderr:
        code = subprocess.run([sys.executable, "-c", SAYS], stderr=stderr, check=False).returncode

    assert code == 3
    assert heard == ["one", "two"]
    assert capfd.readouterr().err == "one\ntwo"


def test_on_a_terminal_the_program_has_one_of_the_same_size() -> None:
    near, far = pty.openpty()
    subprocess.run(["stty", "cols", "77", "rows", "33"], stdin=far, check=True)
    run = subprocess.run(
        [sys.executable, "-c", ON_A_TERMINAL],
        stdout=subprocess.PIPE,
        stderr=far,
        cwd=CHECKOUT,
        check=True,
        text=True,
    )
    os.close(far)
    shown = os.read(near, 1000)
    os.close(near)

    assert run.stdout == "['True (77, 33)', '']\n"
    assert shown == b"True (77, 33)\r\n"


def test_what_the_program_leaves_running_holds_nothing_up(tmp_path: Path) -> None:
    done = tmp_path / "done"
    leaves = f"(while ! test -e {done}; do sleep 0.05; done; echo late >&2) & echo now >&2"
    heard: list[str] = []
    with overheard(heard.append) as stderr:
        subprocess.run(["sh", "-c", leaves], stderr=stderr, check=True)
    before = list(heard)
    done.touch()

    assert before == ["now"]
    until(lambda: "late" in heard, "what it says later is heard")
