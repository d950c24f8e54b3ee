"""The pod of one service, with all that it is given."""

from collections.abc import Mapping

from composefile.model import Model
from generator.editing.emit import Emitted
from generator.result import Notice
from generator.targets.kubernetes.files import files
from generator.targets.kubernetes.image import image_of
from generator.targets.kubernetes.objects import Given, together
from generator.targets.kubernetes.order import order
from generator.targets.kubernetes.pod import pod
from generator.targets.kubernetes.probes import is_patient
from generator.targets.kubernetes.sidecar import sidecars
from generator.targets.kubernetes.source import Source
from generator.targets.kubernetes.storage import storage
from generator.targets.kubernetes.variables import environment


def assembled(
    source: Source, name: str, kind: str, jobs: Mapping[str, str]
) -> tuple[Emitted, Given]:
    """Return the pod of service *name*, and what it is given: objects and notices, too.

    Args:
        source: The file.
        name: A service.
        kind: What keeps its pods running.
        jobs: The services that run once and that it waits for, and what their Jobs are called.

    Raises:
        UserError: Something of it cannot be written as manifests.
    """
    image = image_of(source.model, name, source.choices)
    has_many = kind == "DaemonSet" or source.replicas(name) > 1
    given = together(
        [
            sidecars(source, name, kind),
            environment(source, name),
            files(source, name),
            storage(source, name, own_pods=kind == "StatefulSet", many=has_many),
            order(source, name, jobs),
            Given(notices=_remarks(source.model, name)),
        ]
    )
    return pod(source, name, image, given, kind), given


def _remarks(model: Model, name: str) -> tuple[Notice, ...]:
    if model.identity(name).is_proxy and not model.get(name, "configs"):
        what = f"the HAProxy of {name} is configured by arguments, and finds no server in a cluster"
        fix = "give a variant of the current format, or `--proxy service`"
        return (Notice(what, model.where(name), fix=fix),)
    if not is_patient(model, name):
        return ()
    what = f"{name} is started again if it is not healthy within its `start_period` and `retries`"
    fix = "give it a longer `start_period` if a start may take longer"
    return (Notice(what, model.where(name, "healthcheck"), fix=fix),)
