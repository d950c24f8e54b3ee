"""Replicas that are built alike: one is built, and the others get its image under their names."""

from collections.abc import Mapping, Sequence

from engine.docker.containers import Site
from engine.variant import Variant
from engine.watch.rules import original

Names = Mapping[str, Sequence[str]]


def to_build(variant: Variant, services: Sequence[str], site: Site) -> tuple[list[str], Names]:
    """Return what to build for *services*, by the names of the source, and what is built alike.

    Replicas with the same `image:` share what the first of them builds. Others that differ in
    nothing have images of their own, which run on *site* by the names that Compose gave them.

    Returns:
        The services to build, and the image of one of them to the other names that it is to have.

    Raises:
        HostError: Docker or Compose does not answer.
    """
    meant = [s for s in variant if original(s) in services and "build" in s.keys]
    there = site.containers(*(s.name for s in meant))
    running = {one.service: one.image for one in there if not one.image.startswith("sha256:")}
    build, images = list[str](), set[str]()
    first: dict[str, str] = {}  # how something is built to the image of what is built so
    more: dict[str, list[str]] = {}
    for service in meant:
        image = str(service.keys.get("image") or running.get(service.name) or service.name)
        mine = first.setdefault(f"{original(service)} {service.keys['build']}", image)
        if mine != image and {mine, image} <= {*running.values()}:
            more.setdefault(mine, []).append(image)
        elif image not in images:
            images.add(image)
            build.append(service.name)
    return build, more


def name_alike(site: Site, more: Names) -> None:
    """Give each image on *site* that *more* has the other names that it is to have.

    Raises:
        HostError: Docker does not answer, or refuses.
    """
    for image, names in more.items():
        for name in names:
            site.docker("tag", image, name)
