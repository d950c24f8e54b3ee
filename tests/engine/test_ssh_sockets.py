"""Which socket is Docker's on a host by ssh, for a user who is not root there; a real sshd."""

import os
import shutil
import socket
import socketserver
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

import pytest

from engine.hosts import Host
from engine.hosts.connections import opened
from faults import HostError
from tests.engine.sshd import SSHD, running

USER, UID = "ops", 4711
SYSTEM = "docker.sock"
ROOTLESS = f"user/{UID}/docker.sock"
OF_HOME = "home/.docker/run/docker.sock"
OF_SESSION = "session/docker.sock"
# Mounts that nobody else sees: a /run of its own, and a user.
APART = ("unshare", "--mount", "sh", "-c")
MOUNTED = 'mount --bind "$1" /run && mount --bind "$1/passwd" /etc/passwd && shift && exec "$@"'


def _may_mount() -> bool:
    if os.geteuid() or not shutil.which("unshare"):
        return False
    words = (*APART, "mount -t tmpfs none /run && test -L /var/run")
    return subprocess.run(words, capture_output=True, check=False).returncode == 0


pytestmark = [
    pytest.mark.skipif(not SSHD, reason="no sshd: apt install openssh-server"),
    pytest.mark.skipif(not _may_mount(), reason="only root may mount a /run of its own"),
]

Started = Callable[..., AbstractContextManager[Host]]


@pytest.fixture
def there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Started:
    """Start an sshd that sees *sockets* in /run, those *denied* of root alone, and variables."""
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    run, near = tmp_path / "run", tmp_path / "near"
    for folder in (run, near):
        folder.mkdir(mode=0o755)
    monkeypatch.setenv("PATH", f"{near}:{os.environ['PATH']}")
    (run / "ssh").mkdir(mode=0o755)
    (run / "sshd").mkdir(mode=0o755)
    (run / "bin").mkdir(mode=0o755)
    for name in ("sh", "id"):
        (run / "bin" / name).symlink_to(str(shutil.which(name)))
    root = "root:x:0:0::/root:/bin/sh\nsshd:x:100:65534::/run/sshd:/usr/sbin/nologin\n"
    (run / "passwd").write_text(f"{root}{USER}:*:{UID}:{UID}::/run/home:/bin/sh\n")

    @contextmanager
    def start(*sockets: str, denied: str = "", **told: str) -> Iterator[Host]:
        with ExitStack() as cleanup:
            for name in (*sockets, *filter(None, [denied])):
                cleanup.enter_context(_listening(run / name, is_ours=name != denied))
            variables = {"PATH": "/run/bin", **told}
            given = " ".join(f"{key}={value}" for key, value in variables.items())
            options = ("AuthorizedKeysFile /run/ssh/authorized_keys", f"SetEnv {given}")
            within = (*APART, MOUNTED, "sh", run)
            sshd = cleanup.enter_context(running(run / "ssh", near, *options, within=within))
            address = sshd.address.replace("//", f"//{USER}@")
            (host,) = cleanup.enter_context(opened([Host(address, name="node1")], print))
            yield host

    return start


class _Named(socketserver.BaseRequestHandler):
    """Says at which socket it listens."""

    def handle(self) -> None:
        self.request.sendall(str(self.server.server_address).encode())


@contextmanager
def _listening(path: Path, *, is_ours: bool) -> Iterator[None]:
    path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    with socketserver.UnixStreamServer(str(path), _Named) as server:
        path.chmod(0o600)
        if is_ours:
            os.chown(path, UID, UID)
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield
        server.shutdown()


def _reached(host: Host) -> str:
    """Return the socket there that *host* leads to, by its name in /run."""
    assert host.trouble is None, str(host.trouble)
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(30)
        client.connect(host.socket)
        return client.recv(1000).decode().partition("/run/")[2]


@pytest.mark.parametrize(
    ("sockets", "told", "which"),
    [
        pytest.param([SYSTEM, ROOTLESS], {}, SYSTEM, id="the usual one"),
        pytest.param([ROOTLESS], {}, ROOTLESS, id="rootless, without a session"),
        pytest.param(
            [OF_SESSION, ROOTLESS],
            {"XDG_RUNTIME_DIR": "/run/session"},
            OF_SESSION,
            id="rootless, in a session",
        ),
        pytest.param([OF_HOME], {}, OF_HOME, id="rootless, without systemd"),
        pytest.param(
            [SYSTEM, "mine.sock"],
            {"DOCKER_HOST": "unix:///run/mine.sock"},
            "mine.sock",
            id="DOCKER_HOST",
        ),
    ],
)
def test_the_socket_is_found(
    there: Started, sockets: list[str], told: dict[str, str], which: str
) -> None:
    with there(*sockets, **told) as host:
        assert _reached(host) == which


def test_a_socket_of_root_alone_gives_way_to_a_rootless_one(there: Started) -> None:
    with there(ROOTLESS, denied=SYSTEM) as host:
        assert _reached(host) == ROOTLESS


@pytest.mark.skipif(not shutil.which("docker"), reason="no docker")
def test_the_context_there_comes_first(there: Started, tmp_path: Path) -> None:
    (tmp_path / "run" / "bin" / "docker").symlink_to(str(shutil.which("docker")))
    folder = tmp_path / "run" / "home" / ".docker"
    environment = {**os.environ, "DOCKER_CONFIG": str(folder)}
    endpoint = "host=unix:///run/mine.sock"
    for words in (("create", "mine", "--docker", endpoint), ("use", "mine")):
        subprocess.run(("docker", "context", *words), check=True, env=environment)
    for one in (folder, *folder.rglob("*")):
        os.chown(one, UID, UID)
    with there(SYSTEM, ROOTLESS, "mine.sock") as host:
        assert _reached(host) == "mine.sock"


@pytest.mark.parametrize(
    ("denied", "told", "what"),
    [
        pytest.param(
            SYSTEM,
            {},
            "this user may not open Docker's socket on 'node1': /var/run/docker.sock",
            id="for root alone",
        ),
        pytest.param(
            "",
            {},
            "no Docker daemon runs on 'node1' for this user: no /var/run/docker.sock"
            f" /run/user/{UID}/docker.sock /run/home/.docker/run/docker.sock",
            id="none",
        ),
        pytest.param(
            SYSTEM,
            {"DOCKER_HOST": "unix:///run/gone.sock"},
            "no Docker daemon runs on 'node1' for this user: no /run/gone.sock",
            id="the one it is told is not there",
        ),
    ],
)
def test_that_there_is_none_is_told(
    there: Started, denied: str, told: dict[str, str], what: str
) -> None:
    with there(denied=denied, **told) as host:
        assert isinstance(host.trouble, HostError)
        assert host.trouble.what == what
