"""The health question to a real MariaDB, and what it leaves behind there."""

import getpass
import shutil
import subprocess
from contextlib import ExitStack
from pathlib import Path

import pytest

from ambassador.access import Access
from ambassador.ambassador import ambassador
from lb.model import Address, Control
from tests.lab.waiting import until
from tests.lb.processes import (
    bind,
    end,
    free_port,
    listener,
    needs,
    start_haproxy,
    wait_for_status,
)

pytestmark = needs("haproxy")
NO_MARIADB = pytest.mark.skipif(not shutil.which("mariadbd"), reason="no mariadbd on PATH")


class Database:
    """A MariaDB with a user ``health`` who needs no password and may do nothing."""

    def __init__(self, folder: Path, cleanup: ExitStack) -> None:
        self.socket = folder / "socket"
        self.address = Address("127.0.0.1", free_port())
        init, data = folder / "init.sql", f"--datadir={folder / 'data'}"
        init.write_text("CREATE USER IF NOT EXISTS health@'127.0.0.1';\n")
        user = f"--user={getpass.getuser()}"
        make = (
            "mariadb-install-db",
            "--no-defaults",
            user,
            data,
            "--auth-root-authentication-method=normal",
        )
        subprocess.run(make, check=True, capture_output=True, timeout=60)
        process = subprocess.Popen(
            [
                *("mariadbd", "--no-defaults", user, data, f"--init-file={init}"),
                *(f"--socket={self.socket}", f"--port={self.address.port}"),
                *("--bind-address=127.0.0.1", "--skip-name-resolve", "--log-warnings=4"),
            ],
            stderr=cleanup.enter_context((folder / "log").open("wb")),
        )
        cleanup.callback(end, process)
        until(lambda: self.ask("SELECT 1") == "1", "MariaDB answers")

    def ask(self, words: str) -> str:
        command = [
            "mariadb",
            "--no-defaults",
            f"--socket={self.socket}",
            "-u",
            "root",
            "-NBe",
            words,
        ]
        run = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
        return run.stdout.strip()

    def status(self, name: str) -> int:
        return int(self.ask(f"SHOW GLOBAL STATUS LIKE '{name}'").split()[1])


def lead_to(database: Database, folder: Path, cleanup: ExitStack, access: Access) -> None:
    listening = listener(cleanup)
    configuration = ambassador(
        "db",
        {3306: [database.address]},
        access=access,
        binds={3306: bind(listening)},
        control=Control(health_port=None, socket=str(folder / "admin")),
    )
    start_haproxy(configuration, folder, cleanup, fds=[listening.fileno()])


@NO_MARIADB
def test_question_of_a_user_leaves_no_aborted_connection(tmp_path: Path) -> None:
    with ExitStack() as cleanup:
        database = Database(tmp_path, cleanup)
        before = database.status("Connections")
        lead_to(database, tmp_path, cleanup, Access(auth_user="health"))
        wait_for_status(tmp_path / "admin", "db-3306,127.0.0.1", "UP", check="L7OK")

        # Each of our own questions is a connection as well.
        until(lambda: database.status("Connections") > before + 40, "it is asked several times", 60)

        assert database.status("Aborted_connects") == 0
        assert database.status("Connection_errors_peer_address") == 0
        assert "Aborted" not in (tmp_path / "log").read_text()


@pytest.mark.parametrize("words", ["", "protocol=mysql"])
def test_nothing_is_asked_without_a_user(words: str, tmp_path: Path) -> None:
    with ExitStack() as cleanup:
        listening = listener(cleanup)
        made = ambassador(
            "db",
            {3306: [Address("127.0.0.1", 1)]},
            access=Access.parse(words),
            binds={3306: bind(listening)},
            control=Control(health_port=None, socket=str(tmp_path / "admin")),
        )

        start_haproxy(made, tmp_path, cleanup, fds=[listening.fileno()])

        wait_for_status(tmp_path / "admin", "db-3306,127.0.0.1", "no check")
