"""Two HAProxies with certificates: one before a Redis, one in the place of it for its clients."""

import os
import signal
import subprocess
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ambassador.access import Access
from ambassador.ambassador import ambassador
from ambassador.authority import Authority
from lb.model import Accepted, Address, Control
from lb.render import render
from tests.ambassador.redises import start_redis
from tests.ambassador.relay import Relay
from tests.lab.ports import free_port
from tests.lab.waiting import until
from tests.lb.processes import end, runtime

NAME = "redis"
SERVER = "redis-6379,127.0.0.1"
NOW = datetime.now(UTC)


@dataclass
class Side:
    """An HAProxy with its own *folder*: ``ca.pem`` and ``crt.pem`` are its papers."""

    folder: Path
    port: int
    process: "subprocess.Popen[bytes] | None" = None

    def give(self, ca: str = "", crt: str = "") -> None:
        for name, text in (("ca", ca), ("crt", crt)):
            if text:
                (self.folder / f"{name}.pem").write_text(text)

    def start(self, cleanup: ExitStack, upstream: Address, *, accepts: bool) -> None:
        papers = f"{self.folder}/ca.pem", f"{self.folder}/crt.pem"
        access = Access() if accepts else Access(ca_file=papers[0], cert=papers[1], tls_name=NAME)
        configuration = ambassador(
            NAME,
            {6379: [upstream]},
            access=access,
            binds={6379: f"127.0.0.1:{self.port}"},
            control=Control(health_port=None, socket=str(self.folder / "admin")),
            accepted=Accepted(*papers) if accepts else None,
        )
        # As in a container, where the files of an ambassador are secrets.
        text = render(configuration).replace("hard-stop-after 5s", "hard-stop-after 1209600s")
        (self.folder / "haproxy.cfg").write_text(text)
        log = cleanup.enter_context((self.folder / "haproxy.log").open("wb"))
        command = ["haproxy", "-W", "-db", "-f", str(self.folder / "haproxy.cfg")]
        self.process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        cleanup.callback(end, self.process)
        cleanup.callback(os.killpg, self.process.pid, signal.SIGKILL)
        until((self.folder / "admin").exists, "HAProxy runs")

    def reload(self) -> None:
        """Let it read its files again; return once the new worker answers."""
        assert self.process
        before = self._worker()
        process, sent = self.process, iter(range(1000))

        def comes() -> bool:
            # A master that has just started a worker loses a signal: it is told again.
            if next(sent) % 60 == 0:
                process.send_signal(signal.SIGUSR2)
            return self._worker() not in ("", before)

        until(comes, "a new worker")

    def _worker(self) -> str:
        try:
            said = runtime(self.folder / "admin", "show info")
        except OSError:
            return ""
        return next((line for line in said.splitlines() if line.startswith("Pid: ")), "")


def side(tmp_path: Path, name: str) -> Side:
    (tmp_path / name).mkdir()
    return Side(tmp_path / name, free_port())


def both(
    tmp_path: Path, cleanup: ExitStack, authority: Authority, client: str = ""
) -> tuple[Side, Side, Relay]:
    """Return the side of the Redis, that of its clients, and what is between them."""
    data = start_redis(cleanup, tmp_path)
    there, here = side(tmp_path, "there"), side(tmp_path, "here")
    there.give(authority.public, authority.of_service(NAME, NOW))
    here.give(authority.public, client or authority.of_client("clients", NOW))
    there.start(cleanup, data, accepts=True)
    wire = Relay(Address("127.0.0.1", there.port), cleanup)
    here.start(cleanup, wire.address, accepts=False)
    return there, here, wire
