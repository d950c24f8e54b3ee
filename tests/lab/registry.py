"""A real registry in the lab: Debian's docker-registry, as a process of this machine."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.lab.commands import CommandError, run
from tests.lab.lab import Lab
from tests.lab.network import our_address
from tests.lab.waiting import until

PORT = 5000
CLOSED_PORT = 5001
# bcrypt of a word that nobody knows: who comes without a name is refused.
_NOBODY = "nobody:$2y$05$T5sKN5f6eWhRwUkTBXVoMuKcNuC.6SKDbLn0Q4o0Lr0DNyn6YN4we\n"


@contextmanager
def registry(lab: Lab, folder: Path, *, closed: bool = False) -> Iterator[str]:
    """Give HOST:PORT of a registry that keeps what is pushed in *folder*.

    It has no certificate; the hosts of the lab push to it and pull from it all the same. A *closed*
    one asks for a password that there is not.
    """
    folder.mkdir()
    port = CLOSED_PORT if closed else PORT
    place = f"{our_address(lab.state.subnet)}:{port}"
    settings: dict[str, object] = {
        "version": "0.1",
        "log": {"level": "error", "accesslog": {"disabled": True}},
        "storage": {"filesystem": {"rootdirectory": str(folder / "data")}},
        "http": {"addr": place},
    }
    if closed:
        (folder / "users").write_text(_NOBODY)
        settings["auth"] = {"htpasswd": {"realm": "lab", "path": str(folder / "users")}}
    (folder / "config.yml").write_text(json.dumps(settings))
    command = ("docker-registry", "serve", str(folder / "config.yml"))
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        until(lambda: _answers(place), f"the registry answers; see {folder / 'log'}")
        yield place
    finally:
        process.kill()
        process.wait()


def _answers(place: str) -> bool:
    try:
        run("curl", "--silent", "--noproxy", "*", "--output", "/dev/null", f"http://{place}/v2/")
    except CommandError:
        return False
    return True
