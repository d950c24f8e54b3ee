"""The pod of one service, with all that it is given."""

from collections.abc import Mapping

from generator.editing.emit import Emitted
from generator.targets.kubernetes.container import container
from generator.targets.kubernetes.files import files
from generator.targets.kubernetes.image import image_of, to_push
from generator.targets.kubernetes.objects import Given, together
from generator.targets.kubernetes.order import order
from generator.targets.kubernetes.pod import pod
from generator.targets.kubernetes.ports import ports_of
from generator.targets.kubernetes.remarks import remarks
from generator.targets.kubernetes.source import Source
from generator.targets.kubernetes.storage import storage
from generator.targets.kubernetes.variables import environment


def assembled(
    source: Source, name: str, kind: str, jobs: Mapping[str, str], beside: Given
) -> tuple[Emitted, Given]:
    """Return the pod of service *name*, and what it is given: objects and notices, too.

    Args:
        source: The file.
        name: A service.
        kind: What keeps its pods running.
        jobs: The services that run once and that it waits for, and what their Jobs are called.
        beside: What runs in its pods for other services.

    Raises:
        UserError: Something of it cannot be written as manifests.
    """
    image = image_of(source.model, name, source.choices)
    has_many = kind == "DaemonSet" or source.replicas(name) > 1
    given = together(
        [
            beside,
            environment(source, name),
            files(source, name),
            storage(source, name, own_pods=kind == "StatefulSet", many=has_many),
            order(source, name, jobs),
            Given(notices=to_push(source.model, name, source.choices)),
            Given(notices=remarks(source.model, name)),
        ]
    )
    drains = bool(ports_of(source.model, name)) and kind != "Job"
    main = container(source, name, image, given, drains=drains)
    return pod(source, name, main, given, kind, drains=drains), given
