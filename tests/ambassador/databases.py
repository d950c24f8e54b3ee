"""Real PostgreSQL and MariaDB servers, ended by the caller's `ExitStack`."""

import getpass
import os
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
from contextlib import ExitStack
from pathlib import Path

from lb.model import Address
from tests.lab.ports import free_port
from tests.lab.waiting import until
from tests.lb.processes import end

BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
OWNER = "postgres" if os.geteuid() == 0 else None  # it refuses to run as root


class Postgres:
    """A PostgreSQL that lets in who is called ``health``; a standby, if it is started so."""

    def __init__(self, cleanup: ExitStack) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="dcgen-"))
        cleanup.callback(shutil.rmtree, self.folder)
        if OWNER:
            shutil.chown(self.folder, OWNER)
        self.data, self.address = self.folder / "data", Address("127.0.0.1", free_port())
        self._cleanup = cleanup
        words = ("initdb", "-N", "-U", "health", "-A", "trust", "-D", str(self.data))
        self._run(*words)

    def start(self, *, standby: bool = False) -> "Postgres":
        if standby:
            self._run("touch", str(self.data / "standby.signal"))
        log = self._cleanup.enter_context((self.folder / "log").open("wb"))
        words = ("-D", self.data, "-p", str(self.address.port), "-k", self.folder)
        self._process = subprocess.Popen(
            [BINARIES[-1] / "postgres", *words], user=OWNER, stdout=log, stderr=log
        )
        self._cleanup.callback(self.stop)
        until(lambda: b"ready to accept" in self.said(), "PostgreSQL is ready")
        return self

    def said(self) -> bytes:
        return (self.folder / "log").read_bytes()

    def promote(self) -> None:
        self._run("pg_ctl", "promote", "-w", "-D", str(self.data))

    def stop(self) -> None:
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)  # its "fast" end
            self._process.wait(60)

    def _run(self, program: str, *words: str) -> None:
        path = BINARIES[-1] / program
        run = [str(path) if path.exists() else program, *words]
        subprocess.run(run, user=OWNER, cwd=self.folder, capture_output=True, check=True)


class Session:
    """A connection to PostgreSQL through *port*, logged in as ``health``."""

    def __init__(self, port: int, cleanup: ExitStack) -> None:
        self._socket = cleanup.enter_context(socket.create_connection(("127.0.0.1", port), 10))
        words = b"user\0health\0database\0postgres\0\0"
        self._socket.sendall(struct.pack(">ii", len(words) + 8, 0x30000) + words)
        self._answer()

    def server(self) -> int:
        """Return the port of the server that answers."""
        query = b"SELECT 'here=' || current_setting('port')\0"
        self._socket.sendall(b"Q" + struct.pack(">i", len(query) + 4) + query)
        return int(self._answer().partition(b"here=")[2].partition(b"C")[0])

    def _answer(self) -> bytes:
        heard = b""
        while b"Z\0\0\0\5I" not in heard:
            piece = self._socket.recv(4096)
            if not piece:
                raise ConnectionError(f"it hung up after {heard!r}")
            heard += piece
        return heard


class MariaDB:
    """A MariaDB with a user ``health`` who needs no password and may do nothing."""

    def __init__(self, folder: Path, cleanup: ExitStack, *options: str) -> None:
        folder.mkdir(exist_ok=True)
        self.log, self.socket = folder / "log", folder / "socket"
        self.address = Address("127.0.0.1", free_port())
        init, data = folder / "init.sql", f"--datadir={folder / 'data'}"
        init.write_text("CREATE USER IF NOT EXISTS health@'127.0.0.1';\n")
        user = f"--user={getpass.getuser()}"
        make = ("mariadb-install-db", "--no-defaults", user, data)
        make += ("--auth-root-authentication-method=normal",)
        subprocess.run(make, check=True, capture_output=True, timeout=60)
        self._command = [
            *("mariadbd", "--no-defaults", user, data, f"--init-file={init}"),
            *(f"--socket={self.socket}", f"--port={self.address.port}"),
            *("--bind-address=127.0.0.1", "--skip-name-resolve", *options),
        ]
        self._cleanup = cleanup
        self.start()

    def start(self) -> None:
        log = self._cleanup.enter_context(self.log.open("ab"))
        self.process = subprocess.Popen(self._command, stderr=log)
        self._cleanup.callback(end, self.process)
        until(lambda: self.ask("SELECT 1") == "1", "MariaDB answers")

    def ask(self, words: str) -> str:
        command = ["mariadb", "--no-defaults", f"--socket={self.socket}", "-u", "root", "-NBe"]
        run = subprocess.run(
            [*command, words], capture_output=True, text=True, timeout=60, check=False
        )
        return run.stdout.strip()

    def status(self, name: str) -> int:
        return int(self.ask(f"SHOW GLOBAL STATUS LIKE '{name}'").split()[1])
