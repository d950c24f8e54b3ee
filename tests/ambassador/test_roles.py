"""Several databases behind an ambassador: the primary serves, and nobody goes back by himself."""

import re
import shutil
import signal
import socket
import subprocess
from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest

from ambassador.access import OPEN, Access
from ambassador.ambassador import ambassador
from faults import HostError
from lb.model import DEFAULTS, Address, Control, Options
from lb.render import render
from lb.runtime import forgetting, tell, worker
from tests.ambassador.databases import BINARIES, MariaDB, Postgres, Session
from tests.lab.ports import free_port
from tests.lab.waiting import until
from tests.lb.processes import (
    bind,
    end,
    get,
    listener,
    needs,
    runtime,
    start_haproxy,
    start_replica,
    wait_for_status,
)

pytestmark = needs("haproxy")
NO_POSTGRES = pytest.mark.skipif(not BINARIES, reason="no PostgreSQL below /usr/lib/postgresql")
NO_MARIADB = pytest.mark.skipif(not shutil.which("mariadbd"), reason="no mariadbd on PATH")
PEERS_WAIT_S = 5
HEALTH = Access(auth_user="health")


def start(
    port: int,
    upstreams: Sequence[Address],
    folder: Path,
    cleanup: ExitStack,
    access: Access = OPEN,
    options: Options = DEFAULTS,
) -> int:
    """Start an ambassador to *upstreams* that speak what *port* says, and return its own port."""
    listening = listener(cleanup)
    configuration = ambassador(
        "db",
        {port: upstreams},
        access=access,
        options=options,
        binds={port: bind(listening)},
        control=Control(health_port=None, socket=str(folder / "admin")),
    )
    start_haproxy(configuration, folder, cleanup, fds=[listening.fileno()])
    return int(listening.getsockname()[1])


@NO_POSTGRES
def test_old_primary_that_comes_back_as_a_standby_gets_nobody(tmp_path: Path) -> None:
    with ExitStack() as cleanup:
        old, new = Postgres(cleanup).start(), Postgres(cleanup).start(standby=True)
        port = start(5432, [old.address, new.address], tmp_path, cleanup, HEALTH)
        first, second = "db-5432,127.0.0.1", "db-5432,127.0.0.1-2"
        wait_for_status(tmp_path / "admin", second, "DOWN", check="L7RSP")
        wait_for_status(tmp_path / "admin", first, "UP", check="L7OK")
        assert Session(port, cleanup).server() == old.address.port

        old.stop()
        new.promote()
        wait_for_status(tmp_path / "admin", second, "UP", check="L7OK")
        kept = Session(port, cleanup)
        old.start(standby=True)
        wait_for_status(tmp_path / "admin", first, "DOWN", check="L7RSP")

        assert kept.server() == new.address.port
        assert Session(port, cleanup).server() == new.address.port
        old.promote()
        wait_for_status(tmp_path / "admin", first, "UP", check="L7OK")
        assert Session(port, cleanup).server() == old.address.port


@NO_POSTGRES
def test_log_in_of_a_check_leaves_no_line_in_the_log_of_postgres(tmp_path: Path) -> None:
    with ExitStack() as cleanup:
        database = Postgres(cleanup).start()
        said = database.said()
        start(5432, [database.address], tmp_path, cleanup, HEALTH)

        wait_for_status(tmp_path / "admin", "db-5432,127.0.0.1", "UP", check="L7OK")

        assert database.said() == said


@NO_POSTGRES
def test_postgres_that_tells_its_role_to_nobody_is_not_gone_back_to(tmp_path: Path) -> None:
    with ExitStack() as cleanup:
        old, new = Postgres(cleanup).start(), Postgres(cleanup).start()
        port = start(5432, [old.address, new.address], tmp_path, cleanup)
        wait_for_status(tmp_path / "admin", "db-5432,127.0.0.1", "UP", check="L7OK")
        assert Session(port, cleanup).server() == old.address.port

        old.stop()
        wait_for_status(tmp_path / "admin", "db-5432,127.0.0.1", "DOWN")
        kept = Session(port, cleanup)
        old.start(standby=True)
        wait_for_status(tmp_path / "admin", "db-5432,127.0.0.1", "UP", check="L7OK")

        assert kept.server() == new.address.port
        assert Session(port, cleanup).server() == new.address.port
        new.stop()
        wait_for_status(tmp_path / "admin", "db-5432,127.0.0.1-2", "DOWN")
        assert Session(port, cleanup).server() == old.address.port


@pytest.mark.parametrize(("failback", "serves"), [(None, "first"), (False, "second")])
def test_any_upstream_may_stay_where_it_has_failed_over_to(
    failback: bool | None,  # noqa: FBT001 - a table
    serves: str,
    tmp_path: Path,
) -> None:
    with ExitStack() as cleanup:
        replicas = (start_replica(n, cleanup, free_port()) for n in ("first", "second"))
        (first, process), (second, _) = replicas
        access = Access(failback=failback)
        port = start(8080, [first, second], tmp_path, cleanup, access)
        wait_for_status(tmp_path / "admin", "db-8080,127.0.0.1", "UP", check="L4OK")
        assert get(port)[1] == "first"

        process.kill()
        wait_for_status(tmp_path / "admin", "db-8080,127.0.0.1", "DOWN")
        assert get(port)[1] == "second"
        start_replica("first", cleanup, first.port)
        wait_for_status(tmp_path / "admin", "db-8080,127.0.0.1", "UP", check="L4OK")

        assert get(port)[1] == serves
        ask = partial(runtime, tmp_path / "admin")
        tell(ask, forgetting(ask))
        assert get(port)[1] == "first"


def test_reload_does_not_forget_who_has_taken_over(tmp_path: Path) -> None:
    with ExitStack() as cleanup:
        replicas = (start_replica(n, cleanup, free_port()) for n in ("first", "second"))
        (first, process), (second, _) = replicas
        admin, port = tmp_path / "admin", free_port()
        configuration = ambassador(
            "db",
            {8080: [first, second]},
            access=Access(failback=False),
            binds={8080: f"127.0.0.1:{port}"},
            control=Control(None, socket=str(admin), peers=str(tmp_path / "peers")),
        )
        (tmp_path / "cfg").write_text(render(configuration))
        master = subprocess.Popen(["haproxy", "-W", "-db", "-f", str(tmp_path / "cfg")])
        cleanup.callback(master.wait, 60)
        cleanup.callback(master.terminate)
        wait_for_status(admin, "db-8080,127.0.0.1", "UP", check="L4OK")
        process.kill()
        wait_for_status(admin, "db-8080,127.0.0.1", "DOWN")
        assert get(port)[1] == "second"
        start_replica("first", cleanup, first.port)
        wait_for_status(admin, "db-8080,127.0.0.1", "UP", check="L4OK")
        before = worker(partial(runtime, admin))
        # HAProxy 2.6 hands over nothing in its first 5 s, while it waits to be told itself.
        until(lambda: _uptime_s(admin) > PEERS_WAIT_S, "it has waited for its own peer")

        master.send_signal(signal.SIGUSR2)
        until(lambda: _worker(admin) not in (None, before), "another worker answers")
        until(lambda: "key=1" in runtime(admin, "show table db-8080"), "it has learnt it")

        assert get(port)[1] == "second"


def _uptime_s(admin: Path) -> int:
    found = re.search(r"^Uptime_sec: (\d+)$", runtime(admin, "show info"), re.MULTILINE)
    assert found
    return int(found[1])


def _worker(admin: Path) -> int | None:
    try:
        return worker(partial(runtime, admin))
    except (OSError, HostError):
        return None


def test_role_is_asked_of_another_port_by_http(tmp_path: Path) -> None:
    with ExitStack() as cleanup:
        (first, _), (second, _) = (start_replica(n, cleanup) for n in ("first", "second"))
        asked, agent = start_replica("patroni", cleanup)
        options = Options(health_path="/primary", health_port=asked.port)
        port = start(5432, [first, second], tmp_path, cleanup, options=options)
        wait_for_status(tmp_path / "admin", "db-5432,127.0.0.1", "UP", check="L7OK")

        assert get(port)[1] == "first"
        agent.kill()
        wait_for_status(tmp_path / "admin", "db-5432,127.0.0.1", "DOWN", check="L4CON")


@NO_MARIADB
def test_two_mysqls_fail_over_without_a_user_and_bar_nobody(tmp_path: Path) -> None:
    with ExitStack() as cleanup:
        first, second = (
            MariaDB(tmp_path / name, cleanup, "--max-connect-errors=1") for name in ("a", "b")
        )
        before = first.status("Connections")
        options = Options(health_interval=0.1)
        port = start(3306, [first.address, second.address], tmp_path, cleanup, options=options)
        wait_for_status(tmp_path / "admin", "db-3306,127.0.0.1", "UP", check="L7OK")
        wait_for_status(tmp_path / "admin", "db-3306,127.0.0.1-2", "UP", check="L7OK")
        until(lambda: first.status("Connections") > before + 40, "it is asked several times")
        assert first.status("Aborted_connects_preauth") == 0
        assert "unauthenticated" not in first.log.read_text()
        assert _greeted(port)

        end(first.process)
        wait_for_status(tmp_path / "admin", "db-3306,127.0.0.1", "DOWN")
        assert _greeted(port)
        first.start()
        wait_for_status(tmp_path / "admin", "db-3306,127.0.0.1", "UP", check="L7OK")


def _greeted(port: int) -> bool:
    with socket.create_connection(("127.0.0.1", port), 10) as client:
        return b"MariaDB" in client.recv(200)


@NO_MARIADB
def test_mysql_that_is_read_only_is_down(tmp_path: Path) -> None:
    with ExitStack() as cleanup:
        first, second = (
            MariaDB(tmp_path / name, cleanup, f"--read-only={flag}")
            for name, flag in (("a", "ON"), ("b", "OFF"))
        )
        start(3306, [first.address, second.address], tmp_path, cleanup, HEALTH)
        wait_for_status(tmp_path / "admin", "db-3306,127.0.0.1", "DOWN", check="L7RSP")
        wait_for_status(tmp_path / "admin", "db-3306,127.0.0.1-2", "UP", check="L7OK")

        first.ask("SET GLOBAL read_only=0")

        wait_for_status(tmp_path / "admin", "db-3306,127.0.0.1", "UP", check="L7OK")
        assert first.status("Aborted_connects") == 0
