"""One host refuses connections and one takes them in silence: each command names both, and ends.

What the real `docker` says of such an address is tested; of the host that answers, a stand-in.
"""

import shutil
import socket
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from engine.hosts import WITHIN_S, Ended, Host
from tests.dcgen.test_changing_hosts import FAKE, FILE
from tests.dcgen.test_run import Run, calls, folder, put, run

__all__ = ["folder", "put", "run"]  # fixtures

REAL = shutil.which("docker")
NOT_GOOD = f"""
import os, sys
if "127.0.0.1" in os.environ.get("DOCKER_HOST", "") and sys.argv[1] != "compose":
    os.execv({REAL!r}, sys.argv)
"""
BALANCED = (
    "  web1: {image: web}\n"
    "  web: {image: haproxy, labels: {dcgen.role: balancer, dcgen.balances: 'web1:80'}}\n"
)
SILENT_S = 0.5
ALL = ("--hosts", "hosts.yml")

pytestmark = pytest.mark.skipif(not REAL, reason="no docker command")
_call = Host.call


def _waits_shortly(
    host: Host, command: Sequence[str], text: str = "", *, within_s: float = WITHIN_S
) -> Ended:
    return _call(host, command, text, within_s=SILENT_S if str(host) == "silent" else within_s)


@pytest.fixture(autouse=True)
def hosts(
    folder: Path, put: Callable[[str, str], None], monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """List three hosts: good, refusing, and silent, for which nothing waits long."""
    monkeypatch.setattr(Host, "call", _waits_shortly)
    put("docker", NOT_GOOD + FAKE)
    (folder / "compose.yml").write_text(FILE + BALANCED)
    (folder / "calls").touch()
    with socket.create_server(("127.0.0.1", 0)) as silent, socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # and does not listen: nobody else gets its port
        named = {"good": "one:1"}
        for name, one in (("refusing", closed), ("silent", silent)):
            named[name] = f"127.0.0.1:{one.getsockname()[1]}"
        lines = [f"  {name}: tcp://{address}\n" for name, address in named.items()]
        (folder / "hosts.yml").write_text("".join(["hosts:\n", *lines]))
        yield


REFUSING = "no Docker daemon answers at 'refusing' ("
SILENT = "no Docker daemon answers at 'silent' within "


@pytest.mark.parametrize(
    ("words", "verb"),
    [
        pytest.param(("up", "-d"), "started", id="up"),
        pytest.param(("restart", "once"), "restarted", id="restart"),
        pytest.param(("stop",), "stopped", id="stop"),
        pytest.param(("down",), "removed", id="down"),
    ],
)
def test_the_other_host_is_done_and_those_that_do_not_answer_are_named(
    folder: Path, run: Run, words: tuple[str, ...], verb: str
) -> None:
    result = run(*words, *ALL)

    assert result.exit_code == 3, result.output
    assert REFUSING in result.output
    assert SILENT in result.output
    assert result.stderr.splitlines()[-1] == f"1 {verb}, 2 failed on refusing, silent"
    done = [call for call in calls(folder) if words[0] in call]
    assert [call[0] for call in done] == ["tcp://one:1"]


def test_containers_of_the_other_host_are_listed(run: Run) -> None:
    result = run("ps", *ALL)

    assert result.exit_code == 3, result.output
    assert "shop-worker-10" in result.stdout
    assert "refusing: " in result.stderr
    assert "silent: " in result.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(("rollout", "web"), "nothing was changed on any host", id="rollout"),
        pytest.param(("exec", "refusing:once", "date"), REFUSING, id="exec, refused"),
        pytest.param(("exec", "silent:once", "date"), SILENT, id="exec, silent"),
        pytest.param(("drain", "refusing"), REFUSING, id="drain, refused"),
        pytest.param(("drain", "silent"), SILENT, id="drain, silent"),
    ],
)
def test_what_needs_the_host_is_refused_before_anything_is_changed(
    folder: Path, run: Run, words: tuple[str, ...], said: str
) -> None:
    result = run(words[0], *ALL, *words[1:])

    assert result.exit_code == 3, result.output
    assert said in result.stderr
    assert calls(folder) == []


@pytest.mark.parametrize("words", [("exec", "good:worker", "date"), ("drain", "good", "--yes")])
def test_what_needs_the_other_host_alone_asks_no_more(
    folder: Path, run: Run, words: tuple[str, ...]
) -> None:
    result = run(words[0], *ALL, *words[1:])

    assert "answers" not in result.stderr
    assert {call[0] for call in calls(folder)} == {"tcp://one:1"}
