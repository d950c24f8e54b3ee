"""The lab itself: what the other tests take for granted about their hosts."""

import os
import shutil
import signal
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.e2e.sources import repetition
from tests.lab import bases, network, record
from tests.lab.commands import CommandError, run
from tests.lab.lab import CHECKOUT, Lab, sweep
from tests.lab.waiting import until

pytestmark = pytest.mark.e2e


def _run_at_random(lab: Lab, host: str, cleanup: ExitStack, words: str) -> str:
    engine = lab.engine(host)
    container = engine.docker(f"run --detach {words}").strip()
    cleanup.callback(engine.docker, f"rm --force --volumes {container}")
    return container


def test_hosts_are_different_engines_with_different_names(lab: Lab) -> None:
    hosts = ["node1", "node2", "node3"]
    told = [lab.engine(host).docker("info --format '{{.ID}} {{.Name}}'").split() for host in hosts]

    assert len({engine for engine, _ in told}) == 3
    assert [name for _, name in told] == hosts


def test_a_host_does_not_see_the_checkout(lab: Lab) -> None:
    # A folder, because Docker makes what a bind mount names and the host does not have.
    listing = f"run --rm --volume {CHECKOUT / 'dcgen'}:/there:ro redis ls /there"

    assert lab.engine("node1").docker(listing) == ""
    assert "cli.py" in lab.engine("local").docker(listing)


def test_nothing_leaves_a_host(lab: Lab) -> None:
    # TEST-NET-3 (RFC 5737): nobody's address, so that a fault here would harm nobody.
    dial = "python -c \"import socket; socket.create_connection(('203.0.113.1', 80), 20)\""

    with pytest.raises(CommandError, match="No route to host"):
        lab.engine("node1").docker(f"run --rm --network host {bases.python()} {dial}")


def test_a_cut_host_hears_no_other_until_the_link_is_restored(lab: Lab) -> None:
    with ExitStack() as cleanup:
        _run_at_random(lab, "node1", cleanup, "--name door --publish 8080:6379 redis")
        address = lab.engine("node1").address
        ping = f"run --rm redis timeout 2 redis-cli -h {address} -p 8080 ping"
        node2 = lab.engine("node2")

        def pong() -> bool:
            try:
                return "PONG" in node2.docker(ping)
            except CommandError:
                return False

        until(pong, "node2 reaches node1")
        cleanup.callback(lab.restore, "node2")
        lab.cut("node2")
        heard_while_cut = pong()
        lab.restore("node2")

        assert not heard_while_cut
        until(pong, "node2 reaches node1 again")


def test_containers_that_always_restart_are_back_after_a_power_cut(lab: Lab) -> None:
    with ExitStack() as cleanup:
        container = _run_at_random(lab, "node3", cleanup, "--restart always redis")
        running = f"inspect --format {{{{.State.Running}}}} {container}"

        lab.crash("node3")
        lab.start("node3")

        until(lambda: "true" in lab.engine("node3").docker(running), "the container runs again")


def test_a_second_lab_beside_this_one_takes_nothing_of_it(lab: Lab) -> None:
    with ExitStack() as cleanup:
        other = Lab.create()
        cleanup.callback(other.down)
        other.add_hosts(["node1"])

        assert other.state.subnet != lab.state.subnet
        assert other.engine("node1").images() == set()
        assert lab.engine("node1").images()


def test_a_lab_can_use_an_engine_that_somebody_else_runs(lab: Lab) -> None:
    theirs = lab.engine("node3")

    with ExitStack() as cleanup:
        guest = Lab.create(engine=theirs.url)
        # Not `down`, which removes the images that another lab has there.
        cleanup.callback(shutil.rmtree, guest.folder)
        cleanup.callback(network.tear_down, guest.state.id)
        guest.add_hosts(["local"])
        used = guest.engine("local").docker("info --format {{.Name}}").strip()

    assert used == "node3"
    assert guest.hosts() == ["local"]
    assert guest.state.daemons == {}


@pytest.mark.usefixtures("lab")
def test_down_leaves_the_machine_as_it_was() -> None:
    before = _machine()

    other = Lab.create()
    other.add_hosts(["local", "node1"])
    other.down()

    assert _machine() == before
    assert not other.folder.exists()


@pytest.mark.usefixtures("lab")
@pytest.mark.parametrize("ending", [signal.SIGKILL, pytest.param(signal.SIGSEGV, marks=repetition)])
def test_the_next_run_removes_what_a_dead_one_left(ending: signal.Signals) -> None:
    before = _machine()
    script = (
        "import os; from tests.lab.lab import Lab; made = Lab.create();"
        "made.add_hosts(['node1']); print(made.state.id, flush=True);"
        f"os.kill(os.getpid(), {int(ending)})"
    )
    dead = subprocess.run(
        [sys.executable, "-c", script], cwd=CHECKOUT, capture_output=True, text=True, check=False
    )
    left = dead.stdout.strip()

    assert network.namespaces(left)
    assert left in sweep()
    assert _machine() == before
    assert record.RUNS / left not in record.folders()


def _machine() -> dict[str, list[str]]:
    # What a lab could leave behind. Processes are named, because their ids differ.
    daemons = [
        command.read_bytes().split(b"\0")[0].decode()
        for command in Path("/proc").glob("[0-9]*/cmdline")
        if os.access(command, os.R_OK)
    ]
    return {
        "daemons": sorted(name for name in daemons if Path(name).name in {"dockerd", "containerd"}),
        "links": sorted(line.split()[0] for line in run("ip", "-brief", "link").splitlines()),
        "mounts": sorted(Path("/proc/self/mountinfo").read_text().split(" - ")),
        "namespaces": sorted(path.name for path in network.NAMESPACES.iterdir()),
        "rules": run("iptables", "-S").splitlines(),
        "cgroups": sorted(map(str, Path("/sys/fs/cgroup").glob("*/dcgen-*"))),
    }
