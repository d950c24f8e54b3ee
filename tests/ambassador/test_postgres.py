"""The health question of PostgreSQL, asked of a real one."""

import os
import shutil
import signal
import subprocess
import tempfile
from contextlib import ExitStack
from pathlib import Path

import pytest

from ambassador.ambassador import ambassador
from lb.model import Address, Control
from tests.lab.ports import free_port
from tests.lab.waiting import until
from tests.lb.processes import (
    bind,
    listener,
    needs,
    start_haproxy,
    wait_for_status,
)

BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
USER = "postgres" if os.geteuid() == 0 else None  # it refuses to run as root

pytestmark = [
    needs("haproxy"),
    pytest.mark.skipif(not BINARIES, reason="no PostgreSQL below /usr/lib/postgresql"),
]


def start_postgres(cleanup: ExitStack) -> tuple[Address, Path]:
    folder = Path(tempfile.mkdtemp(prefix="dcgen-"))
    cleanup.callback(shutil.rmtree, folder)
    if USER:
        shutil.chown(folder, USER)
    data, address = str(folder / "data"), Address("127.0.0.1", free_port())
    subprocess.run(
        [BINARIES[-1] / "initdb", "-N", "--auth-host=reject", "--auth-local=peer", "-D", data],
        user=USER,
        cwd=folder,
        capture_output=True,
        check=True,
    )
    log = cleanup.enter_context((folder / "log").open("wb"))
    process = subprocess.Popen(
        [BINARIES[-1] / "postgres", "-D", data, "-p", str(address.port), "-k", str(folder)],
        user=USER,
        stdout=log,
        stderr=log,
    )
    cleanup.callback(process.wait, 60)
    cleanup.callback(process.send_signal, signal.SIGINT)  # its "fast" end
    until(lambda: b"ready to accept" in (folder / "log").read_bytes(), "PostgreSQL is ready")
    return address, folder / "log"


def test_postgres_is_up_without_a_user_and_without_a_line_in_its_log(tmp_path: Path) -> None:
    with ExitStack() as cleanup:
        upstream, log = start_postgres(cleanup)
        said = log.read_bytes()
        listening = listener(cleanup)
        configuration = ambassador(
            "db",
            {5432: [upstream]},
            binds={5432: bind(listening)},
            control=Control(health_port=None, socket=str(tmp_path / "admin")),
        )
        start_haproxy(configuration, tmp_path, cleanup, fds=[listening.fileno()])

        wait_for_status(tmp_path / "admin", "db-5432,127.0.0.1", "UP", check="L7OK")

        assert log.read_bytes() == said
