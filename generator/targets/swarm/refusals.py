"""All that keeps a file out of a stack, beyond what was found first.

Each part of a service is made by itself, so that one that is refused hides no other.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from faults import Check
from generator.targets.swarm.attributes import (
    chosen,
    refused_of,
    refused_of_file,
    taken_of,
)
from generator.targets.swarm.configs import Beside, declare, references
from generator.targets.swarm.deploying import Held, deploy_checks, deployed
from generator.targets.swarm.images import image_of
from generator.targets.swarm.listening import port_checks, published
from generator.targets.swarm.mounts import Mounts, add, add_memory
from generator.targets.swarm.networks import declared, joined
from generator.targets.swarm.service import parts
from generator.targets.swarm.told import Told
from generator.targets.swarm.variables import Source
from generator.targets.swarm.volumes import declared_volumes


def checks(
    source: Source, images: tuple[str, str], port_mode: str, beside: Beside
) -> Iterator[Check]:
    """Yield a check of each part of *source* that cannot be in a stack.

    Args:
        source: The services.
        images: The registry and the tag of what is built here.
        port_mode: How ports are published.
        beside: What is around the stack; it stays as it is.
    """
    yield from refused_of_file(source.written)
    if source.filled.document.v1:
        return
    told, spare, found = Told(), replace(beside, entries={}, files={}), Mounts()
    names = chosen(source.filled, told)
    for name in names:
        yield from _of_service(source, name, port_mode, found, told)
        yield partial(image_of, source, name, *images)
        yield from _of_files(source, name, spare, told)
    used = {network for one in names for network in source.filled.networks(one) or ()}
    for network in sorted(used):
        yield partial(declared, source, {network}, told)
    for volume in dict.fromkeys(found.volumes):
        yield partial(declared_volumes, source, [volume])


def _of_service(
    source: Source, name: str, port_mode: str, found: Mounts, told: Told
) -> Iterator[Check]:
    model = source.filled
    yield from refused_of(model, name)
    yield from taken_of(source, name)
    yield from parts(source, name, told).values()
    volumes = model.get(name, "volumes")
    for index in range(len(volumes) if isinstance(volumes, list) else 0):
        yield partial(add, model, name, index, found, told)
    yield partial(add_memory, model, name, found, told)
    yield from port_checks(model, name)
    yield from deploy_checks(model, name)
    yield partial(deployed, model, name, Held(), "vip", told)
    yield partial(_deployed, source, name, port_mode, told)
    yield partial(joined, model, name, {}, told)


def _deployed(source: Source, name: str, port_mode: str, told: Told) -> None:
    modes = [port["mode"] for port in published(source.filled, name, port_mode)]
    deployed(source.filled, name, Held("host" in modes, "ingress" in modes), "vip", told)


def _of_files(source: Source, name: str, spare: Beside, told: Told) -> Iterator[Check]:
    model = source.filled
    for section in ("configs", "secrets"):
        yield partial(references, source, name, section)
        value = model.get(name, section)
        for entry in value if isinstance(value, list) else ():
            key = entry.get("source") if isinstance(entry, dict) else entry
            yield partial(declare, source, section, str(key), spare, told)
