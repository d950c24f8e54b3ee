"""Containers that were made from another definition or image than the file has now.

They are those that Compose would recreate, without an answer to anybody meanwhile: it compares a
hash of the definition, which it has noted on the container, and the id of the image.
Source: docker/compose, pkg/compose/convergence.go, ``mustRecreate``.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from composefile import labels
from engine.docker.containers import LABEL, Container, Site
from engine.docker.hashes import hashes
from engine.variant import Service
from faults import HostError

Made = tuple[Service, Container]


def stale(site: Site, found: Sequence[Made]) -> list[Made]:
    """Return those of *found* that Compose would recreate.

    Args:
        site: Where they run.
        found: Each container with its service as it is to be.

    Raises:
        HostError: Docker or Compose does not answer.
    """
    if not found:
        return []
    named = sorted({_image(*made) for made in found})
    with ThreadPoolExecutor() as meanwhile:  # Compose takes longer than one image does
        asked = meanwhile.map(lambda name: _id(site, name), named)
        wanted = hashes(site, {service.name: service for service, _ in found}.values())
        ids = dict(zip(named, asked, strict=True))
    return [
        (service, one)
        for service, one in found
        if _relabelled(service, one)
        or _redefined(one, wanted.get(service.name, ""))
        or ids[_image(service, one)] not in {one.image_id, ""}
    ]


def _relabelled(service: Service, container: Container) -> bool:
    mine = {n: text for n, text in service.pairs("labels").items() if n.startswith(labels.PREFIX)}
    return mine != {n: text for n, text in container.labels.items() if n.startswith(labels.PREFIX)}


def _redefined(container: Container, wanted: str) -> bool:
    noted = container.labels.get(f"{LABEL}config-hash", "")
    return bool(noted and wanted) and noted != wanted


def _image(service: Service, container: Container) -> str:
    # What is built may have no name in the file.
    named = service.keys.get("image")
    return named if isinstance(named, str) else container.image


def _id(site: Site, image: str) -> str:
    # Empty for one that is not there: Compose will fetch it.
    with suppress(HostError):
        return site.docker("image", "inspect", "--format", "{{.Id}}", image).strip()
    return ""
