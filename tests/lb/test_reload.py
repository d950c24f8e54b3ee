"""What a reload of HAProxy means to clients that keep their connections."""

import http.client
import signal
import subprocess
from contextlib import ExitStack
from pathlib import Path

from lb.balancer import balancer
from lb.model import Control, Options
from lb.render import render
from tests.lab.ports import free_port
from tests.lab.waiting import until
from tests.lb.processes import end, needs, start_replica

pytestmark = needs("haproxy")


def test_reload_answers_the_next_request_on_a_kept_connection(tmp_path: Path) -> None:
    config, log = tmp_path / "haproxy.cfg", tmp_path / "haproxy.log"
    port = free_port()
    with ExitStack() as cleanup:
        replica, _ = start_replica("rng1", cleanup)
        configuration = balancer(
            "rng",
            {port: [replica]},
            options=Options(mode="http"),
            names="hosts",
            binds={port: f"127.0.0.1:{port}"},
            control=Control(health_port=None, socket=None),
        )
        config.write_text(render(configuration))
        master = _start(config, log, cleanup)
        client = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        cleanup.callback(client.close)
        assert _ask(client) == "rng1"

        until(lambda: _reloaded(master, log), "the old worker has stopped listening")

        assert _ask(client) == "rng1"


def _start(config: Path, log: Path, cleanup: ExitStack) -> subprocess.Popen[bytes]:
    output = cleanup.enter_context(log.open("wb"))
    command = ["haproxy", "-W", "-db", "-f", str(config)]
    master = subprocess.Popen(command, stdout=output, stderr=output)
    cleanup.callback(end, master)
    cleanup.callback(master.wait)
    cleanup.callback(master.terminate)  # killed, it would leave its workers
    until(lambda: "Loading success" in log.read_text(), "HAProxy is there")
    return master


def _reloaded(master: subprocess.Popen[bytes], log: Path) -> bool:
    # A signal is lost while the master executes itself anew, after it has said "Loading success".
    done = "Proxy rng" in log.read_text()
    if not done:
        master.send_signal(signal.SIGUSR2)
    return done


def _ask(client: http.client.HTTPConnection) -> str:
    client.request("GET", "/")
    return client.getresponse().read().decode()
