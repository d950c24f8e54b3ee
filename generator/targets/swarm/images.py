"""The image of each service of a stack: nodes fetch it from a registry, and build none."""

from composefile.interpolation import escape
from composefile.labels import REPLICA
from faults import UserError
from generator.targets.swarm.told import refused
from generator.targets.swarm.variables import Source


def image_of(source: Source, name: str, registry: str, tag: str) -> str:
    """Return the image of service *name*; one that is built here is at *registry* with *tag*.

    Raises:
        UserError: It has none that a node could fetch.
    """
    identity = source.filled.identity(name)
    original = identity.service if identity.role == REPLICA else name
    is_built = source.get(name, "build") is not None
    image = source.get(name, "image")
    if is_built and registry:
        return f"{escape(registry.rstrip('/'))}/{original}:{escape(tag)}"
    if isinstance(image, str) and image:
        return escape(image)
    if is_built:
        why = "it is built here, and no node has its image"
        fix = (
            "push it with `dcgen ship --registry HOST/PATH`, and give `-f shipped.yml`; or name"
            f" what is pushed: `image: HOST/PATH/{original}:TAG`, or `--registry` and `--tag`"
        )
        raise refused(source.filled, name, "build", why, fix)
    raise UserError(
        f"service {name!r} has neither `image` nor `build`",
        fix="add its `image:`",
        where=source.filled.where(name),
    )
