"""The image of a service, where a cluster finds it."""

from composefile.labels import REPLICA
from composefile.model import Model
from faults import UserError
from generator.result import Notice
from generator.targets.kubernetes.choices import Choices


def image_of(model: Model, name: str, choices: Choices) -> str:
    """Return the image of service *name*: what is built here is where the *choices* say.

    That of a replica is called as `dcgen ship` calls it: after the service that it was made from.
    Without choices it is the one that `docker compose push` pushes: that of `image`.

    Raises:
        UserError: It has none, or nothing says where it is.
    """
    image = model.get(name, "image")
    is_built, is_chosen = model.get(name, "build") is not None, choices.registry and choices.tag
    if isinstance(image, str) and image and not (is_built and is_chosen):
        return image
    if not is_built:
        raise UserError(
            f"service {name!r} has neither `image` nor `build`",
            fix="add its `image:`",
            where=model.where(name),
        )
    if not is_chosen:
        raise UserError(
            f"service {name!r} is built here, where no cluster finds its image",
            fix="push it by `dcgen ship --registry HOST/PATH --tag TAG`, and give both here, too;"
            " or name it by `image:`, and `docker compose push`",
            where=model.where(name, "build"),
        )
    identity = model.identity(name)
    original = identity.service if identity.role == REPLICA else name
    return f"{choices.registry.rstrip('/')}/{original}:{choices.tag}"


def to_push(model: Model, name: str, choices: Choices) -> tuple[Notice, ...]:
    """Return that the image of service *name* has to be pushed, if its own `image` names it."""
    is_built = model.get(name, "build") is not None
    if not is_built or (choices.registry and choices.tag):
        return ()
    what = f"the image {model.get(name, 'image')} of {name} is built here: nodes need it, too"
    fix = f"`docker compose build {name}`, and `docker compose push {name}`; or `dcgen ship`"
    return (Notice(what, model.where(name, "image"), fix=fix),)
