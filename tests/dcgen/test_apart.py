"""Work that is tidied up although its caller is killed: real processes, and real signals."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.lab.waiting import until

SCRIPT = """
import sys, time
from pathlib import Path
from dcgen.provider.apart import apart

def work():
    try:
        print("begun", flush=True)
        time.sleep(60)
    finally:
        Path(sys.argv[1]).write_text("tidied up")
    return 0

sys.exit(apart(work))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells when a parent ends")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_work_is_tidied_up_when_its_caller_ends(tmp_path: Path, number: signal.Signals) -> None:
    mark = tmp_path / "mark"
    command = [sys.executable, "-c", SCRIPT, str(mark)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as front:
        assert front.stdout
        assert front.stdout.readline() == "begun\n"
        os.kill(front.pid, number)
        code = front.wait(60)
        until(lambda: mark.exists() and mark.read_text() == "tidied up", "the work is tidied up")

    assert code == (-number if number == signal.SIGKILL else 130)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells when a parent ends")
def test_ctrl_c_of_the_terminal_and_then_of_compose_lets_it_tidy_up(tmp_path: Path) -> None:
    mark, going = tmp_path / "mark", tmp_path / "going"
    slow = SCRIPT.replace(
        "finally:\n", f"finally:\n        open({str(going)!r}, 'w'); time.sleep(1)\n"
    )
    command = [sys.executable, "-c", slow, str(mark)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as front:
        assert front.stdout
        assert front.stdout.readline() == "begun\n"
        os.kill(front.pid, signal.SIGINT)
        until(going.exists, "it tidies up")
        front.kill()
        until(lambda: mark.exists() and mark.read_text() == "tidied up", "the work is tidied up")


@pytest.mark.parametrize(("body", "code"), [("return 7", 7), ("raise ValueError('a bug')", 1)])
def test_its_exit_code_is_that_of_the_work(body: str, code: int) -> None:
    script = f"import sys\nfrom dcgen.provider.apart import apart\ndef work():\n    {body}\n"
    command = [sys.executable, "-c", f"{script}sys.exit(apart(work))"]

    ended = subprocess.run(command, capture_output=True, text=True, check=False)

    assert ended.returncode == code
    assert ("ValueError: a bug" in ended.stderr) == (code == 1)
