"""Write the services of a Compose file as objects of Kubernetes."""

from composefile.model import Model
from composefile.values import words
from faults import UserError
from generator.result import Notice
from generator.targets.kubernetes.attributes import judged, require_sections
from generator.targets.kubernetes.choices import Choices
from generator.targets.kubernetes.objects import Object
from generator.targets.kubernetes.pod import pod
from generator.targets.kubernetes.services import ports_of, services, unpublished
from generator.targets.kubernetes.source import Source, require_name
from generator.targets.kubernetes.variables import environment, require_no_secret
from generator.targets.kubernetes.workload import workload


def manifests(source: Source) -> tuple[list[Object], list[Notice]]:
    """Return the objects of all services without a profile, and what a person has to know.

    Raises:
        UserError: Something in the file cannot be written as manifests.
    """
    model = source.model
    require_sections(source.written)
    found: list[Object] = []
    notices: list[Notice] = []
    for name in model.document.names:
        if words(model.get(name, "profiles")):
            what = f"{name} is left out: it is started only with a profile"
            fix = "give a file in which it has no `profiles:`"
            notices.append(Notice(what, model.where(name, "profiles"), fix=fix))
            continue
        made, more = _service(source, name, {one.name for one in found if one.is_claim})
        found += made
        notices += more
    return found, notices


def _service(source: Source, name: str, claimed: set[str]) -> tuple[list[Object], list[Notice]]:
    model = source.model
    require_name(model, name)
    require_no_secret(source.written, name)
    lost = judged(model, name)
    image = _image(model, name, source.choices)
    variables, missing = environment(model, source.written, name)
    ports = ports_of(model, name)
    body = pod(source, name, image, variables, ports)
    made = [*workload(source, name, body, claimed), *services(source, name, ports)]
    return made, [*lost, *missing, *unpublished(model, name, ports)]


def _image(model: Model, name: str, choices: Choices) -> str:
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
            fix="push it to a registry, and give `--registry HOST/PATH --tag TAG`",
            where=model.where(name, "build"),
        )
    return f"{choices.registry.rstrip('/')}/{name}:{choices.tag}"
