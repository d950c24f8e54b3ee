"""An ambassador as a sidecar: its HAProxy in each pod that dials it, at 127.0.0.1.

Sources: Kubernetes, "Sidecar Containers" and "Adding entries to Pod /etc/hosts with HostAliases".
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from composefile.labels import AMBASSADOR, PREFIX
from composefile.model import Model
from composefile.references import dials, references
from composefile.values import pairs, words
from faults import UserError
from generator.editing.emit import Emitted
from generator.result import Notice
from generator.targets.kubernetes.attributes import judged
from generator.targets.kubernetes.choices import Version
from generator.targets.kubernetes.container import container, sleep
from generator.targets.kubernetes.files import files
from generator.targets.kubernetes.image import image_of
from generator.targets.kubernetes.in_pod import ADDRESS, in_pod, listened
from generator.targets.kubernetes.objects import Given, together
from generator.targets.kubernetes.order import HEALTHY, condition
from generator.targets.kubernetes.policy import is_closed
from generator.targets.kubernetes.ports import ports_of
from generator.targets.kubernetes.probes import probes
from generator.targets.kubernetes.security import PORT_START
from generator.targets.kubernetes.services import aliases
from generator.targets.kubernetes.source import MOST_LETTERS, Source, label_of
from generator.targets.kubernetes.variables import environment

_NATIVE = Version(1, 29)  # the first in which a sidecar starts before, and ends after, the others
_PATIENCE = 720  # probes, of 5 s: an upstream may be away for an hour before HAProxy starts again
_DEPLOYMENT = "let it have pods of its own: `--ambassador deployment`"
# What the container of an ambassador has, and what of it holds for the whole of a pod, too.
_OF_CONTAINER = (
    *("build", "cap_add", "cap_drop", "command", "configs", "container_name", "cpu_period"),
    *("cpu_quota", "cpu_shares", "cpus", "deploy", "entrypoint", "env_file", "environment"),
    *("expose", "healthcheck", "image", "labels", "mem_limit", "mem_reservation", "networks"),
    *("privileged", "pull_policy", "read_only", "restart", "secrets", "security_opt"),
    *("stop_grace_period", "user", "working_dir"),
)


def chosen(model: Model, ambassador: str) -> tuple[str, ...]:
    """Return the services of *model* that become sidecars, as *ambassador* chooses."""
    if ambassador != "sidecar":
        return ()
    names = model.document.names
    started = (name for name in names if not words(model.get(name, "profiles")))
    return tuple(name for name in started if model.identity(name).role == AMBASSADOR)


def once(source: Source) -> Given:
    """Return what all pods with a sidecar share, and what a person has to know of each.

    Raises:
        UserError: An ambassador has what a part of another pod cannot have.
    """
    return together(_shared(source, name) for name in source.sidecars)


def sidecars(source: Source, name: str, kind: str) -> Given:
    """Return the sidecars of the pods of service *name*, which *kind* keeps running.

    Raises:
        UserError: There is no room for one.
    """
    found = [other for other in source.sidecars if name in _consumers(source, other)]
    made = [_beside(source, name, kind, other) for other in found]
    taken = {port.target: name for port in ports_of(source.model, name) if port.protocol == "tcp"}
    for other in found:
        for port in listened(_parts(source, other).objects):
            if port in taken:
                what = f"{taken[port]} listens on port {port} in the same pod"
                raise _refused(source, other, f"in each pod of {name}", what)
            taken[port] = f"the HAProxy of {other}"
    return together(made)


def _beside(source: Source, name: str, kind: str, other: str) -> Given:
    is_native = source.choices.version >= _NATIVE
    _require_room(source, name, kind, other)
    given = _parts(source, other)
    image = image_of(source.model, other, source.choices)
    made = container(source, other, image, given, drains=False)
    made = {key: value for key, value in made.items() if key != "ports"}  # nobody outside dials it
    is_waited_for = condition(source.model, name, other) == HEALTHY
    notices: tuple[Notice, ...] = ()
    if is_native:
        made["restartPolicy"] = "Always"
        if is_waited_for:
            made.update(_startup(source, other))
    else:
        made["lifecycle"] = {"preStop": sleep(can_sleep=source.choices.can_sleep)}
        if is_waited_for:
            what = f"{name} does not wait until {other} is healthy: both are in one pod"
            fix = "`--kubernetes 1.29` or newer has sidecars that start first"
            notices = (Notice(what, source.model.where(name, "depends_on"), fix=fix),)
    called = (other, *aliases(source, other, references(source.model, other)))
    return Given(
        volumes=given.volumes,
        before=(made,) if is_native else (),
        beside=() if is_native else (made,),
        hosts=tuple((one, ADDRESS) for one in called),
        listens=ports_of(source.model, other),
        notices=notices,
    )


def _startup(source: Source, other: str) -> dict[str, Emitted]:
    asked = probes(source.model, other, ports_of(source.model, other), is_liveness=False)
    probe = asked.get("readinessProbe")
    command = probe.get("exec") if isinstance(probe, Mapping) else None
    listed = command.get("command") if isinstance(command, Mapping) else None
    if not isinstance(probe, Mapping) or not isinstance(listed, list):
        return {}
    moved: list[Emitted] = [in_pod(str(word), source.sidecars.index(other)) for word in listed]
    how: dict[str, Emitted] = {"exec": {"command": moved}, "failureThreshold": _PATIENCE}
    return {"startupProbe": {**probe, **how}}


def _parts(source: Source, other: str) -> Given:
    """Return what the container of ambassador *other* is given, its volumes under its own name."""
    given = together([environment(source, other), files(source, other)])

    def own(part: Emitted) -> Emitted:
        if not isinstance(part, Mapping):
            return part
        return {**part, "name": label_of(f"{other[: MOST_LETTERS // 2]}-{part['name']}")}

    volumes, mounts = (tuple(map(own, parts)) for parts in (given.volumes, given.mounts))
    return replace(given, volumes=volumes, mounts=mounts)


def _shared(source: Source, other: str) -> Given:
    model, given = source.model, _parts(source, other)
    if not model.get(other, "configs"):
        raise _refused(source, other, "", "it is configured by arguments")
    for key in model.keys(other):
        is_known = key in _OF_CONTAINER or key.startswith("x-")
        if not is_known and not _is_moot(model, other, key):
            raise _refused(source, other, "", f"`{key}:` is of a pod of its own", key)
    deploy = model.get(other, "deploy")
    for key in deploy if isinstance(deploy, dict) else ():
        if key != "resources":
            raise _refused(source, other, "", f"`deploy.{key}:` is of a pod of its own", "deploy")
    lost = judged(model, other, is_once=False)
    said = [*lost, *given.notices, *_labels(source, other), _told(source, other)]
    return Given(objects=given.objects, notices=tuple(said))


def _is_moot(model: Model, other: str, key: str) -> bool:
    """Tell whether *key* says nothing, or what each pod with low ports has."""
    value = model.get(other, key)
    return not value or (key == "sysctls" and set(pairs(value)) <= {PORT_START})


def _labels(source: Source, other: str) -> Iterator[Notice]:
    labels = pairs(source.model.get(other, "labels"))
    theirs = [key for key in labels if not key.startswith(PREFIX)]
    if theirs:
        what = f"the label {theirs[0]!r} of {other} is left out: a sidecar has no annotations"
        yield Notice(what, source.model.where(other, "labels"), fix=_DEPLOYMENT)


def _told(source: Source, other: str) -> Notice:
    where, found = source.model.where(other), _consumers(source, other)
    if not found:
        what = f"{other} is left out: no service is seen to dial it"
        fix = f"name it where it is dialled: `depends_on: [{other}]`; or `--ambassador deployment`"
        return Notice(what, where, fix=fix)
    what = f"the HAProxy of {other} runs in each pod of {', '.join(found)}; no other knows the name"
    return Notice(what, where, fix=f"name it where else it is dialled: `depends_on: [{other}]`")


def _consumers(source: Source, other: str) -> list[str]:
    """Return the services in whose pods ambassador *other* is."""
    named = {reference.service for reference in references(source.model, other)}
    called = (other, *aliases(source, other, references(source.model, other)))
    return [
        name
        for name in source.names
        if name in named or any(dials(source.model, name, one) for one in called)
    ]


def _require_room(source: Source, name: str, kind: str, other: str) -> None:
    model, of = source.model, f"in each pod of {name}"
    if "host" in (model.get(name, "network_mode"), model.get(name, "net")):
        raise _refused(source, other, of, f"{name} has the network of its node")
    if is_closed(source, name):
        raise _refused(source, other, of, f"the networks of {name} are `internal`")
    if kind == "Job" and source.choices.version < _NATIVE:
        what = f"before Kubernetes {_NATIVE} {name}, which runs once, would never end beside it"
        raise _refused(source, other, of, what)
    scaled = source.settings_of(name).get("hpa.max")
    if scaled and not _reserves(source, other):
        what = f"CPU is counted in percent of what a pod reserves, and {other} in it reserves none"
        fix = f"reserve some of {other}: `deploy: {{resources: {{reservations: {{cpus: '0.1'}}}}}}`"
        raise scaled.refused(what, fix)


def _reserves(source: Source, other: str) -> bool:
    made = container(source, other, "", Given(), drains=False)
    asked = made.get("resources")
    requests = asked.get("requests") if isinstance(asked, Mapping) else None
    return isinstance(requests, Mapping) and requests.get("cpu") not in (None, "0")


def _refused(source: Source, other: str, of: str, what: str, key: str = "") -> UserError:
    place = f" {of}" if of else ""
    return UserError(
        f"the ambassador {other!r} cannot be a sidecar{place}: {what}",
        fix=_DEPLOYMENT,
        where=source.model.where(other, key),
    )
