"""An application of `files/` on an Engine, as its author starts it."""

import shutil
from pathlib import Path

from tests.e2e.applications.conftest import HasImages
from tests.e2e.conftest import NewProject
from tests.e2e.door import dcgen
from tests.e2e.live import Running

FILES = Path(__file__).with_name("files")


def copied(name: str, folder: Path) -> Path:
    """Return a copy of the application *name* as ``compose.yml`` in *folder*."""
    folder.mkdir(exist_ok=True)
    return Path(shutil.copy(FILES / f"{name}.yml", folder / "compose.yml"))


def changed(file: Path, *commands: str) -> Path:
    """Return the variant that dcgen makes of *file* by *commands*, one after the other."""
    goal = file.with_name("generated.yml")
    for command in commands:
        dcgen(*command.split(), "-q", "-f", file, "-o", goal)
    return goal


def started(
    file: Path, host: str, name: str, new_project: NewProject, has_images: HasImages
) -> Running:
    """Start *file* on *host* with Compose, and return once Compose says that all is healthy."""
    has_images(host)
    running = Running(new_project(host, file, name=name))
    running.project.compose("up -d --wait --wait-timeout 150", timeout_s=180)
    return running
