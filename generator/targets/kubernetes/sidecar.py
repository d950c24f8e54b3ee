"""An ambassador as a sidecar: its HAProxy in each pod that dials it, at 127.0.0.1.

Sources: Kubernetes, "Sidecar Containers" and "Adding entries to Pod /etc/hosts with HostAliases".
"""

from generator.result import Notice
from generator.targets.kubernetes.consumers import called, consumers
from generator.targets.kubernetes.container import container, sleep
from generator.targets.kubernetes.image import image_of
from generator.targets.kubernetes.in_pod import ADDRESS, listened
from generator.targets.kubernetes.objects import Given, together
from generator.targets.kubernetes.order import HEALTHY, condition
from generator.targets.kubernetes.parts import parts
from generator.targets.kubernetes.ports import ports_of
from generator.targets.kubernetes.room import NATIVE, refused, require_room
from generator.targets.kubernetes.source import Source
from generator.targets.kubernetes.starting import startup


def sidecars(source: Source, name: str, kind: str) -> Given:
    """Return the sidecars of the pods of service *name*, which *kind* keeps running.

    Raises:
        UserError: There is no room for one.
    """
    found = [other for other in source.sidecars if name in consumers(source, other)]
    if not found:
        return Given()
    made = [_beside(source, name, kind, other) for other in found]
    taken = {port.target: name for port in ports_of(source.model, name) if port.protocol == "tcp"}
    for other in found:
        for port in listened(parts(source, other).objects):
            if port in taken:
                what = f"{taken[port]} listens on port {port} in the same pod"
                raise refused(source, other, f"in each pod of {name}", what)
            taken[port] = f"the HAProxy of {other}"
    return together(made)


def _beside(source: Source, name: str, kind: str, other: str) -> Given:
    is_native = source.choices.version >= NATIVE
    require_room(source, name, kind, other)
    given = parts(source, other)
    image = image_of(source.model, other, source.choices)
    made = container(source, other, image, given, drains=False)
    made = {key: value for key, value in made.items() if key != "ports"}  # nobody outside dials it
    is_waited_for = condition(source.model, name, other) == HEALTHY
    notices: tuple[Notice, ...] = ()
    if is_native:
        made["restartPolicy"] = "Always"
        if is_waited_for:
            made.update(startup(source, other))
    else:
        made["lifecycle"] = {"preStop": sleep(source, name)}
        if is_waited_for:
            what = f"{name} does not wait until {other} is healthy: both are in one pod"
            fix = "`--kubernetes 1.29` or newer has sidecars that start first"
            notices = (Notice(what, source.model.where(name, "depends_on"), fix=fix),)
    return Given(
        volumes=given.volumes,
        before=(made,) if is_native else (),
        beside=() if is_native else (made,),
        hosts=tuple((one, ADDRESS) for one in called(source, other)),
        listens=ports_of(source.model, other),
        notices=notices,
    )
