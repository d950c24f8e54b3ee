"""Build images on the Docker of this machine, by Compose, each under a name for the meantime."""

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from composefile.document import Document
from engine.docker.containers import Site
from engine.hosts import Host
from engine.ship.builds import Build


@dataclass(frozen=True, slots=True)
class Image:
    """An image on the Docker of this machine.

    Attributes:
        build: What made it.
        id: As Docker knows it there.
        platform: What it runs on: ``linux/amd64``.
        layers: The digests of its layers, unpacked; the lowest first.
    """

    build: Build
    id: str
    platform: str
    layers: tuple[str, ...] = ()


@contextmanager
def meanwhile(document: Document, project: str, found: Sequence[Build]) -> Iterator[list[str]]:
    """Yield the words for Compose that build *found*, under names of their own.

    Args:
        document: The file that they are of.
        project: Its project.
        found: What to build.
    """
    services = [build.service for build in found]
    if document.v1:  # which has either `build` or `image`, and each its own name
        yield ["build", *services]
        return
    names = {build.service: {"image": meantime(project, build)} for build in found}
    whole: dict[str, object] = {"services": names}
    if document.version is not None:
        whole = {"version": document.version, **whole}
    with TemporaryDirectory(prefix="dcgen-ship-") as folder:
        file = Path(folder) / "images.yml"
        file.write_text(json.dumps(whole))
        yield ["-f", str(file), "build", *services]


def meantime(project: str, build: Build) -> str:
    """Return the name of the image of *build* until it has its tag."""
    return f"localhost/{project}/{build.name}:building-{os.getpid()}"


def built(host: Host, document: Document, project: str, found: Sequence[Build]) -> list[Image]:
    """Return the images of *found*, which were built on *host*.

    Raises:
        HostError: One is not there.
    """
    form = "{{.Id}} {{.Os}}/{{.Architecture}} {{json .RootFS.Layers}}"
    images = []
    for build in found:
        name = f"{project}_{build.service}" if document.v1 else meantime(project, build)
        said = Site((), host).docker("image", "inspect", "--format", form, name)
        identity, platform, layers = said.strip().split(" ", 2)
        images.append(Image(build, identity, platform, tuple(json.loads(layers) or ())))
    return images


def tagged(host: Host, images: Sequence[Image], name: Callable[[Build], str]) -> Mapping[str, str]:
    """Give *images* on *host* their *name*; return it for each service.

    Raises:
        HostError: Docker refuses.
    """
    for image in images:
        Site((), host).docker("tag", image.id, name(image.build))
    return {service: name(one.build) for one in images for service in one.build.services}


def forget(host: Host, document: Document, project: str, found: Sequence[Build]) -> None:
    """Take the names of the meantime away; what is not there is no error."""
    if not document.v1:
        host.call(("docker", "rmi", *(meantime(project, build) for build in found)))
