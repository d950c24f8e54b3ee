"""Replicas that were made from another definition or image than the file has now."""

from collections.abc import Sequence
from contextlib import suppress

from engine.docker.containers import LABEL, Container, Site
from faults import HostError


def stale(site: Site, containers: Sequence[Container]) -> list[Container]:
    """Return those of *containers* that Compose would recreate.

    It compares a hash of the definition and the id of the image, as Compose does.
    Source: docker/compose, pkg/compose/convergence.go, ``mustRecreate``.

    Raises:
        HostError: Docker or Compose does not answer.
    """
    lines = site.run("config", "--hash", "*").splitlines()
    hashes = dict(line.split()[:2] for line in lines if len(line.split()) > 1)
    ids = [one.id for one in containers]
    used = site.docker("container", "inspect", "--format", "{{.Image}}", *ids).split()
    now = {name: _id(site, name) for name in {one.image for one in containers}}
    return [
        one
        for one, image in zip(containers, used, strict=True)
        if hashes.get(one.service) != one.labels.get(f"{LABEL}config-hash")
        or now[one.image] not in {image, ""}
    ]


def _id(site: Site, image: str) -> str:
    # Empty for one that is not there any more: Compose will fetch it.
    with suppress(HostError):
        return site.docker("image", "inspect", "--format", "{{.Id}}", image).strip()
    return ""
