"""Whether Compose's ``up`` would change nothing, found out with three commands and none of its own.

Source: docker/compose, pkg/compose: a container is outdated if the hash of its service's definition
is another one, or its image.
"""

import json
from collections import Counter
from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from composefile import labels
from engine.docker.containers import LABEL, Site
from engine.docker.hashes import hashes
from engine.docker.provided import SERVICE, own
from engine.replicas import replicas
from engine.variant import Variant

_EACH = "[{{json .Config.Labels}}, {{json .State}}, {{json .Image}}, {{json .Config.Image}}]"
_NAMES = (SERVICE, labels.SERVICE, f"{LABEL}oneoff")
_WHOSE = "\t".join(["{{.ID}}", *(f'{{{{.Label "{name}"}}}}' for name in _NAMES)])
_HASH = f"{LABEL}config-hash"


@dataclass(frozen=True, slots=True)
class _Found:
    service: str
    hash: str
    health: str
    image: str
    tag: str


def is_unchanged(site: Site, variant: Variant, service: str, *, healthy: bool) -> bool:
    """Tell whether what runs on *site* in the place of *service* is *variant*.

    It has as many containers of each service as that, and no others. All of them run, each is what
    the files say, and none is unhealthy; or all are *healthy*, as far as they can be asked.

    Raises:
        HostError: Docker or Compose does not answer, or refuses.
    """
    fit = {"", "healthy"} if healthy else {"", "healthy", "starting"}
    wanted = replicas(variant, {})
    with ThreadPoolExecutor(max_workers=1) as meanwhile:  # Compose takes as long as the rest
        told = meanwhile.submit(hashes, site, [variant.services[name] for name in wanted])
        found = _containers(site, variant.project, service)
        if Counter(one.service for one in found) != Counter(wanted):
            return False
        if not all(one.health in fit for one in found) or not _are_of_their_tags(site, found):
            return False
        now = told.result()
    return all(now.get(one.service) == one.hash for one in found)


def _are_of_their_tags(site: Site, found: Collection[_Found]) -> bool:
    tags = sorted({one.tag for one in found})
    ids = site.docker("image", "inspect", "--format", "{{.Id}}", *tags).split()
    images = dict(zip(tags, ids, strict=True))
    return all(images[one.tag] == one.image for one in found)


def _containers(site: Site, project: str, service: str) -> list[_Found]:
    label = f"label={LABEL}project={project}"
    words = ("ps", "--all", "--no-trunc", "--filter", label, "--format", _WHOSE)
    whose = [line.split("\t") for line in site.docker(*words).splitlines()]
    # No others: another provider may remove its own meanwhile, and who is gone cannot be asked.
    ids = [one for one, *names, once in whose if service in names and once != "True"]
    lines = site.docker("inspect", "--format", _EACH, *ids).splitlines() if ids else []
    return [_found(*json.loads(line)) for line in lines]


def _found(raw: dict[str, str], state: Mapping[str, Any], image: str, tag: str) -> _Found:
    mine = own(raw)
    asked = (state.get("Health") or {}).get("Status", "").replace("none", "")
    health = asked if state["Running"] else "ended"
    return _Found(mine.get(SERVICE, ""), mine.get(_HASH, ""), health, image, tag)
