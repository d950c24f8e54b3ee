"""Keep what explains a failure: logs, events, containers, generated files, HAProxy's statistics."""

import re
import shutil
from contextlib import suppress
from pathlib import Path

from tests.lab.commands import CommandError
from tests.lab.engine import Engine
from tests.lab.lab import Lab

ARTIFACTS = Path(__file__).parents[2] / ".artifacts"
# The official image has no curl and no socat, but it has perl-base.
ASK_SOCKET = (
    "use IO::Socket::UNIX; my $s = IO::Socket::UNIX->new(shift) or die $!;"
    'print $s "show stat\\n"; print while <$s>;'
)
SOCKET = "/tmp/haproxy.sock"


def collect(lab: Lab, test: str, files: Path) -> Path:
    """Copy what the Engines know, and the Compose files in *files*, into a folder of the test."""
    folder = ARTIFACTS / re.sub(r"[^\w.-]+", "-", test)
    shutil.rmtree(folder, ignore_errors=True)
    for name in lab.hosts():
        _about_engine(lab.engine(name), folder / name)
        with suppress(FileNotFoundError):  # of the user's own Engine
            shutil.copy(lab.folder / name / "log", folder / name / "dockerd.log")
    for pattern in ("*.yml", "*.yaml", "*.cfg"):
        for file in files.rglob(pattern):
            shutil.copy(file, folder / "-".join(file.relative_to(files).parts))
    return folder


def _about_engine(engine: Engine, folder: Path) -> None:
    folder.mkdir(parents=True)
    with suppress(CommandError):
        (folder / "containers.txt").write_text(engine.docker("ps --all --no-trunc"))
        (folder / "events.txt").write_text(engine.docker("events --since 30m --until 0s"))
        for name in engine.docker("ps --all --format {{.Names}}").split():
            _about_container(engine, name, folder)


def _about_container(engine: Engine, name: str, folder: Path) -> None:
    with suppress(CommandError):
        text = engine.run("sh", "-c", 'docker logs --timestamps "$1" 2>&1', "sh", name)
        (folder / f"{name}.log").write_text(text)
    with suppress(CommandError):
        text = engine.docker(f"exec {name} perl -e", ASK_SOCKET, SOCKET)
        (folder / f"{name}.haproxy.csv").write_text(text)
