"""The image of a service, where a cluster finds it."""

from composefile.labels import REPLICA
from composefile.model import Model
from faults import UserError
from generator.targets.kubernetes.choices import Choices


def image_of(model: Model, name: str, choices: Choices) -> str:
    """Return the image of service *name*: what is built here is where the *choices* say.

    That of a replica is called as `dcgen ship` calls it: after the service that it was made from.

    Raises:
        UserError: It has none, or they do not say.
    """
    if model.get(name, "build") is None:
        image = model.get(name, "image")
        if isinstance(image, str) and image:
            return image
        raise UserError(
            f"service {name!r} has neither `image` nor `build`",
            fix="add its `image:`",
            where=model.where(name),
        )
    if not (choices.registry and choices.tag):
        raise UserError(
            f"service {name!r} is built here, where no cluster finds its image",
            fix="push it by `dcgen ship --registry HOST/PATH --tag TAG`, and give both here, too",
            where=model.where(name, "build"),
        )
    identity = model.identity(name)
    original = identity.service if identity.role == REPLICA else name
    return f"{choices.registry.rstrip('/')}/{original}:{choices.tag}"
