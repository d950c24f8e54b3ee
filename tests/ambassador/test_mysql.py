"""The health question to a real MariaDB, and what it leaves behind there."""

import shutil
from contextlib import ExitStack
from pathlib import Path

import pytest

from ambassador.access import Access
from ambassador.ambassador import ambassador
from lb.model import Address, Control
from tests.ambassador.databases import MariaDB
from tests.lab.waiting import until
from tests.lb.processes import (
    bind,
    listener,
    needs,
    start_haproxy,
    wait_for_status,
)

pytestmark = needs("haproxy")
NO_MARIADB = pytest.mark.skipif(not shutil.which("mariadbd"), reason="no mariadbd on PATH")


def lead_to(database: MariaDB, folder: Path, cleanup: ExitStack, access: Access) -> None:
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
        database = MariaDB(tmp_path, cleanup, "--log-warnings=4")
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
