"""`restart`, `exec` and `drain` on hosts: which one is meant, and what is refused."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.dcgen.test_run import Run, calls, folder, put, run

__all__ = ["folder", "put", "run"]  # fixtures

# Its containers have a volume; what is called and not answered here is written down.
FAKE = r"""
import json, os, sys
words = sys.argv[1:]
host = os.environ.get("DOCKER_HOST", "")
listing = words[0] == "ps" and any("oneoff" in word for word in words)
if words[0] == "version":
    sys.exit("cannot connect") if "down" in host else print("28.0 1.51 linux")
elif words[:2] == ["compose", "version"]:
    print("2.30.0")
elif listing and "empty" not in host:
    for number in (1, 2, 10):
        print(f"\tworker\t\t\tshop-worker-{number}\trunning\tUp\t\tworker")
    print("\tonce\t\t\tshop-once-1\texited\tExited (0)\t\tonce")
elif words[0] == "inspect":
    mount = {"Type": "volume", "Name": "shop_data", "Destination": "/data"}
    print(json.dumps([{"Name": "/shop-worker-1", "Mounts": [mount]}]))
elif words[0] in ("images", "import", "create", "ps"):
    pass
else:
    with open(os.environ["CALLS"], "a") as calls:
        calls.write(json.dumps([host, *words]) + "\n")
    sys.exit(7 if words[0] == "exec" else 0)
"""
FILE = "name: shop\nservices:\n  worker: {image: worker}\n  once: {image: once}\n"
HOSTS = "hosts:\n  node1: tcp://one:1\n  node2: tcp://two:1\n  node3: tcp://empty:1\n"
BOTH = ("--hosts", "hosts.yml", "--host", "node1", "--host", "node2")


@pytest.fixture(autouse=True)
def compose(folder: Path, put: Callable[[str, str], None]) -> None:
    put("docker", FAKE)
    (folder / "compose.yml").write_text(FILE)
    (folder / "hosts.yml").write_text(HOSTS)
    (folder / "calls").touch()


def test_containers_are_restarted_on_each_host(folder: Path, run: Run) -> None:
    result = run("restart", *BOTH, "worker")

    assert result.exit_code == 0
    assert sorted(calls(folder)) == [
        [url, "compose", "-f", "compose.yml", "restart", "worker"]
        for url in ("tcp://one:1", "tcp://two:1")
    ]
    assert result.stderr.splitlines()[-1] == "2 restarted"


def test_a_balanced_service_is_restarted_with_its_replicas(folder: Path, run: Run) -> None:
    balanced = """\
  worker1: {image: worker}
  worker: {image: haproxy, labels: {dcgen.role: balancer, dcgen.balances: "worker1:80"}}
"""
    (folder / "more.yml").write_text(f"name: shop\nservices:\n{balanced}")
    run("restart", "-f", "more.yml", "--host", "tcp://one:1", "worker")

    words = ["compose", "-f", "more.yml", "restart", "worker", "worker1"]
    assert calls(folder) == [["tcp://one:1", *words]]


@pytest.mark.parametrize(
    ("where", "host", "name"),
    [
        pytest.param("node2:worker", "tcp://two:1", "shop-worker-1", id="a name of the list"),
        pytest.param("tcp://two:1:worker", "tcp://two:1", "shop-worker-1", id="its address"),
        pytest.param("node1:worker-10", "tcp://one:1", "shop-worker-10", id="one replica"),
    ],
)
def test_a_command_runs_in_the_container_that_is_named(
    folder: Path, run: Run, where: str, host: str, name: str
) -> None:
    result = run("exec", *BOTH, where, "ls", "-l", "--host")

    assert result.exit_code == 7  # its own
    assert calls(folder) == [[host, "exec", "--interactive", name, "ls", "-l", "--host"]]


def test_a_host_needs_no_list_to_be_named(folder: Path, run: Run) -> None:
    run("exec", "tcp://far:1:worker-2", "date")

    assert calls(folder) == [["tcp://far:1", "exec", "--interactive", "shop-worker-2", "date"]]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        pytest.param(
            ("exec", *BOTH, "worker", "date"),
            2,
            "2 hosts are given, and a command runs on one\n  fix: name it: node1:worker\n",
            id="no host of several",
        ),
        pytest.param(
            ("exec", *BOTH, "node5:worker", "date"),
            2,
            "'node5' is none of the hosts\n  fix: did you mean 'node2'?\n",
            id="a host that is not there",
        ),
        pytest.param(
            ("exec", *BOTH, "node1:", "date"),
            2,
            "'node1:' is not HOST:SERVICE\n  fix: write it as node1:service\n",
            id="no service",
        ),
        pytest.param(
            ("exec", *BOTH, "node1:wroker", "date"),
            1,
            "compose.yml: no service named 'wroker'\n  fix: did you mean 'worker'?\n",
            id="a service that is not there",
        ),
        pytest.param(
            ("exec", *BOTH, "node1:worker-3", "date"),
            3,
            "no container of 'worker-3' runs on 'node1'\n",
            id="a replica that is not there",
        ),
        pytest.param(
            ("exec", *BOTH, "node1:once", "date"),
            3,
            "no container of 'once' runs on 'node1'\n",
            id="a container that has ended",
        ),
        pytest.param(
            ("exec", "--engine", "process", "worker", "date"), 2, "no container", id="a process"
        ),
        pytest.param(("restart", "--engine", "process"), 2, "dcgen stop, then", id="processes"),
        pytest.param(
            ("restart", "wroker", *BOTH), 1, "no service named 'wroker'", id="no such service"
        ),
        pytest.param(
            ("drain", "node5", "--hosts", "hosts.yml"), 2, "'node5' is none", id="no such host"
        ),
        pytest.param(
            ("drain", "node1", "--engine", "process"), 2, "dcgen stop", id="drain of processes"
        ),
        pytest.param(("drain", "tcp://down:1"), 3, "no Docker daemon answers", id="a host is down"),
    ],
)
def test_what_cannot_be_done_is_refused_and_nothing_is_changed(
    folder: Path, run: Run, words: tuple[str, ...], code: int, said: str
) -> None:
    result = run(*words)

    assert said in result.stderr
    assert result.exit_code == code
    assert calls(folder) == []


def test_a_host_whose_containers_keep_data_is_not_drained_without_being_asked(
    folder: Path, run: Run
) -> None:
    result = run("drain", "node1", "--hosts", "hosts.yml")

    assert result.exit_code == 2
    assert "shop-worker-1: volume shop_data (/data)" in result.stderr
    assert "--yes" in result.stderr
    assert calls(folder) == []


def test_only_the_host_that_is_drained_is_changed(folder: Path, run: Run) -> None:
    result = run("drain", "node2", "--yes", "--hosts", "hosts.yml")

    assert result.exit_code == 0, result.output
    assert {call[0] for call in calls(folder)} == {"tcp://two:1"}
    assert ["tcp://two:1", "compose", "-f", "compose.yml", "stop"] in calls(folder)
    assert "node2: 3 containers stopped; other hosts were not changed" in result.stderr


def test_a_host_on_which_nothing_runs_is_drained(folder: Path, run: Run) -> None:
    result = run("drain", "node3", "--hosts", "hosts.yml")

    assert result.exit_code == 0
    assert result.stderr == "nothing of 'shop' runs on 'node3'\n"
    assert calls(folder) == []
